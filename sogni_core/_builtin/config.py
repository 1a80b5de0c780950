"""Commands for settings: show values with their origins, and change ``config.toml``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sogni_core._builtin.secrets import from_stdin, prompt
from sogni_core.app import App
from sogni_core.errors import InputError
from sogni_core.result import Report
from sogni_core.settings import edit

KeyArgument = Annotated[str, typer.Argument(help="Key, such as image.width.", metavar="KEY")]


def show(app: App) -> Report:
    """List every setting with its value and origin. An invalid file or value is an error."""
    app.settings.require_valid()
    rows = [_value_fields(value) for value in app.settings.all()]
    width = max(len(row["key"]) for row in rows)
    text = [f"{row['key']:<{width}}  {_said(row['value'])}  ({row['origin']})" for row in rows]
    notes = tuple(str(problem) for problem in app.settings.check())
    return Report({"type": "config", "settings": rows}, text, notes)


def set_value(
    app: App,
    key: KeyArgument,
    value: Annotated[
        str | None, typer.Argument(help="Value, as text; left out for a secret, which is asked for.", metavar="VALUE")
    ] = None,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read the value from standard input.", show_default=False)
    ] = False,
) -> Report:
    """Write a setting to config.toml. Warn if a higher layer hides it. A secret is never taken as an argument."""
    return _changed(app, "config-set", edit.set_value(app.settings, key, _value_of(app, key, value, stdin)))


def _value_of(app: App, key: str, value: str | None, stdin: bool) -> str:
    secret = edit.is_secret(app.settings, key)
    if value is not None and (stdin or secret):
        if secret:
            text = f"{key} is a secret; given as an argument it is visible to every user of this machine."
            raise InputError(
                "INVALID_ARGUMENT", text, hint=f"Use sogni config set {key}, which asks for it, or --stdin."
            )
        raise InputError("INVALID_ARGUMENT", "VALUE and --stdin exclude each other.")
    if stdin:
        return from_stdin(f"value of {key}")
    if value is None and secret:
        return prompt(f"{key}: ", "--stdin")
    if value is None:
        raise InputError("INVALID_ARGUMENT", "VALUE is missing.", hint=f"Use sogni config set {key} VALUE.")
    return value


def unset(app: App, key: KeyArgument) -> Report:
    """Remove a setting from config.toml."""
    return _changed(app, "config-unset", edit.unset(app.settings, key))


def _changed(app: App, kind: str, change: edit.Change) -> Report:
    row = _value_fields(change.value)
    fields = {"type": kind, "changed": change.changed, **row, "hiddenBy": change.hidden_by or None}
    text = f"{row['key']} = {_said(row['value'])} ({row['origin']})"
    warnings = list(change.warnings)
    if change.hidden_by:
        warnings.append(f"The value in {app.paths.shown(app.paths.config_file)} is hidden by: {change.hidden_by}.")
    return Report(fields, text if change.changed else f"Nothing to do: {text}", tuple(warnings))


def explain(app: App, key: KeyArgument) -> Report:
    """Show every layer that sets a setting. The first one is in force."""
    spoken = app.settings.explain(key)
    rows = [{**_value_fields(one), "used": one.used, "problem": one.problem or None} for one in spoken]
    text = [
        f"{'*' if row['used'] else ' '} {row['key']} = {_said(row['value'])}  ({row['origin']})"
        + (f"  ignored: {row['problem']}" if row["problem"] else "")
        for row in rows
    ]
    return Report({"type": "config-explain", "key": key, "layers": rows}, text)


def path(app: App) -> Report:
    """Show where files are stored."""
    paths = app.paths
    found = {
        "config": paths.config_file,
        "credentials": paths.credentials,
        "lastRender": paths.last_render,
        "journal": paths.journal,
        "state": paths.state,
        "cache": paths.cache,
    }
    return Report(
        {"type": "config-path", **{name: str(place) for name, place in found.items()}},
        [f"{name}: {place}" for name, place in found.items()],
    )


def _value_fields(value: Any) -> dict[str, Any]:
    return {"key": value.key, "value": value.shown, "origin": value.origin}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "unset" if value is None else str(value)
