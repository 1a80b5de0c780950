"""The installed modes, for front ends."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from sogni_core._engine.resolver import request_class, whole_class
from sogni_core._host.registry import Owned, Registry, summary_of
from sogni_core.field import FieldSpec
from sogni_core.plugin import Mode, Workflow
from sogni_core.request import Request


class ModeInfo:
    """One mode: its names, its fields, and its plugin. :attr:`sogni_core.app.App.modes` has all of them."""

    def __init__(self, owned: Owned[Mode], registry: Registry) -> None:
        self._owned = owned
        self._registry = registry

    @property
    def name(self) -> str:
        """Name of the mode."""
        return self._owned.record.name

    @property
    def qualified_name(self) -> str:
        """Plugin and mode, ``plugin:mode``, which is unique among all plugins."""
        return f"{self._owned.plugin.name}:{self.name}"

    @property
    def summary(self) -> str:
        """One sentence; of a deprecated mode, also what to use instead."""
        return summary_of(self._owned.record)

    @property
    def deprecated(self) -> str:
        """What to use instead of a mode that is deprecated; else empty."""
        return self._owned.record.deprecated or ""

    @property
    def hidden(self) -> bool:
        """Whether the mode works without being shown."""
        return self._owned.record.hidden

    @property
    def flat(self) -> tuple[str, ...]:
        """Flags that select the mode on a command line without subcommands."""
        return self._owned.record.flat

    @property
    def plugin(self) -> str:
        """Plugin, distribution and version, for messages."""
        return self._owned.plugin.label

    @property
    def distribution(self) -> str:
        """Name of its distribution."""
        return self._owned.plugin.distribution

    @property
    def is_core(self) -> bool:
        """Whether the mode comes with sogni-core."""
        return self._owned.plugin.is_core

    @cached_property
    def request(self) -> type[Request]:
        """The model of its requests. Loads the plugin; raises PluginError."""
        return request_class(self._owned)

    @property
    def built_request(self) -> type[Request]:
        """The same model, ready to describe itself: pydantic puts that off until it is needed. Raises PluginError."""
        return whole_class(self._owned)

    @property
    def fields(self) -> Mapping[str, FieldSpec]:
        """Its fields by name. Loads the plugin; raises PluginError."""
        return self.request.specs()

    @property
    def argument(self) -> FieldSpec | None:
        """The first positional field; None if it has none."""
        return next((spec for spec in self.fields.values() if spec.positional), None)

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        """Its workflows, in the order in which they are tried."""
        return tuple(owned.record for owned in self._registry.workflows(self._owned))
