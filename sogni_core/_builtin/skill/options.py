"""The options of a mode as a table, and its usage, from its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sogni_core._builtin.skill.markdown import cell, code, table

_WORDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "", "object": "JSON"}
_FORMATS = {"path": "path", "path-or-url": "path or URL"}


def usage(schema: Mapping[str, Any]) -> str:
    """Return how to call a mode, with optional arguments in brackets."""
    fields, required = schema["properties"], schema["required"]
    options = [f"{about['x-flags'][0]} {name.upper()}" for name, about in fields.items()
               if "x-flags" in about and name in required]  # fmt: skip
    arguments = [name.upper() if name in required else f"[{name.upper()}]" for name, about in fields.items()
                 if "x-flags" not in about]  # fmt: skip
    return " ".join(["sogni", str(schema["title"]), "[OPTIONS]", *options, *arguments])


def options(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of arguments and options."""
    rows = []
    for name, about in sorted(schema["properties"].items(), key=lambda item: "x-flags" in item[1]):
        flags = [flag for spelled in about.get("x-flags", ()) for flag in str(spelled).split("/")]
        shape = _shape(about, schema.get("$defs", {}))
        rows.append((
            ", ".join(code(flag) for flag in flags) or code(name.upper()),
            _value(shape, schema.get("$defs", {})),
            _default(about, flags),
            cell(about["description"]),
        ))
    yield from table(("Option", "Value", "Default", ""), rows)


def _shape(about: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the shape of a property, with references resolved and null left out."""
    for one in about.get("anyOf", ()):
        if one.get("type") != "null":
            return _shape(one, defs)
    target = defs.get(str(about.get("$ref", "")).rpartition("/")[2])
    return target if isinstance(target, Mapping) else about


def _value(shape: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if "enum" in shape:
        return ", ".join(code(cell(choice)) for choice in shape["enum"])
    if shape.get("type") == "array":
        return f"{_value(_shape(shape.get('items', {}), defs), defs)}, repeated"
    kind = _FORMATS.get(shape.get("format", "")) or _WORDS.get(shape.get("type", ""), "text")
    limits = (("minimum", "at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"),
              ("exclusiveMaximum", "below"))  # fmt: skip
    return ", ".join([kind, *(f"{words} {shape[name]}" for name, words in limits if name in shape)])


def _default(about: Mapping[str, Any], flags: list[str]) -> str:
    value = about.get("default")
    if "x-default" in about:
        shown = cell(about["x-default"])
    elif isinstance(value, bool):
        shown = code(flags[0] if value else flags[-1]) if len(flags) > 1 and "x-setting" in about else ""
    else:
        shown = "" if value in (None, "", [], {}) else code(cell(value))
    setting = about.get("x-setting")
    return f"{shown} (setting {code(setting)})".lstrip() if setting else shown
