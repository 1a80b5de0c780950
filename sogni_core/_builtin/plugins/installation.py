"""The commands ``plugins add`` and ``plugins remove``."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from sogni_core._builtin.plugins.installer import Environment, Installer, installer_of, shell_line
from sogni_core._builtin.plugins.process import failed, run
from sogni_core._builtin.plugins.requirement import distribution_of, requirement_of
from sogni_core._core_app import CoreApp
from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.memory import KnownPlugin
from sogni_core._host.plugin_info import PluginInfo
from sogni_core.errors import InputError
from sogni_core.result import Report
from sogni_core.text import clean, quote_path

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show the installer's command; run nothing.", show_default=False)
]

Names = Annotated[
    list[str],
    typer.Argument(help="Plugin, such as video, or its distribution, version, path or URL.", metavar="NAME..."),
]

Installed = Annotated[list[str], typer.Argument(help="Plugin or its distribution.", metavar="NAME...")]


async def add(app: CoreApp, names: Names, dry_run: DryRun = False) -> Report:
    """Install plugins with the installer of this environment: uv tool, pipx, pip or uv."""
    return await install(app, "plugins-add", [requirement_of(name) for name in names], dry_run=dry_run)


async def install(app: CoreApp, kind: str, requirements: Sequence[str], *, dry_run: bool) -> Report:
    """Install requirements and report what plugins came with them. Raises PluginError INSTALL_FAILED."""
    installer = installer_of(Environment.current())
    command = installer.add(requirements)
    if dry_run:
        return _shown(kind, installer, command)
    await run(app, installer, command)
    host = _again(app)
    host.remember()
    before = {(plugin.name, plugin.distribution, plugin.version) for plugin in _installed(app.host)}
    added = [one for one in _installed(host) if (one.name, one.distribution, one.version) not in before]
    wanted = {distribution_of(requirement) for requirement in requirements}
    there = [one for one in _installed(host) if one in added or distribution_of(one.distribution) in wanted]
    text = [f"Installed: {plugin.label}" for plugin in there] or "Nothing was installed that sogni can load."
    warnings = [plugin.failure.message for plugin in there if plugin.failure is not None]
    if not there:
        warnings.append(f"{', '.join(requirements)} brings no plugin for sogni.")
    return Report({**_about(kind, installer, command), "plugins": _rows(there)}, text, tuple(warnings))


async def remove(app: CoreApp, names: Installed, dry_run: DryRun = False) -> Report:
    """Uninstall plugins with the installer of this environment."""
    leaving: list[PluginInfo] = []
    forgotten: list[KnownPlugin] = []
    for name in names:
        found, known = _named(app, name), _known(app, name)
        if not found and not known:
            raise _unknown(app, name)
        leaving += [plugin for plugin in found if plugin not in leaving]
        forgotten += known
    distributions = list(dict.fromkeys(plugin.distribution for plugin in leaving))
    installer = installer_of(Environment.current()) if distributions else None
    command = installer.remove(distributions) if installer is not None else []
    if dry_run:
        return _shown("plugins-remove", installer, command)
    if installer is not None:
        await run(app, installer, command)
        kept = {plugin.distribution for plugin in _installed(_again(app))} & set(distributions)
        if kept:
            raise failed(installer, command, f"it left {', '.join(sorted(kept))} where it was")
    app.host.forget(one.distribution for one in forgotten)
    text = [f"Uninstalled: {plugin.label}" for plugin in leaving]
    text += [f"No longer expected: {one.distribution}" for one in forgotten if one.distribution not in distributions]
    return Report({**_about("plugins-remove", installer, command), "plugins": _rows(leaving)}, text)


def _named(app: CoreApp, name: str) -> list[PluginInfo]:
    """Return the installed plugins that a name means: its own, or those of its distribution. Raises InputError."""
    for plugin in app.host.plugins:
        if plugin.file is not None and plugin.name == name:
            raise InputError(
                "INVALID_ARGUMENT",
                f"{name} is the file {quote_path(plugin.file)}, which is not installed.",
                hint="Delete the file, or take it out of SOGNI_PLUGIN_PATH.",
                details={"path": str(plugin.file)},
            )
    wanted = distribution_of(requirement_of(name))
    if wanted == "sogni-core":
        raise InputError("INVALID_ARGUMENT", "sogni-core is not a plugin; uninstall it with the installer itself.")
    there = _installed(app.host)
    distributions = {plugin.distribution for plugin in there if plugin.name == name}
    distributions |= {plugin.distribution for plugin in there if distribution_of(plugin.distribution) == wanted}
    return [plugin for plugin in there if plugin.distribution in distributions]


def _known(app: CoreApp, name: str) -> list[KnownPlugin]:
    """Return the remembered plugins that a name means, whether they are still installed or not."""
    wanted = distribution_of(requirement_of(name))
    return [one for one in app.host.remembered() if one.name == name or distribution_of(one.distribution) == wanted]


def _unknown(app: CoreApp, name: str) -> InputError:
    names = ", ".join(plugin.name for plugin in _installed(app.host))
    return InputError(
        "INVALID_ARGUMENT",
        f"No plugin {clean(name, 80)!r} is installed.",
        hint=f"Installed: {names}" if names else "No plugins are installed.",
        details={"name": clean(name, 80)},
    )


def _installed(host: PluginHost) -> list[PluginInfo]:
    """List the plugins of distributions, those that are not loaded included."""
    return [plugin for plugin in (*host.plugins, *host.left_out) if plugin.dist is not None]


def _again(app: CoreApp) -> PluginHost:
    """Look for plugins once more, as the next command will."""
    importlib.invalidate_caches()
    return PluginHost.from_environment(CORE_PLUGIN, app.environ)


def _shown(kind: str, installer: Installer | None, command: Sequence[str]) -> Report:
    text = f"Would run: {shell_line(command)}" if command else "Nothing would be run."
    return Report({**_about(kind, installer, command), "dryRun": True}, text)


def _about(kind: str, installer: Installer | None, command: Sequence[str]) -> dict[str, Any]:
    return {
        "type": kind,
        "installer": installer.name if installer is not None else None,
        "command": list(command),
        "dryRun": False,
    }


def _rows(plugins: Iterable[PluginInfo]) -> list[dict[str, str]]:
    return [{"name": one.name, "distribution": one.distribution, "version": one.version} for one in plugins]
