"""Parts of a builder: values as the service's own client writes them, and refusals of those that cannot be right.

What a model takes is a rule of its catalogue entry; a builder refuses what no model could take, before it is paid for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from sogni_core.errors import InputError


def plain_number(value: float) -> float:
    """Return a number as the service's own client writes it: 4.0 as 4."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def refusal(name: str, rule: str) -> InputError:
    """Make the error of a project's value, to be raised: ``raise refusal("pages", "must be even")``.

    ``name``: field of the project, or several. ``rule``: what is allowed. The code is INVALID_ARGUMENT.
    """
    return InputError("INVALID_ARGUMENT", f"A project's {name} {rule}.")


def check_range(name: str, value: float | None, least: float, largest: float = math.inf) -> None:
    """Refuse a number outside a range, both ends included, and NaN; None passes, since it is not sent.

    Raises InputError INVALID_ARGUMENT.
    """
    if value is None or (least <= value <= largest and math.isfinite(value)):
        return
    allowed = f"from {least:g} to {largest:g}" if math.isfinite(largest) else f"at least {least:g}"
    raise refusal(name, f"must be {allowed}")


def check_choice(name: str, value: str | None, allowed: Iterable[str]) -> None:
    """Refuse a value that is not one of those allowed; None passes, since it is not sent.

    Raises InputError INVALID_ARGUMENT.
    """
    allowed = tuple(allowed)
    if value is not None and value not in allowed:
        raise refusal(name, f"must be one of: {', '.join(allowed)}")
