"""The terms of a run: who it is for, what it may cost, and which call it answers."""

from __future__ import annotations

from decimal import Decimal

from sogni_core._journal.ledger import Limit
from sogni_core.frozen import frozen


@frozen
class Terms:
    """What a run is begun with, besides its request."""

    profile: str = ""
    labels: tuple[str, ...] = ()
    key: str = ""
    """Idempotency key; empty for none. Of all runs of a journal, one has it."""
    digest: str = ""
    """Of what the caller asked for: two runs with one digest are for the same request."""
    limits: tuple[Limit, ...] = ()
    """What may be spent."""
    costs: tuple[tuple[str, Decimal], ...] = ()
    """What it will cost, by token; reserved within the limits as it begins."""


class KeyTakenError(Exception):
    """A run with this idempotency key exists."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id
