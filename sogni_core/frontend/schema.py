"""JSON Schemas of the requests of modes, from the same models as their flags, with the defaults of settings."""

from __future__ import annotations

from typing import Any

from sogni_core.frontend.modes import ModeInfo
from sogni_core.json_value import json_value
from sogni_core.settings import Settings


def input_schema(mode: ModeInfo, settings: Settings) -> dict[str, Any]:
    """Return the schema of a mode's request. ``x-flags`` of a property are its spellings on a command line.

    A field that another option can fill in, such as the last render's image, is not listed as required.
    """
    model = mode.built_request
    schema = model.model_json_schema()
    specs = model.specs()
    properties: dict[str, Any] = {}
    for name, spec in specs.items():
        if spec.hidden:
            continue
        described = {key: value for key, value in schema["properties"][name].items() if key != "title"}
        described["description"] = spec.help
        if not spec.positional:
            described["x-flags"] = list(spec.flags)
        if spec.setting is not None:
            described["x-setting"] = spec.setting
            described["default"] = json_value(settings.builtin(spec.setting))
        if spec.default_text:
            described["x-default"] = spec.default_text
        if spec.deprecated:
            described["deprecated"] = True
            described["description"] += f" Deprecated: {spec.deprecated}"
        properties[name] = described
    filled = {spec.fills for spec in specs.values()}
    required = [spec.name for spec in specs.values() if spec.required and spec.name in {*properties} - filled]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": mode.name,
        "description": mode.summary,
        **({"deprecated": True} if mode.deprecated else {}),
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        **({"$defs": schema["$defs"]} if "$defs" in schema else {}),
    }
