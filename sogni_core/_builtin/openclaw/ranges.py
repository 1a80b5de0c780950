"""JSON Schemas of single settings, without references, and their intersections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sogni_core.settings import schema as settings_schema

_DROPPED = frozenset(("title", "default", "description"))
"""Keywords that are not rules. They are added for a whole key, not for each part."""

_TIGHTER = {
    "minimum": max, "exclusiveMinimum": max, "minLength": max, "minItems": max,
    "maximum": min, "exclusiveMaximum": min, "maxLength": min, "maxItems": min,
}  # fmt: skip
"""Keywords for limits, and the function that returns the tighter of two."""

JsonSchema = dict[str, Any]


def of_field(model: type[BaseModel], path: tuple[str, ...]) -> tuple[JsonSchema, str]:
    """Return the schema of a setting and its description. The model must have the path."""
    holder = settings_schema.bare(settings_schema.at(model, path[:-1]))
    whole = holder.model_json_schema()
    about = whole["properties"][path[-1]]
    return _inlined(about, whole.get("$defs", {}), ()), str(holder.model_fields[path[-1]].description or "")


def intersection(one: JsonSchema, other: JsonSchema) -> JsonSchema:
    """Return a schema for what both allow. Limits and choices are merged; other differences become ``allOf``."""
    merged: JsonSchema = {}
    for name in dict.fromkeys([*one, *other]):
        if name not in one or name not in other or one[name] == other[name]:
            merged[name] = one.get(name, other.get(name))
        elif name in _TIGHTER:
            merged[name] = _TIGHTER[name](one[name], other[name])
        elif name == "enum":
            merged[name] = [choice for choice in one[name] if choice in other[name]]
        elif name == "type" and {one[name], other[name]} == {"integer", "number"}:
            merged[name] = "integer"
        else:
            return {"allOf": [one, other]}
    return merged


def _inlined(about: Mapping[str, Any], defs: Mapping[str, Any], within: tuple[str, ...]) -> JsonSchema:
    """Return a schema with its references replaced. A missing key means absence, so null is left out."""
    if "$ref" in about:
        name = str(about["$ref"]).rpartition("/")[2]
        # A recursive table has no end. Below it, the schema allows anything, and the model checks it.
        return {} if name in within else _inlined(defs[name], defs, (*within, name))
    choices = [one for one in about.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        return _inlined({**{k: v for k, v in about.items() if k != "anyOf"}, **choices[0]}, defs, within)
    found: JsonSchema = {}
    for name, value in about.items():
        if name == "properties":
            found[name] = {key: _described(one, defs, within) for key, one in value.items()}
        elif name not in _DROPPED:
            found[name] = _inner(value, defs, within)
    return found


def _described(about: Mapping[str, Any], defs: Mapping[str, Any], within: tuple[str, ...]) -> JsonSchema:
    said = {"description": about["description"]} if "description" in about else {}
    return _inlined(about, defs, within) | said


def _inner(value: Any, defs: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return _inlined(value, defs, within)
    if isinstance(value, list):
        return [_inner(one, defs, within) for one in value]
    return value
