"""The JSON Schema of a mode: from the same model as its flags, with the defaults that settings give."""

from __future__ import annotations

from typing import Any

from sogni_core._engine.report import plain
from sogni_core._engine.resolver import whole_class
from sogni_core._host.registry import Owned
from sogni_core.plugin import Mode
from sogni_core.request import Argument, Option
from sogni_core.settings import Settings


def mode_schema(mode: Owned[Mode], settings: Settings) -> dict[str, Any]:
    """Describe a mode's request; a property's ``x-flags`` are its spellings on the command line."""
    model = whole_class(mode)
    schema = model.model_json_schema()
    marks = dict(model.markers())
    properties: dict[str, Any] = {}
    for name, mark in marks.items():
        described = {key: value for key, value in schema["properties"][name].items() if key != "title"}
        described["description"] = mark.help
        if isinstance(mark, Option):
            described["x-flags"] = list(mark.flags)
            if mark.setting is not None:
                described["x-setting"] = mark.setting
                described["default"] = plain(settings.builtin(mark.setting))
            if mark.shown:
                described["x-default"] = mark.shown
        properties[name] = described
    required = [
        name for name, mark in marks.items() if isinstance(mark, Argument) and model.model_fields[name].is_required()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": mode.record.name,
        "description": mode.record.summary,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        **({"$defs": schema["$defs"]} if "$defs" in schema else {}),
    }
