"""The host: loads every plugin by itself and asks it for its records."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import pluggy

from sogni_core import __version__
from sogni_core import plugin as hookspecs
from sogni_core.errors import PluginError, SogniError

from . import discovery
from .plugin_info import PluginInfo
from .quarantine import quarantine
from .records import HOOKS, check_record
from .registry import Owned, Registry
from .targets import describe, resolve


class PluginHost:
    """Loads the core's own plugin and every installed one; a broken one costs its own names only.

    ``core``: module of the core's own plugin. ``load``: gives the entry points. ``only``: names of the
    plugins to load, None for all. ``blocked``: names never to load. ``specs``: module of hookspecs.
    """

    def __init__(
        self,
        core: str,
        *,
        load: discovery.EntryPoints = discovery.installed,
        only: Collection[str] | None = None,
        blocked: Collection[str] = (),
        specs: ModuleType = hookspecs,
    ) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(specs)
        self.plugins: list[PluginInfo] = [PluginInfo("core", core, "sogni-core")]
        wanted = None if only is None else frozenset(only)
        self.plugins += discovery.find(load, wanted, frozenset(blocked))
        for plugin in self.plugins:
            self._guard(plugin, self._load)
        records: list[Owned[Any]] = []
        for plugin in self.plugins:
            if plugin.failure is None:
                records += self._guard(plugin, self._ask) or []
        self.registry = Registry(records, self.plugins)

    @classmethod
    def from_environment(cls, core: str, environ: Mapping[str, str] | None = None) -> PluginHost:
        """Make a host that obeys ``SOGNI_PLUGINS``: unset for all, else only the plugins it names."""
        chosen = (os.environ if environ is None else environ).get("SOGNI_PLUGINS")
        if chosen is None:
            return cls(core)
        return cls(core, only=[name.strip() for name in chosen.split(",") if name.strip()])

    def resolve(self, owned: Owned[Any], target: str) -> Any:
        """Import a target of a record; raises PluginError PLUGIN_IMPORT with the plugin's name."""
        return resolve(owned.plugin, target)

    def _guard(self, plugin: PluginInfo, step: Callable[[PluginInfo], list[Owned[Any]]]) -> list[Owned[Any]] | None:
        """Do one step of loading; whatever goes wrong is the failure of this plugin alone."""
        outcome = quarantine(lambda: step(plugin))
        plugin.warnings += outcome.warnings
        if outcome.error is None:
            return outcome.value
        if plugin.is_core:
            raise outcome.error
        if isinstance(outcome.error, SogniError):
            plugin.failure = outcome.error
        else:
            plugin.failure = PluginError(
                "PLUGIN_HOOK" if plugin.module is not None else "PLUGIN_IMPORT",
                f"Plugin {plugin.label} cannot be loaded: {describe(outcome.error)}",
                plugin=plugin.label,
            )
            plugin.failure.__cause__ = outcome.error
        if plugin.module is not None and self._manager.is_registered(plugin.module):
            self._manager.unregister(plugin.module)
        return None

    def _load(self, plugin: PluginInfo) -> list[Owned[Any]]:
        discovery.check_compatible(plugin, __version__)
        begin = time.perf_counter()
        module = import_module(plugin.module_name)
        plugin.import_ms = (time.perf_counter() - begin) * 1000
        plugin.module = module
        if self._manager.is_registered(module):
            raise PluginError(
                "PLUGIN_CONFLICT",
                f"Plugin {plugin.label}: module {plugin.module_name} is registered under another name already.",
                plugin=plugin.label,
            )
        self._manager.register(module, name=plugin.name)
        self._manager.check_pending()
        callers = self._manager.get_hookcallers(module) or []
        plugin.hooks = tuple(sorted(caller.name for caller in callers))
        return []

    def _ask(self, plugin: PluginInfo) -> list[Owned[Any]]:
        others = [module for module in self._manager.get_plugins() if module is not plugin.module]
        records: list[Owned[Any]] = []
        for hook in plugin.hooks:
            if hook not in HOOKS:
                continue
            try:
                answers = self._manager.subset_hook_caller(hook, others)()
            except Exception as error:
                error.add_note(f"raised by {hook} of plugin {plugin.label}")
                raise
            for answer in answers:
                records += [
                    Owned(plugin, check_record(plugin, hook, record)) for record in _listed(plugin, hook, answer)
                ]
        return records


def _listed(plugin: PluginInfo, hook: str, answer: object) -> list[object]:
    if isinstance(answer, list | tuple):
        return list(answer)
    raise PluginError(
        "PLUGIN_HOOK",
        f"Plugin {plugin.label}: {hook} must return a list of records, not {type(answer).__name__}.",
        plugin=plugin.label,
    )
