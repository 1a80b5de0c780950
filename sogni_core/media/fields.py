"""Refusals of what would be paid for and cannot be right; what a model bears is a rule of its catalogue entry."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sogni_core.errors import InputError


def refuse(name: str, rule: str) -> InputError:
    """Make the error of a value: what it was, and what is allowed."""
    return InputError("INVALID_ARGUMENT", f"A project's {name} {rule}.")


def within(name: str, value: float | None, least: float, largest: float = math.inf) -> None:
    """Refuse a number outside of a range, and one that is none; None is not given and passes."""
    if value is None or (least <= value <= largest and math.isfinite(value)):
        return
    allowed = f"from {least:g} to {largest:g}" if math.isfinite(largest) else f"at least {least:g}"
    raise refuse(name, f"must be {allowed}")


def one_of(name: str, value: str | None, allowed: Iterable[str]) -> None:
    """Refuse what is no choice; None is not given and passes."""
    if value is not None and value not in allowed:
        raise refuse(name, f"must be one of: {', '.join(allowed)}")
