"""Commands about this program: models, plugins, schemas, error codes, version."""

from __future__ import annotations

import platform
from typing import Annotated, Any

import typer

from sogni_core import __version__
from sogni_core._builtin.account import NetworkOption
from sogni_core._host.record_check import HOOKS
from sogni_core.app import App
from sogni_core.errors import InputError, SogniError
from sogni_core.plugin import ErrorCode, Model, Settings, Validator, Workflow
from sogni_core.result import Report
from sogni_core.text import nearest


async def models(app: App, network: NetworkOption = None) -> Report:
    """List models, with live worker counts where a network is reachable."""
    known = {model.id: model for model in app.registry.models()}
    warnings: list[str] = []
    live: dict[str, Any] = {}
    try:
        live = {model.id: model for model in await app.models(network)}
    except SogniError as error:
        if error.exit_code not in (5, 6):
            raise
        warnings.append(f"Could not fetch live worker counts: {error.message}")
    rows = []
    for model_id in [*known, *(name for name in live if name not in known)]:
        entry = app.registry.model(model_id)
        there = live.get(model_id)
        rows.append({
            "id": model_id,
            "media": (there.media if there is not None else "") or entry.media,
            "speed": entry.speed or None,
            "use": entry.use or (there.name if there is not None else None) or None,
            "seconds": entry.seconds,
            "defaults": dict(entry.defaults),
            "limits": {name: list(v) if isinstance(v, tuple) else v for name, v in entry.limits.items()},
            "workers": there.workers if there is not None else (0 if live else None),
        })
    return Report({"type": "models", "models": rows}, _table(rows, bool(live)), tuple(warnings))


def _table(rows: list[dict[str, Any]], live: bool) -> list[str]:
    width = max((len(row["id"]) for row in rows), default=0)
    lines = []
    for row in rows:
        workers = f"{row['workers']:>4} workers  " if live else ""
        said = ", ".join(part for part in (row["speed"], row["use"]) if part)
        lines.append(f"{row['id']:<{width}}  {row['media']:<5}  {workers}{said}".rstrip())
    return lines


_KINDS: dict[str, type[Any]] = {hook.removeprefix("sogni_"): kind for hook, kind in HOOKS.items()}


def plugins(app: App) -> Report:
    """List plugins, what they bring, and what is wrong with them."""
    rows = []
    for plugin in app.host.plugins:
        brings = {
            kind: [_record_name(owned.record) for owned in app.registry.every(record) if owned.plugin is plugin]
            for kind, record in _KINDS.items()
        }
        rows.append({
            "name": plugin.name,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "module": plugin.module_name,
            "hooks": list(plugin.hooks),
            "brings": {kind: names for kind, names in brings.items() if names},
            "importMs": round(plugin.import_ms, 2),
            "failure": _failure(plugin.failure),
            "problems": [_failure(problem) for problem in plugin.problems],
            "warnings": list(plugin.warnings),
        })
    return Report({"type": "plugins", "plugins": rows}, [line for row in rows for line in _plugin_lines(row)])


def _record_name(record: Any) -> str:
    if isinstance(record, Workflow):
        return f"{record.mode}:{record.name}"
    if isinstance(record, Validator):
        return record.target or record.projects or ""
    if isinstance(record, Settings):
        return record.section
    return record.id if isinstance(record, Model) else str(record.name)


def _failure(error: SogniError | None) -> dict[str, str] | None:
    return {"errorCode": error.code, "error": error.message} if error is not None else None


def _plugin_lines(row: dict[str, Any]) -> list[str]:
    brings = "; ".join(f"{kind}: {', '.join(filter(None, names))}" for kind, names in row["brings"].items()
                       if kind in ("modes", "commands", "networks"))  # fmt: skip
    lines = [f"{row['name']}  {row['distribution']} {row['version']}  {row['importMs']:.1f} ms"]
    if brings:
        lines.append(f"  {brings}")
    if row["failure"]:
        lines.append(f"  not loaded: {row['failure']['error']}")
    lines += [f"  {problem['error']}" for problem in row["problems"]]
    lines += [f"  {warning}" for warning in row["warnings"]]
    return lines


def schema(app: App, mode: Annotated[str | None, typer.Argument(help="Mode; all if left out.")] = None) -> None:
    """Print the JSON Schema of a mode, or of all. The output is the schema itself, with --json or without."""
    import json
    import sys

    found = app.schema(mode) if mode is not None else app.schemas()
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def errors(app: App, code: Annotated[str | None, typer.Argument(help="Code; all if left out.")] = None) -> Report:
    """Explain error codes: what happened, what to do, whether a retry helps, whether it may charge again."""
    if code is None:
        listed = list(app.error_codes.values())
        width = max(len(one.name) for one in listed)
        text = [f"{one.name:<{width}}  {exit_code(one):>3}  {one.meaning}" for one in listed]
        return Report({"type": "errors", "errors": [_code_fields(one) for one in listed]}, text)
    one_code = app.registry.error_code(code.upper())
    if one_code is None:
        close = nearest(code.upper(), app.error_codes)
        raise InputError(
            "INVALID_ARGUMENT",
            f"There is no error code {code!r}.",
            hint=f"Did you mean {close}?" if close else "Use sogni errors to see all.",
        )
    fields = _code_fields(one_code)
    text = [
        f"{one_code.name} (exit {fields['exitCode']})",
        one_code.meaning,
        *([one_code.remedy] if one_code.remedy else []),
        f"Trying again can help: {'yes' if one_code.retryable else 'no'}",
        f"Trying again may charge again: {'yes' if one_code.may_charge_again else 'no'}",
    ]
    return Report({"type": "error", **fields}, text)


def exit_code(code: ErrorCode) -> int:
    """Give the exit code of an error code."""
    from sogni_core import errors as tree

    return int(getattr(tree, code.kind).exit_code)


def _code_fields(code: ErrorCode) -> dict[str, Any]:
    return {
        "code": code.name,
        "exitCode": exit_code(code),
        "meaning": code.meaning,
        "remedy": code.remedy or None,
        "retryable": code.retryable,
        "mayChargeAgain": code.may_charge_again,
    }


def version(app: App) -> Report:
    """Print the version."""
    fields = {"type": "version", "name": "sogni-core", "version": __version__, "python": platform.python_version()}
    return Report(fields, __version__)
