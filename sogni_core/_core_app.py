"""The App that the program's own commands get: besides the public API, it shows the plugins and the engine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sogni_core._host.host import PluginHost
from sogni_core._host.registry import Registry
from sogni_core.app import App
from sogni_core.plugin import Endpoint

if TYPE_CHECKING:
    from sogni_core._engine.engine import Engine


class CoreApp(App):
    """An App over a plugin host that is there already, or over the installed plugins."""

    def __init__(
        self,
        host: PluginHost | None = None,
        *,
        network: str | Endpoint | None = None,
        environ: Mapping[str, str] | None = None,
        profile: str | None = None,
    ) -> None:
        self._given_host = host
        super().__init__(network=network, environ=environ, profile=profile)

    def _plugin_host(self, files: Sequence[str | os.PathLike[str]]) -> PluginHost:
        return self._given_host or super()._plugin_host(files)

    @property
    def host(self) -> PluginHost:
        """The plugins, and what is wrong with them."""
        return self._host

    @property
    def registry(self) -> Registry:
        """Everything that plugins registered."""
        return self._registry

    @property
    def engine(self) -> Engine:
        """The engine behind this App."""
        return self._engine
