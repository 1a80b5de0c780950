"""The command ``doctor``: one look at everything that has to be right."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from typing import Annotated

import typer

from sogni_core import __version__
from sogni_core._builtin.account import NetworkOption
from sogni_core._core_app import CoreApp
from sogni_core._engine.missing_rules import absent_rules, rules_missing
from sogni_core._host.memory import KnownPlugin
from sogni_core._host.target_check import broken_records
from sogni_core.errors import ConfigError, SogniError
from sogni_core.files import private_folder
from sogni_core.frozen import frozen
from sogni_core.result import Report
from sogni_core.settings.host_file import FILE

_REPORT = "Update or uninstall the plugin, and tell its author."


@frozen
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    message: str
    hint: str | None = None


async def doctor(
    app: CoreApp,
    network: NetworkOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no network.", show_default=False)] = False,
) -> Report:
    """Check installation, plugins, settings, credentials, folders and network."""
    checks = [*_installation(app), *_rules(app), *_settings(app), *_folders(app)]
    name = network or str(app.settings.value("network").value)
    credentials = _credentials(app, name) if name in ("fast", "relaxed") else None
    if credentials is not None:
        checks.append(credentials)
    if not offline:
        checks.append(await _reachable(app, name))
        if credentials is None or credentials.ok:
            checks.append(await _logged_in(app, name))
    healthy = all(check.ok for check in checks)
    fields = {
        "type": "doctor",
        "checks": [{"name": c.name, "ok": c.ok, "message": c.message, "hint": c.hint} for c in checks],
    }
    text = []
    for check in checks:
        text.append(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.message}")
        if check.hint and not check.ok:
            text.append(f"      {check.hint}")
    return Report(fields, text, success=healthy, exit_code=0 if healthy else ConfigError.exit_code)


def _installation(app: CoreApp) -> Iterator[Check]:
    yield Check("program", True, f"sogni-core {__version__}, Python {platform.python_version()}, {platform.system()}")
    yield from _plugins(app)


def _plugins(app: CoreApp) -> Iterator[Check]:
    """Check every plugin, what its records name included, and that no plugin is missing that was there before."""
    broken = broken_records(app.registry)
    for plugin in app.host.plugins:
        name = f"plugin {plugin.name}"
        errors = [error for error in (plugin.failure, *plugin.problems) if error is not None]
        findings = [finding for finding in broken if finding.plugin is plugin]
        yield from (Check(name, False, error.message, error.hint) for error in errors)
        yield from (Check(name, False, finding.message, _REPORT) for finding in findings)
        if not errors and not findings and not plugin.is_core:
            yield Check(name, True, plugin.label.removeprefix(f"{plugin.name} (").removesuffix(")"))
    for left_out in app.host.left_out:
        yield Check(f"plugin {left_out.name}", True, f"{left_out.label} is left out by SOGNI_PLUGINS")
    gone: dict[str, KnownPlugin] = {one.distribution: one for one in app.host.gone()}
    for distribution, known in gone.items():
        yield Check(
            f"plugin {known.name}",
            False,
            f"{distribution} {known.version} was installed and is no longer there.",
            f"Install it again: sogni plugins add {distribution}. If it was removed on purpose: "
            f"sogni plugins remove {distribution}",
        )
    app.host.remember()


def _rules(app: CoreApp) -> Iterator[Check]:
    """Say that nothing is paid for while a plugin that may have rules cannot be loaded."""
    suspects = app.host.suspects()
    if suspects and app.settings.value("plugins.fail_open").value:
        yield Check("rules", True, " ".join(absent_rules(plugin).said() for plugin in suspects))
    elif suspects:
        error = rules_missing(suspects)
        yield Check("rules", False, error.message, error.hint)


def _settings(app: CoreApp) -> Iterator[Check]:
    problems = app.settings.check()
    for problem in problems:
        yield Check("settings", problem.severity != "error", str(problem))
    if not problems:
        yield Check("settings", True, app.paths.shown(app.paths.config_file))
    yield from _openclaw(app)


def _openclaw(app: CoreApp) -> Iterator[Check]:
    """Say what there is of OpenClaw's; a variable or file that cannot be read is among the problems already."""
    found = app.settings.openclaw.found
    if found.there and found.problem is None:
        keys = f"{len(found.config)} keys" if found.config is not None else "nothing for sogni-gen"
        off = "; enabled is false there, which changes nothing here" if found.enabled is False else ""
        yield Check("openclaw", True, f"{found.origin}: {keys}{off}")
    elif not found.there and app.environ.get(FILE):
        yield Check("openclaw", True, f"{found.origin}, named by {FILE}, is not there")


def _folders(app: CoreApp) -> Iterator[Check]:
    for name, folder in (("state folder", app.paths.state), ("cache folder", app.paths.cache)):
        try:
            private_folder(folder)
        except SogniError as error:
            yield Check(name, False, error.message, error.hint)
        else:
            yield Check(name, True, str(folder))
    try:
        count = len(app.runs(1))
    except SogniError as error:
        yield Check("journal", False, error.message, error.hint)
    else:
        yield Check("journal", True, "readable" if count else "empty")


def _credentials(app: CoreApp, network: str) -> Check:
    try:
        found = app.engine.networks.require_credentials(network)
    except SogniError as error:
        return Check("credentials", False, error.message, error.hint)
    odd = " ".join(app.warnings)
    return Check("credentials", not odd, odd or f"{'API key' if found.api_key else found.username} ({found.origin})")


async def _reachable(app: CoreApp, name: str) -> Check:
    try:
        count = sum(1 for model in await app.models(name) if model.workers)
    except SogniError as error:
        return Check(f"network {name}", False, error.message, error.hint)
    return Check(f"network {name}", True, f"{count} models have workers")


async def _logged_in(app: CoreApp, name: str) -> Check:
    try:
        await app.balance(name)
    except SogniError as error:
        return Check("login", False, error.message, error.hint)
    return Check("login", True, "accepted")
