"""Tolerant reading of what a server sent: a value of the wrong type is no value, never an exception."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sogni_core.text import clean

LARGEST_SEED = 2**32 - 1
"""protocol: seeds are unsigned 32-bit integers."""

_LONGEST_NUMBER = 32
_LONGEST_ID = 128
_LARGEST_COUNT = 2**31
_NOTHING: Mapping[str, Any] = {}


def record(value: object) -> Mapping[str, Any]:
    """Give a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: object) -> Sequence[Any]:
    """Give a JSON array, an empty one for anything else."""
    return value if isinstance(value, list) else ()


def text(value: object, limit: int = 500) -> str:
    """Give text, cleaned; empty for anything else."""
    return clean(value, limit) if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """Give a finite number, also one written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def integer(value: object) -> int | None:
    """Give a whole number, also one written as text; exact beyond 2**53."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER:
        try:
            return int(value)
        except ValueError:
            return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def count(value: object) -> int | None:
    """Give a number of steps, attempts or places: not negative, and of a size that arithmetic bears."""
    result = integer(value)
    return result if result is not None and 0 <= result <= _LARGEST_COUNT else None


def positive(value: object) -> float | None:
    """Give a finite number that is not negative: seconds."""
    result = number(value)
    return result if result is not None and result >= 0 else None


def seed(value: object) -> int | None:
    """Give a seed; protocol: ``lastSeed`` is text with a number, ``seedUsed`` a number."""
    result = integer(value)
    return result if result is not None and 0 <= result <= LARGEST_SEED else None


def identity(value: object) -> str:
    """Give an id in upper case, in which ids are compared; empty for what is none."""
    return value.strip().upper() if isinstance(value, str) and len(value) <= _LONGEST_ID else ""


def url(value: object) -> str | None:
    """Give an http(s) URL as it stands; whether it may be visited is decided where it is visited."""
    if not isinstance(value, str) or len(value) > 16_384:
        return None
    return value if value.lower().startswith(("http://", "https://")) else None
