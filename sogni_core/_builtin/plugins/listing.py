"""The command ``plugins``: what is loaded, what it brings, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from sogni_core._core_app import CoreApp
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.record_check import HOOKS
from sogni_core._host.registry import Owned
from sogni_core._host.target_check import Finding, broken_records
from sogni_core.errors import SogniError
from sogni_core.plugin import Model, Settings, Validator, Workflow
from sogni_core.result import Report
from sogni_core.text import quote_path

_SHOWN = ("modes", "commands", "networks")
"""Kinds of records that the text names; JSON names all."""


def plugins(app: CoreApp) -> Report:
    """List plugins, what they bring, and what is wrong with them."""
    broken = broken_records(app.registry)
    app.host.remember()
    rows = [_row(app, plugin, broken) for plugin in app.host.plugins]
    left_out = [plugin.name for plugin in app.host.left_out]
    gone = [{"name": one.name, "distribution": one.distribution, "version": one.version} for one in app.host.gone()]
    text = [line for row in rows for line in _lines(row)]
    if left_out:
        text.append(f"Left out by SOGNI_PLUGINS: {', '.join(left_out)}")
    if gone:
        text.append(f"No longer installed: {', '.join(one['distribution'] for one in gone)}")
    return Report({"type": "plugins", "plugins": rows, "leftOut": left_out, "gone": gone}, text)


def _row(app: CoreApp, plugin: PluginInfo, broken: list[Finding]) -> dict[str, Any]:
    every: dict[str, list[Owned[Any]]] = {hook: app.registry.every(kind) for hook, kind in HOOKS.items()}
    brings = {
        hook.removeprefix("sogni_"): [_name(owned.record) for owned in records if owned.plugin is plugin]
        for hook, records in every.items()
    }
    return {
        "name": plugin.name,
        "distribution": plugin.distribution or None,
        "version": plugin.version or None,
        "file": str(plugin.file) if plugin.file is not None else None,
        "module": plugin.module_name,
        "hooks": list(plugin.hooks),
        "brings": {kind: names for kind, names in brings.items() if names},
        "importMs": round(plugin.import_ms, 2),
        "failure": _failure(plugin.failure),
        "problems": [_failure(problem) for problem in plugin.problems],
        "broken": [
            {"record": finding.record, "error": finding.message} for finding in broken if finding.plugin is plugin
        ],
        "warnings": list(plugin.warnings),
    }


def _name(record: Any) -> str:
    if isinstance(record, Workflow):
        return f"{record.mode}:{record.name}"
    if isinstance(record, Validator):
        return record.target or record.projects or ""
    if isinstance(record, Settings):
        return record.section
    return record.id if isinstance(record, Model) else str(record.name)


def _failure(error: SogniError | None) -> dict[str, str] | None:
    return {"errorCode": error.code, "error": error.message} if error is not None else None


def _lines(row: dict[str, Any]) -> list[str]:
    origin = quote_path(row["file"]) if row["file"] else f"{row['distribution']} {row['version']}"
    lines = [f"{row['name']}  {origin}  {row['importMs']:.1f} ms"]
    brings = "; ".join(f"{kind}: {', '.join(row['brings'][kind])}" for kind in _SHOWN if kind in row["brings"])
    if brings:
        lines.append(f"  {brings}")
    if row["failure"]:
        lines.append(f"  not loaded: {row['failure']['error']}")
    lines += [f"  {problem['error']}" for problem in (*row["problems"], *row["broken"])]
    lines += [f"  {warning}" for warning in row["warnings"]]
    return lines
