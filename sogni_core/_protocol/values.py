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
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: object) -> Sequence[Any]:
    """Return a JSON array; an empty one for anything else."""
    return value if isinstance(value, list) else ()


def text(value: object, limit: int = 500) -> str:
    """Return text, cleaned; empty for anything else."""
    return clean(value, limit) if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """Return a finite number, also if it is written as text; None for anything else."""
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
    """Return a whole number, also if it is written as text, exact beyond 2**53; None for anything else."""
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
    """Return a number of steps, attempts or places, from 0 to 2**31; None for anything else."""
    result = integer(value)
    return result if result is not None and 0 <= result <= _LARGEST_COUNT else None


def positive(value: object) -> float | None:
    """Return a finite number that is not negative, such as seconds; None for anything else."""
    result = number(value)
    return result if result is not None and result >= 0 else None


def seed(value: object) -> int | None:
    """Return a seed; None for anything else. protocol: ``lastSeed`` is text with a number, ``seedUsed`` a number."""
    result = integer(value)
    return result if result is not None and 0 <= result <= LARGEST_SEED else None


def identity(value: object) -> str:
    """Return an id in upper case, as ids are compared; empty for anything else."""
    return value.strip().upper() if isinstance(value, str) and len(value) <= _LONGEST_ID else ""


def url(value: object) -> str | None:
    """Return an http(s) URL unchanged; None for anything else. Whether sogni may visit it is checked there."""
    if not isinstance(value, str) or len(value) > 16_384:
        return None
    return value if value.lower().startswith(("http://", "https://")) else None
