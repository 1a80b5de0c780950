"""How a network is reached: at an endpoint that a plugin opens, or in memory.

Errors in a plugin's code are attributed to the plugin and never hide a result.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import blame, describe
from sogni_core._host.targets import resolve as resolve_target
from sogni_core._transport.http import Http
from sogni_core.errors import PluginError, SogniError
from sogni_core.frozen import frozen
from sogni_core.plugin import Endpoint, Network
from sogni_core.settings import Settings

if TYPE_CHECKING:
    from sogni_core._network.clock import Clock
    from sogni_core._transport.in_memory import Service

_log = logging.getLogger("sogni_core.engine")


@frozen(kw_only=True)
class MemoryEndpoint(Endpoint):
    """The endpoint of a network in this process: no socket is opened, and its URLs are only names."""

    service: Service
    """Answers everything that is sent to the network."""
    clock: Clock
    """The clock of its sessions."""

    def http(self) -> Http:
        """Make an HTTP client that only reaches this network."""
        return Http(service=self.service, pause=self.clock.pause)


@asynccontextmanager
async def plugin_endpoint(registry: Registry, settings: Settings, name: str) -> AsyncIterator[Endpoint]:
    """Open a network of a plugin and end it; raises PluginError PLUGIN_HOOK, InputError for an unknown name.

    A target with a parameter ``settings`` gets the values of its plugin's own table.
    """
    owned = registry.network(name)
    label = owned.plugin.label
    factory = resolve_target(owned.plugin, owned.record.target)
    given: dict[str, Any] = {}
    try:
        if "settings" in inspect.signature(factory).parameters:
            given["settings"] = settings.section(_section(registry, owned))
        context = factory(**given)
        endpoint = await context.__aenter__()
    except SogniError as error:
        registry.require_registered(owned.plugin, error)
        raise
    except Exception as error:
        raise blame(owned.plugin, f"Network {name!r} of plugin {label}", error) from error
    try:
        if not isinstance(endpoint, Endpoint):
            what = type(endpoint).__name__
            raise PluginError(
                "PLUGIN_HOOK", f"Network {name!r} of plugin {label} gave {what}, not an Endpoint.", plugin=label
            )
        yield endpoint
    finally:
        try:
            await context.__aexit__(None, None, None)
        except Exception as error:  # noqa: BLE001 - the outputs are safe by now; a bad goodbye must not hide them
            _log.warning("network %r of plugin %s raised while it closed: %s", name, label, describe(error))


def _section(registry: Registry, owned: Owned[Network]) -> str:
    """Name the table of the network's plugin: the one of its own name, else its first."""
    own = [found.record.section for found in registry.settings().values() if found.plugin is owned.plugin]
    return owned.plugin.name if owned.plugin.name in own or not own else own[0]
