"""What a call says besides its request: its limit, its labels, its key."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sogni_core.frozen import frozen


@frozen
class CallTerms:
    """What a call says besides its request."""

    max_cost: Decimal | None = None
    confirmed: bool = False
    key: str = ""
    labels: tuple[str, ...] = ()
    again: bool = False
    """Whether nothing is said of a run for the same request."""

    def as_json(self) -> dict[str, Any]:
        """Return what a resumed run needs of it."""
        return {} if self.max_cost is None else {"maxCost": str(self.max_cost)}
