"""The JSON form of a value that an option, a setting or a workflow holds: dates, decimals, enums, paths, models."""

from __future__ import annotations

import dataclasses
import enum
import math
import os
from collections.abc import Mapping, Sequence, Set
from typing import Any

MASK = "********"
"""Shown instead of a secret."""


def json_value(value: Any) -> Any:
    """Return a value in JSON types: as pydantic writes it, with every secret masked.

    Enums are their values; dates, times, decimals and UUIDs are texts; sets are sorted lists; what has a method
    ``as_json`` says it itself. A number that JSON cannot say is None, and an unknown object is its text. Never raises.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return json_value(value.value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {_key(name): json_value(item) for name, item in value.items()}
    if isinstance(value, Set):
        return sorted(map(json_value, value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [json_value(item) for item in value]
    return _of_object(value)


def is_secret(value: Any) -> bool:
    """Whether a value holds a secret, such as pydantic's ``SecretStr``, itself or somewhere in it."""
    if hasattr(value, "get_secret_value"):
        return True
    if isinstance(value, str | bytes | bytearray | int | float):
        return False
    if isinstance(value, Mapping):
        return any(map(is_secret, value.values()))
    if isinstance(value, Sequence | Set):
        return any(map(is_secret, value))
    return any(is_secret(getattr(value, name, None)) for name in getattr(type(value), "model_fields", ()))


def _key(name: Any) -> str:
    shown = json_value(name)
    return shown if isinstance(shown, str) else str(shown)


def _of_object(value: Any) -> Any:
    if hasattr(value, "get_secret_value"):
        return MASK
    if hasattr(value, "as_json"):
        return json_value(value.as_json())
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if hasattr(type(value), "model_fields"):
        return {name: json_value(getattr(value, name)) for name in type(value).model_fields}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: json_value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return to_jsonable_python(value, fallback=str)
    except (PydanticSerializationError, ValueError):
        return str(value)
