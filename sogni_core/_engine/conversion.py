"""From what was given, text or typed, to what a request model takes; and from pydantic's errors to problems."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from sogni_core.errors import Problem
from sogni_core.request import REFUSED, Argument, Option, Request
from sogni_core.text import clean, nearest

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)

_RANK_PARSE = 10
"""Rank of what is wrong with a single value: before every rule about several."""

_RANK_PROMPT = 122
"""Rank of an argument that is missing."""


def leaves(annotation: Any) -> set[Any]:
    """Give the types and literals that an annotation is made of, its unions, tuples and lists taken apart."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType, tuple, list, typing.Annotated):
        parts = typing.get_args(annotation)
        if origin is typing.Annotated:
            parts = parts[:1]
        return set().union(*(leaves(part) for part in parts if part not in (Ellipsis, types.NoneType)))
    return {annotation}


def is_many(info: FieldInfo) -> bool:
    """Whether a field takes several values."""
    parts = typing.get_args(info.annotation) or (info.annotation,)
    return any(typing.get_origin(part) in (tuple, list) for part in (info.annotation, *parts))


def flag_of(name: str, mark: Argument | Option | None) -> str:
    """Name a field the way a user types it."""
    if isinstance(mark, Option) and mark.flags:
        long = [flag for flag in mark.flags if flag.startswith("--")]
        return (long or list(mark.flags))[0].partition("/")[0]
    if isinstance(mark, Argument):
        return mark.metavar or name.upper()
    return name


def number(text: str) -> int | float | None:
    """Read a decimal number; None if the text is not one. Hexadecimal, blanks and underscores are refused."""
    stripped = text.strip()
    if not _DECIMAL.fullmatch(stripped):
        return None
    value = float(stripped)
    if value in (float("inf"), float("-inf")):
        return None
    if re.fullmatch(r"[+-]?\d+", stripped):
        return int(stripped)
    return int(value) if value.is_integer() else value


def prepare(model: type[Request], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Turn texts into numbers and lists where the fields ask for it; values of None count as not given."""
    marks = dict(model.markers())
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, raw in given.items():
        if raw is None:
            continue
        info = model.model_fields.get(name)
        if info is None:
            close = nearest(name, model.model_fields)
            hint = f"Did you mean {close!r}?" if close else f"There are: {', '.join(model.model_fields)}."
            problems.append(Problem(f"There is no option {clean(name, 80)!r}.", name, hint=hint, rank=_RANK_PARSE))
            continue
        mark = marks.get(name)
        many = is_many(info)
        items: list[Any] = list(raw) if many and isinstance(raw, Sequence) and not isinstance(raw, str) else [raw]
        if isinstance(mark, Option) and mark.separator:
            items = [part for item in items for part in _split(item, mark.separator)]
        kind = "an integer" if float not in leaves(info.annotation) else "a number"
        if leaves(info.annotation) & {int, float} and leaves(info.annotation).isdisjoint({str, bool}):
            converted = []
            for item in items:
                parsed = number(item) if isinstance(item, str) else item
                if parsed is None:
                    flag = flag_of(name, mark)
                    details = {"flag": flag, "value": item}
                    problems.append(Problem(f"{flag} must be {kind}.", name, details=details, rank=_RANK_PARSE))
                converted.append(parsed)
            items = converted
        values[name] = items if many else items[0]
    for problem in problems:
        values.pop(problem.field or "", None)
    return values, problems


def _split(item: Any, separator: str) -> list[Any]:
    if not isinstance(item, str):
        return [item]
    return [part.strip() for part in item.split(separator) if part.strip()]


def problems_of(
    error: ValidationError, model: type[Request], origins: Mapping[str, str], skip: Iterable[str] = ()
) -> list[Problem]:
    """Say pydantic's errors in this program's words; ``origins`` names where a value came from."""
    marks = dict(model.markers())
    problems: list[Problem] = []
    for found in error.errors(include_url=False):
        name = str(found["loc"][0]) if found["loc"] else ""
        if name in skip:
            continue
        mark = marks.get(name)
        flag = flag_of(name, mark)
        origin = origins.get(name, "given")
        subject = flag if origin == "given" else f"{flag} ({origin})"
        details: dict[str, Any] = {"flag": flag}
        if found["type"] != "missing":
            details["value"] = _plain(found["input"])
        if found["type"] == REFUSED:
            problems.append(_in_own_words(found["ctx"], name))
            continue
        message = _message(found, model, name, mark, details)
        problems.append(
            Problem(message.replace(flag, subject, 1), name or None, details=details, rank=_rank(found["type"], mark))
        )
    return problems


def _in_own_words(said: Mapping[str, Any], name: str) -> Problem:
    return Problem(said["message"], name, hint=said["hint"], details=said["details"], rank=said["rank"])


def _rank(kind: str, mark: Argument | Option | None) -> int:
    # The original checks for a missing prompt after the rules about options.
    if kind in ("missing", "string_too_short") and isinstance(mark, Argument):
        return _RANK_PROMPT
    return _RANK_PARSE


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | bool) or value is None else clean(value, 200)


def _message(
    found: Mapping[str, Any], model: type[Request], name: str, mark: Argument | Option | None, details: dict[str, Any]
) -> str:
    flag = details["flag"]
    kind: str = found["type"]
    context: Mapping[str, Any] = found.get("ctx") or {}
    if kind == "missing":
        if isinstance(mark, Argument):
            return mark.missing or f"{flag} is missing: {mark.help}"
        return f"{flag} requires a value."
    if kind.startswith("int_"):
        return f"{flag} must be an integer."
    if kind.startswith("float_") or kind == "finite_number":
        return f"{flag} must be a number."
    if kind.startswith("bool_"):
        return f"{flag} must be true or false."
    if kind in ("greater_than_equal", "less_than_equal"):
        least, most = _bounds(model.model_fields[name])
        if least is not None and most is not None:
            return f"{flag} must be between {least} and {most}."
        details["min" if kind == "greater_than_equal" else "max"] = context.get("ge", context.get("le"))
        return f"{flag} must be >= {least}." if kind == "greater_than_equal" else f"{flag} must be <= {most}."
    if kind == "literal_error":
        choices = choices_of(model.model_fields[name])
        details["allowed"] = choices
        quoted = [f'"{choice}"' for choice in choices]
        return f"{flag} must be {' or '.join(filter(None, [', '.join(quoted[:-1]), quoted[-1]]))}."
    if kind == "string_too_short":
        return (isinstance(mark, Argument) and mark.missing) or f"{flag} must not be empty."
    if kind == "string_unicode":
        return f"{flag} must be text in UTF-8."
    if kind == "value_error":
        return f"{flag} {clean(context.get('error', found['msg']), 300)}."
    return f"{flag}: {clean(found['msg'], 300)}."


def _bounds(info: FieldInfo) -> tuple[Any, Any]:
    least = next((mark.ge for mark in info.metadata if getattr(mark, "ge", None) is not None), None)
    most = next((mark.le for mark in info.metadata if getattr(mark, "le", None) is not None), None)
    return least, most


def choices_of(info: FieldInfo) -> list[str]:
    """List the allowed words of a field that is a choice; empty for any other."""
    return [
        str(choice)
        for leaf in sorted(leaves(info.annotation), key=str)
        if typing.get_origin(leaf) is Literal
        for choice in typing.get_args(leaf)
    ]
