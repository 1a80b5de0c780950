"""Types and defaults of pydantic fields in words, for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from sogni_core.project import Asset
from sogni_core.settings import schema
from tools.markdown import code

_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    Path: "path",
    Asset: "path or URL",
}


def described(field: FieldInfo | Any) -> str:
    """Say what a field takes: its choices, or its kind and range."""
    if not isinstance(field, FieldInfo):
        return _kind(field)
    limits = ", ".join(_limits(field))
    return f"{_kind(field.annotation)}{', ' if limits else ''}{limits}"


def _kind(annotation: Any) -> str:
    annotation = schema.bare(annotation)
    if get_origin(annotation) is Literal:
        return ", ".join(code(choice) for choice in get_args(annotation))
    if schema.is_mapping(annotation):
        inner = schema.bare(get_args(annotation)[1])
        if schema.is_model(inner):
            return f"table of tables with {', '.join(code(name) for name in inner.model_fields)}"
        return f"table of {_kind(inner)}"
    if schema.is_list(annotation):
        return f"list of {_kind(get_args(annotation)[0])}"
    return _WORDS[annotation]


def _limits(field: FieldInfo) -> Iterator[str]:
    for name, words in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below")):
        for mark in field.metadata:
            if getattr(mark, name, None) is not None:
                yield f"{words} {getattr(mark, name):,}".replace(",", " ")


def default(value: object) -> str:
    """Say a default."""
    if isinstance(value, bool):
        return code("true" if value else "false")
    if value in (None, "", (), {}, []):
        return ""
    return code(value)
