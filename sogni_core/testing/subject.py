"""The plugin that is checked, in a host of its own, as if it were the only one that is installed."""

from __future__ import annotations

import contextlib
import inspect
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import CoroutineType, ModuleType
from typing import Any

import pluggy

from sogni_core import plugin as hookspecs
from sogni_core._core_app import CoreApp
from sogni_core._host import discovery
from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.plugin_file import find_files
from sogni_core._host.plugin_info import PluginInfo
from sogni_core.frozen import frozen
from sogni_core.plugin import PROJECT
from sogni_core.testing.distribution import on_path, write_distribution
from sogni_core.testing.isolation import environment, isolated_environ


@frozen
class Subject:
    """A plugin under check."""

    name: str
    """Name of its entry point."""
    module: ModuleType
    builds_on: tuple[str, ...]
    """Names of the installed plugins it builds on."""
    file: Path | None = None
    """The file of a one-file plugin."""

    @property
    def is_core(self) -> bool:
        """Whether it is the core's own plugin."""
        return self.module.__name__ == CORE_PLUGIN

    @cached_property
    def host(self) -> PluginHost:
        """The host that loads it, and nothing but the core and what it builds on."""
        path = [self.file] if self.file is not None else []
        return PluginHost(CORE_PLUGIN, only=[self.name, *self.builds_on], path=path)

    @cached_property
    def info(self) -> PluginInfo:
        """The plugin as its host sees it."""
        return next(
            plugin
            for plugin in self.host.plugins
            if (plugin.file == self.file if self.file is not None else plugin.module_name == self.module.__name__)
        )

    @cached_property
    def app(self) -> CoreApp:
        """An App over this host."""
        return CoreApp(host=self.host)

    @cached_property
    def implementations(self) -> dict[str, Any]:
        """Hook implementations of the module, by name, whether there is such a hook or not."""
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(hookspecs)
        return {
            name: function
            for name, function in inspect.getmembers(self.module, inspect.isroutine)
            if manager.parse_hookimpl_opts(self.module, name) is not None
        }

    def asked(self, hook: str) -> list[Any]:
        """Return what a hook gives; raises what it raises, TypeError if that is no list."""
        given = self.implementations[hook]() if hook in self.implementations else []
        if isinstance(given, CoroutineType):
            given.close()  # or it would complain by itself that nobody awaited it
        if not isinstance(given, list | tuple):
            raise TypeError(f"it must return a list of records, not {type(given).__name__}")
        return list(given)

    def records(self, kind: type[Any]) -> list[Any]:
        """Return the well-formed records of one type; none if the hook cannot be asked."""
        from sogni_core._host.record_check import HOOKS, check_record

        hook = next(name for name, record in HOOKS.items() if record is kind)
        try:
            given = self.asked(hook)
        except Exception:  # noqa: BLE001 - said by the check of the hooks
            return []
        found = []
        for record in given:
            with contextlib.suppress(Exception):
                found.append(check_record(self.info, hook, record))
        return found


@contextlib.contextmanager
def subject_of(module_name: str, folder: str, builds_on: tuple[str, ...]) -> Iterator[Subject]:
    """Make a plugin ready for its check: installed, if it is not, and with nobody's settings around it."""
    site = Path(folder) / "site"
    site.mkdir()
    with environment(isolated_environ(Path(folder) / "home")), on_path(site):
        name = _installed_as(module_name)
        if name is None:
            name = _short(module_name)
            if module_name != CORE_PLUGIN:
                write_distribution(site, f"checked-{name}", plugins={name: module_name})
        os.environ["SOGNI_PLUGINS"] = ",".join((name, *builds_on))
        yield Subject(name, import_module(module_name), builds_on)


@contextlib.contextmanager
def file_subject(file: Path, folder: str, builds_on: tuple[str, ...]) -> Iterator[Subject]:
    """Make a one-file plugin ready for its check, as :func:`subject_of`; one that does not load has an empty module."""
    with environment(isolated_environ(Path(folder) / "home")):
        [plugin] = find_files([file])
        os.environ["SOGNI_PLUGINS"] = ",".join((plugin.name, *builds_on))
        os.environ["SOGNI_PLUGIN_PATH"] = str(file)
        subject = Subject(plugin.name, ModuleType(plugin.module_name), builds_on, file)
        yield replace(subject, module=subject.info.module or subject.module)


def _installed_as(module_name: str) -> str | None:
    points = discovery.installed()
    return next((point.name for point in points if point.value.partition(":")[0].strip() == module_name), None)


def _short(module_name: str) -> str:
    package = module_name.partition(".")[0].removeprefix("sogni_")
    return package.replace("_", "-") or module_name
