"""JSON Schemas: of what a mode takes, from the same model as its flags, with the defaults that settings give."""

from __future__ import annotations

from typing import Any

from sogni_core._engine.resolver import whole_class
from sogni_core._host.registry import Owned
from sogni_core.json_value import json_value
from sogni_core.plugin import Mode
from sogni_core.settings import Settings


def input_schema(mode: Owned[Mode], settings: Settings) -> dict[str, Any]:
    """Describe a mode's request; a property's ``x-flags`` are its spellings on the command line."""
    model = whole_class(mode)
    schema = model.model_json_schema()
    specs = model.specs()
    properties: dict[str, Any] = {}
    for name, spec in specs.items():
        described = {key: value for key, value in schema["properties"][name].items() if key != "title"}
        described["description"] = spec.help
        if not spec.positional:
            described["x-flags"] = list(spec.flags)
        if spec.setting is not None:
            described["x-setting"] = spec.setting
            described["default"] = json_value(settings.builtin(spec.setting))
        if spec.default_text:
            described["x-default"] = spec.default_text
        properties[name] = described
    required = [spec.name for spec in specs.values() if spec.required]
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
