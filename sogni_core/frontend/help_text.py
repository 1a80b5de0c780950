"""Texts for help: the usage of a mode, and the labels, defaults and groups of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sogni_core.field import FieldSpec, Group
from sogni_core.frontend.help_page import Row
from sogni_core.json_value import json_value
from sogni_core.settings import Settings

OPTIONS = "Options"
"""Heading of the options that belong to the mode itself."""


def usage(command: str, fields: Mapping[str, FieldSpec]) -> str:
    """Return the usage of a mode: its required options and its arguments, optional ones in brackets."""
    options = [spec for spec in fields.values() if spec.flags and spec.required and not spec.hidden]
    needed = [f"{spec.flags[0]} {spec.metavar}".strip() for spec in options]
    arguments = [spec.metavar if spec.required else f"[{spec.metavar}]" for spec in fields.values() if spec.positional]
    return " ".join([command, "[OPTIONS]", *needed, *arguments])


def grouped(fields: Mapping[str, FieldSpec]) -> Iterator[tuple[str, list[FieldSpec]]]:
    """Yield headings with their options: the mode's own options, groups of its author, then shared groups."""
    groups: dict[str, list[FieldSpec]] = {}
    for spec in fields.values():
        if spec.flags and not spec.hidden:
            groups.setdefault(spec.group, []).append(spec)
    shared = [str(group) for group in Group]
    for name in sorted(groups, key=lambda name: (name != "", shared.index(name) if name in shared else -1)):
        yield name or OPTIONS, groups[name]


def row(spec: FieldSpec, fields: Mapping[str, FieldSpec], settings: Settings) -> Row:
    """Return the label of a field, and its help with its default or whether it is required."""
    meaning = help_of(spec, settings)
    return label(spec), f"{meaning} [{_required(spec, fields)}]" if spec.required else meaning


def label(spec: FieldSpec) -> str:
    """Return the spellings of a field and the name of its value: ``-o, --output PATH``."""
    if spec.positional:
        return spec.metavar
    return f"{', '.join(spec.flags)} {spec.metavar}".strip()


def help_of(spec: FieldSpec, settings: Settings) -> str:
    """Return an option's help with its default, the setting that changes it, and what to use if it is deprecated."""
    text = _with_default(spec, settings)
    return f"{text} Deprecated: {spec.deprecated}" if spec.deprecated else text


def _with_default(spec: FieldSpec, settings: Settings) -> str:
    if spec.setting is not None:
        builtin = settings.builtin(spec.setting)
        default = f"default: {_shown(builtin, spec)}; " if builtin not in (None, "", ()) else ""
        return f"{spec.help} [{default}setting: {spec.setting}]"
    if spec.default_text:
        return f"{spec.help} [default: {spec.default_text}]"
    if spec.default not in (None, "", (), False) and spec.kind != "secret":
        return f"{spec.help} [default: {_shown(spec.default, spec)}]"
    return spec.help


def _required(spec: FieldSpec, fields: Mapping[str, FieldSpec]) -> str:
    instead = [other.flag for other in fields.values() if other.fills == spec.name]
    return " or ".join([f"required, unless {instead[0]} is given", *instead[1:]]) if instead else "required"


def _shown(value: Any, spec: FieldSpec) -> str:
    if isinstance(value, bool):
        on, _, off = spec.flags[0].partition("/")
        return (on if value else off or "off").lstrip("-")
    shown = json_value(value)
    return ", ".join(map(str, shown)) if isinstance(shown, list) else str(shown)
