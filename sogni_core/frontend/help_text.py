"""What help says about an option: its sentence, its default, and its setting."""

from __future__ import annotations

from typing import Any

from sogni_core.field import FieldSpec
from sogni_core.json_value import json_value
from sogni_core.settings import Settings


def help_of(spec: FieldSpec, settings: Settings) -> str:
    """Return an option's help with its default and the setting that changes it."""
    if spec.setting is not None:
        builtin = settings.builtin(spec.setting)
        default = f"default: {_said(builtin, spec)}; " if builtin not in (None, "") else ""
        return f"{spec.help} [{default}setting: {spec.setting}]"
    if spec.default_text:
        return f"{spec.help} [default: {spec.default_text}]"
    if spec.default not in (None, "", (), False) and spec.kind != "secret":
        return f"{spec.help} [default: {_said(spec.default, spec)}]"
    return spec.help


def _said(value: Any, spec: FieldSpec) -> str:
    if isinstance(value, bool):
        on, _, off = spec.flags[0].partition("/")
        return (on if value else off or "off").lstrip("-")
    shown = json_value(value)
    return ", ".join(map(str, shown)) if isinstance(shown, list) else str(shown)
