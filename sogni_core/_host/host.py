"""The host: loads every plugin by itself and asks it for its records."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import CoroutineType, ModuleType
from typing import Any

import pluggy

from sogni_core import __version__
from sogni_core import plugin as hookspecs
from sogni_core._host import discovery, plugin_file
from sogni_core._host.memory import KnownPlugin, PluginMemory
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.quarantine import quarantine
from sogni_core._host.record_check import HOOKS, check_record
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.selection import VARIABLE, Selection
from sogni_core._host.suspect import Suspect
from sogni_core._host.targets import describe, resolve
from sogni_core.errors import PluginError, SogniError
from sogni_core.plugin import Command, Mode, Network

CORE_PLUGIN = "sogni_core._builtin.plugin"
"""Module of the core's own plugin."""


class PluginHost:
    """Loads the core's own plugin and every other one; a broken one costs its own names only.

    ``core``: module of the core's own plugin. ``load``: gives the entry points. ``path``: files and folders of
    one-file plugins. ``only``: names of the plugins to load of these, None for all. ``blocked``: names never to load.
    ``files``: one-file plugins that are loaded whatever they are named. ``memory``: what was installed before.
    ``specs``: module of hookspecs. ``arguments``: what a hook may ask for by name. The hooks of this version take
    nothing; an argument that the specs deprecate is still given to the plugins that ask for it, until it is removed.
    """

    def __init__(
        self,
        core: str,
        *,
        load: discovery.EntryPoints = discovery.installed,
        path: Iterable[str | os.PathLike[str]] = (),
        only: Collection[str] | None = None,
        blocked: Collection[str] = (),
        files: Iterable[str | os.PathLike[str]] = (),
        memory: PluginMemory | None = None,
        specs: ModuleType = hookspecs,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        self._arguments = dict(arguments or {})
        self._memory = memory
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(specs)
        selection = self._selection = Selection(None if only is None else frozenset(only), frozenset(blocked))
        found = [*discovery.find(load), *plugin_file.find_files(path)]
        named = list(plugin_file.find_files(files))
        given = {plugin.file for plugin in named}
        found = [plugin for plugin in found if plugin.file is None or plugin.file not in given]
        chosen = [plugin for plugin in found if selection.takes(plugin.name)]
        self.plugins: list[PluginInfo] = [PluginInfo("core", core, "sogni-core"), *_distinct([*chosen, *named])]
        """The plugins to load, broken ones included: the core's own, the installed ones by name, then files."""
        self.left_out = tuple(plugin for plugin in found if not selection.takes(plugin.name))
        """The plugins that are there and that the selection leaves out."""
        for name in sorted(selection.named - {plugin.name for plugin in (*self.plugins, *self.left_out)}):
            self.plugins[0].warnings.append(f"{VARIABLE} names the plugin {name!r}, which is not installed.")
        for plugin in self.plugins:
            if plugin.failure is None:
                self._guard(plugin, self._load)
        records: list[Owned[Any]] = []
        for plugin in self.plugins:
            if plugin.failure is None:
                records += self._guard(plugin, self._ask) or []
        self.registry = Registry(records, self.plugins, left_out=self.left_out, remembered=self.remembered)

    @classmethod
    def from_environment(
        cls,
        core: str,
        environ: Mapping[str, str] | None = None,
        *,
        files: Iterable[str | os.PathLike[str]] = (),
    ) -> PluginHost:
        """Make a host that obeys ``SOGNI_PLUGINS`` and ``SOGNI_PLUGIN_PATH``.

        Raises ConfigError INVALID_CONFIG for a selection that cannot be read.
        """
        found = os.environ if environ is None else environ

        def state() -> Path:
            from sogni_core.settings.paths import Paths

            return Paths.of(found).state

        chosen = Selection.read(found.get(VARIABLE))
        return cls(
            core,
            path=plugin_file.search_path(found.get(plugin_file.VARIABLE)),
            only=chosen.only,
            blocked=chosen.blocked,
            files=files,
            memory=PluginMemory(state),
        )

    def remembered(self) -> tuple[KnownPlugin, ...]:
        """Return the plugins that this installation has had, of distributions that are there or gone."""
        return self._memory.read() if self._memory is not None else ()

    def suspects(self) -> list[Suspect]:
        """Return the plugins that are not loaded and may have rules for what other plugins' modes submit.

        A plugin that cannot be loaded cannot say what it has. It is innocent only if it was loaded here before, in
        whatever version, and had no such rules then. A plugin that had such rules and is gone was perhaps wiped by an
        upgrade of the tool's environment: until somebody says that it was meant, it is as one that cannot be loaded.
        """
        innocent = {(one.distribution, one.name) for one in self.remembered() if not one.rules}
        broken = [
            Suspect(plugin.name, plugin.label, plugin.distribution, plugin.failure)
            for plugin in self.plugins
            if plugin.failure is not None and (plugin.distribution, plugin.name) not in innocent
        ]
        wiped = [one for one in self.gone() if one.rules and self._selection.takes(one.name)]
        return broken + [Suspect(one.name, one.label, one.distribution, None) for one in wiped]

    def gone(self) -> tuple[KnownPlugin, ...]:
        """Return the remembered plugins whose distributions have no plugin here any more."""
        there = {plugin.distribution for plugin in (*self.plugins, *self.left_out)}
        return tuple(one for one in self.remembered() if one.distribution not in there)

    def remember(self) -> None:
        """Remember the installed plugins that were loaded."""
        if self._memory is not None:
            loaded = (plugin for plugin in self.plugins if plugin.dist and plugin.failure is None)
            self._memory.remember(map(self._known, loaded))

    def forget(self, distributions: Iterable[str]) -> None:
        """Remember distributions no longer: they were removed on purpose."""
        if self._memory is not None:
            self._memory.forget(distributions)

    def _known(self, plugin: PluginInfo) -> KnownPlugin:
        def names(*kinds: type[Any]) -> Iterator[str]:
            for kind in kinds:
                for owned in self.registry.every(kind):
                    if owned.plugin is plugin:
                        yield owned.record.name.split()[0]

        return KnownPlugin(
            distribution=plugin.distribution,
            name=plugin.name,
            version=plugin.version,
            words=tuple(dict.fromkeys(names(Mode, Command))),
            networks=tuple(names(Network)),
            rules=self.registry.has_rules(plugin),
        )

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
        if plugin.file is None:
            discovery.check_entry_point(plugin)
            discovery.check_compatible(plugin, __version__)
        self._check_rivals(plugin)
        begin = time.perf_counter()
        module = plugin_file.load_file(plugin.file) if plugin.file is not None else import_module(plugin.module_name)
        plugin.import_ms = (time.perf_counter() - begin) * 1000
        plugin.module = module
        self._manager.register(module, name=plugin.name)
        self._manager.check_pending()
        callers = self._manager.get_hookcallers(module) or []
        plugin.hooks = tuple(sorted(caller.name for caller in callers))
        return []

    def _check_rivals(self, plugin: PluginInfo) -> None:
        """Raise PLUGIN_CONFLICT if an earlier plugin has the same name, or is the same module."""
        for other in self.plugins[: self.plugins.index(plugin)]:
            same_module = (other.module_name, other.file) == (plugin.module_name, plugin.file)
            if other.name == plugin.name or same_module:
                what = "name" if other.name == plugin.name else "module"
                raise PluginError(
                    "PLUGIN_CONFLICT",
                    f"Plugin {plugin.label} is not loaded: its {what} is that of {other.label}.",
                    hint="Uninstall one of them." if plugin.file is None else "Rename the file.",
                    plugin=f"{other.label} and {plugin.label}",
                )

    def _ask(self, plugin: PluginInfo) -> list[Owned[Any]]:
        others = [module for module in self._manager.get_plugins() if module is not plugin.module]
        records: list[Owned[Any]] = []
        for hook in plugin.hooks:
            if hook not in HOOKS:
                continue
            try:
                caller = self._manager.subset_hook_caller(hook, others)
                asked = caller.spec.argnames if caller.spec is not None else ()
                answers = caller(**{name: self._arguments[name] for name in asked})
            except Exception as error:
                error.add_note(f"raised by {hook} of plugin {plugin.label}")
                raise
            # pluggy leaves out what is None, which is what a forgotten return gives.
            for answer in answers or [None]:
                records += [
                    Owned(plugin, check_record(plugin, hook, record)) for record in _listed(plugin, hook, answer)
                ]
        return records


def _listed(plugin: PluginInfo, hook: str, answer: object) -> list[object]:
    if isinstance(answer, list | tuple):
        return list(answer)
    if isinstance(answer, CoroutineType):
        answer.close()  # or it would complain by itself that nobody awaited it
    raise PluginError(
        "PLUGIN_HOOK",
        f"Plugin {plugin.label}: {hook} must return a list of records, not {type(answer).__name__}.",
        plugin=plugin.label,
    )


def _distinct(plugins: Iterable[PluginInfo]) -> Iterator[PluginInfo]:
    """Leave out a file that was named before."""
    seen: set[Path] = set()
    for plugin in plugins:
        if plugin.file is None or plugin.file not in seen:
            yield plugin
        if plugin.file is not None:
            seen.add(plugin.file)
