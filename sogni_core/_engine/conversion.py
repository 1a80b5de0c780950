"""From what was given, text or typed, to what a request model takes; and from pydantic's errors to problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from sogni_core.field import FieldSpec, leaves
from sogni_core.json_value import is_secret
from sogni_core.origin import GIVEN, Origin
from sogni_core.problem import Problem, literal
from sogni_core.request import Request
from sogni_core.text import clean, nearest, read_number

if TYPE_CHECKING:
    from pydantic import ValidationError


def convert(model: type[Request], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Turn texts into numbers and lists where the fields ask for it; values of None count as not given."""
    specs = model.specs()
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, raw in given.items():
        if raw is None:
            continue
        spec = specs.get(name)
        if spec is None:
            problems.append(_unknown(name, specs))
            continue
        items = _items(spec, raw)
        parts = leaves(model.model_fields[name].annotation)
        if spec.numeric:
            wrong = [item for item in items if isinstance(item, str) and read_number(item) is None]
            problems += [no_number(spec, item) for item in wrong]
            if wrong:
                continue
            # A decimal is read by its own type, which loses no digit.
            items = [read_number(item) if isinstance(item, str) and Decimal not in parts else item for item in items]
        elif spec.kind == "choice":
            words = _choices(parts)
            items = [words.get(item.strip(), item) if isinstance(item, str) else item for item in items]
        values[name] = items if spec.many else items[0]
    return values, problems


def _choices(parts: Iterable[Any]) -> dict[str, Any]:
    """Return what the words of a choice stand for, where that is no text: a number, or a member of an enum."""
    allowed = [value for part in parts if get_origin(part) is Literal for value in get_args(part)]
    allowed += [member for part in parts if isinstance(part, type) and issubclass(part, Enum) for member in part]
    words = {str(one.value if isinstance(one, Enum) else one): one for one in allowed}
    return {word: one for word, one in words.items() if not isinstance(getattr(one, "value", one), str)}


def _items(spec: FieldSpec, raw: Any) -> list[Any]:
    """Return the values that were given, texts split where the field asks for it."""
    items = list(raw) if spec.many and isinstance(raw, Sequence) and not isinstance(raw, str) else [raw]
    if not spec.separator:
        return items
    return [part for item in items for part in _split(item, spec.separator)]


def _split(item: Any, separator: str) -> list[Any]:
    if not isinstance(item, str):
        return [item]
    return [part.strip() for part in item.split(separator) if part.strip()]


def _unknown(name: str, specs: Mapping[str, FieldSpec]) -> Problem:
    shown = clean(name, 80)
    known = [field for field, spec in specs.items() if not spec.hidden]
    close = nearest(name, known)
    facts = {"option": shown, "available": known}
    if close is None:
        return Problem("value.unknown", (), "Unknown option '{option}'.", facts, hint="Available: {available}.")
    return Problem("value.unknown", (close,), "Unknown option '{option}'.", facts, hint=f"Did you mean {{{close}}}?")


def no_number(spec: FieldSpec, value: object) -> Problem:
    """Say that a value is not the number that a field takes."""
    what = "an integer" if spec.kind == "integer" else "a number"
    return Problem(f"value.{spec.kind}", (spec.name,), f"{{{spec.name}}} must be {what}.", {"value": _plain(value)})


def problems_of(
    error: ValidationError, model: type[Request], origins: Mapping[str, Origin], skip: Iterable[str] = ()
) -> list[Problem]:
    """Say pydantic's errors in this program's words; ``origins`` names where a value came from."""
    specs = model.specs()
    problems: list[Problem] = []
    for found in error.errors(include_url=False):
        name = str(found["loc"][0]) if found["loc"] else ""
        if name in skip:
            continue
        spec = specs.get(name)
        if spec is None:
            text = literal(clean(found["msg"], 300))
            problems.append(Problem("value.invalid", (name,) if name else (), f"{text}."))
            continue
        origin = origins.get(name, GIVEN)
        subject = f"{{{name}}}" if origin == GIVEN else f"{{{name}}} ({literal(str(origin))})"
        problems.append(_problem(found, spec, subject))
    return problems


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | bool) or value is None else clean(value, 200)


def _problem(found: Mapping[str, Any], spec: FieldSpec, subject: str) -> Problem:
    kind: str = found["type"]
    shown = kind != "missing" and spec.kind != "secret" and not is_secret(found["input"])
    facts: dict[str, Any] = {"value": _plain(found["input"])} if shown else {}
    rule, text, more = _said(kind, found, spec)
    if text.startswith("{}"):
        text = subject + text[2:]
    return Problem(f"value.{rule}", (spec.name,), text, facts | more)


def _said(kind: str, found: Mapping[str, Any], spec: FieldSpec) -> tuple[str, str, dict[str, Any]]:
    """Return rule, text (``{}`` at its beginning for the field) and facts of one of pydantic's errors."""
    context: Mapping[str, Any] = found.get("ctx") or {}
    if kind in ("missing", "string_too_short") and spec.missing:
        return "missing", literal(spec.missing), {}
    if kind == "missing":
        return "missing", "{} is required.", {}
    if kind in ("string_too_short", "too_short"):
        least = context.get("min_length", 1)
        if least <= 1:
            return "empty", "{} must not be empty.", {}
        what = "values" if spec.many else "characters"
        return "length", f"{{}} must have at least {{min}} {what}.", {"min": least}
    if kind in ("greater_than_equal", "less_than_equal"):
        return "range", *_range(spec, context)
    if kind in ("literal_error", "enum"):
        quoted = [f'"{choice}"' for choice in spec.choices]
        words = " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
        return "choice", "{} must be {words}.", {"allowed": list(spec.choices), "words": words}
    if kind == "value_error":
        return "invalid", f"{{}} {literal(clean(context.get('error', found['msg']), 300))}.", {}
    for prefix, rule, what in _TYPES:
        if kind.startswith(prefix):
            return rule, f"{{}} must be {what}.", {}
    return "invalid", f"{{}}: {literal(clean(found['msg'], 300))}.", {}


def _range(spec: FieldSpec, context: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if spec.least is not None and spec.most is not None:
        return "{} must be between {min} and {max}.", {"min": spec.least, "max": spec.most}
    if "ge" in context:
        return "{} must be >= {min}.", {"min": context["ge"]}
    return "{} must be <= {max}.", {"max": context["le"]}


_TYPES = (
    ("int_", "integer", "an integer"),
    ("float_", "number", "a number"),
    ("finite_number", "number", "a number"),
    ("decimal_", "number", "a number"),
    ("bool_", "switch", "true or false"),
    ("string_unicode", "text", "text in UTF-8"),
    ("datetime_", "time", "a date and time, such as 2026-12-31T18:00"),
    ("date_", "time", "a date, such as 2026-12-31"),
    ("time_delta_", "time", "a duration, such as 01:30:00"),
    ("time_", "time", "a time, such as 18:00"),
    ("uuid_", "uuid", "a UUID"),
)
"""How pydantic's names of an error begin, our rule, and what the value must be."""
