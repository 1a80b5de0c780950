"""What the marks of a request's fields may hold: looked at once, before anybody reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sogni_core._host.record_check import FLAG, TYPES, Type
from sogni_core.request import Argument, Fixed, Option, Request

_TYPES: Mapping[str, Type] = {
    **TYPES,
    "int": lambda value: isinstance(value, int),
}


def wrong_marks(model: type[Request]) -> Iterator[str]:
    """Yield what is wrong with the marks of a request: a value of another type, a flag that cannot be typed."""
    for name, mark in model.markers():
        yield from (f"{model.__qualname__}.{name}: {reason}" for reason in _wrong(mark))
    for name in fixed_fields(model):
        if model.model_fields[name].is_required():
            yield f"{model.__qualname__}.{name}: a field marked as Fixed needs a default, which is its value."


@lru_cache(maxsize=256)
def first_wrong_mark(model: type[Request]) -> str:
    """Return the first thing that is wrong with the marks of a request; empty if nothing is. They never change."""
    return next(wrong_marks(model), "")


def fixed_fields(model: type[Request]) -> Iterator[str]:
    """Yield the names of the fields that are marked as :class:`Fixed`."""
    for name, info in model.model_fields.items():
        if any(isinstance(mark, Fixed) for mark in info.metadata):
            yield name


def fixed_values(model: type[Request]) -> dict[str, Any]:
    """Return the values of the fields that are marked as :class:`Fixed`."""
    return {name: model.model_fields[name].get_default(call_default_factory=True) for name in fixed_fields(model)}


def _wrong(mark: Argument | Option) -> Iterator[str]:
    kind = type(mark)
    for name, wanted in kind.__annotations__.items():
        value = getattr(mark, name)
        if not _TYPES[wanted](value):
            yield f"{kind.__name__}.{name} must be {wanted}, not {value!r:.80}."
        elif name == "flags":
            yield from (f"{flag!r:.80} is no flag." for flag in value if not all(map(FLAG.fullmatch, flag.split("/"))))
            if not value:
                yield "Option.flags must not be empty."
