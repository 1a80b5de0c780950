"""What a run may still spend: each project takes its price before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal

from sogni_core._engine.limits import refused, unpriced
from sogni_core._engine.prices import Answer
from sogni_core._journal.ledger import ExceededError, Ledger, Limit
from sogni_core.errors import SogniError


class Budget:
    """The money of one run, in each token. Without limits it allows everything and waits for nothing."""

    def __init__(
        self,
        ledger: Ledger,
        run_id: str,
        limits: Sequence[Limit],
        *,
        reserved: Iterable[tuple[str, Decimal]] = (),
        spent: Iterable[tuple[str, Decimal]] = (),
    ) -> None:
        """``reserved``: what the run may spend in all. ``spent``: what earlier processes of it have spent."""
        self._ledger = ledger
        self._run_id = run_id
        self._limits = limits
        self._reserved = dict(reserved)
        self._taken = dict(spent)

    async def take(self, price: asyncio.Task[Answer], token: str) -> None:
        """Take a project's price; one that was not planned is reserved now.

        Raises MoneyError LIMIT_REACHED, or PRICE_UNKNOWN if nobody names the price.
        """
        if not self._limits:
            return
        # The question is the run's own: that this project stops waiting does not end it.
        named = await asyncio.shield(price)
        if isinstance(named, SogniError) or named.amount is None:
            raise unpriced([limit.name for limit in self._limits], named if isinstance(named, SogniError) else None)
        taken = self._taken.get(token, Decimal(0)) + named.amount
        if taken > self._reserved.get(token, Decimal(0)):
            try:
                self._ledger.reserve(self._run_id, token, taken, self._limits)
            except ExceededError as exceeded:
                raise refused(exceeded.excess, token) from None
            self._reserved[token] = taken
        self._taken[token] = taken
