"""What a finished project cost, as the service records it.

protocol: records of projects carry ``costActual`` with decimal strings, on the project and on each of its jobs. A frame
has no cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sogni_core._protocol.greeting import amount
from sogni_core._protocol.values import items, record, text
from sogni_core.frozen import frozen


@frozen
class Charged:
    """What the network says that it charged for a project."""

    amount: Decimal
    """In the project's token."""
    usd: Decimal | None = None
    payment: str = ""
    """What paid: ``subscription``, ``paid_spark``, …; empty if the network did not say it."""


def read_charge(project: object) -> Charged | None:
    """Read the charge of a project's record; None if it does not say one."""
    told = record(project)
    payment = text(told.get("paymentModel"), 50) if isinstance(told.get("paymentModel"), str) else ""
    whole = _cost(told)
    if whole is not None:
        return Charged(*whole, payment)
    # The project's own sum may be missing where its jobs have theirs.
    jobs = [_cost(record(job)) for job in items(told.get("completedWorkerJobs"))]
    if not jobs or any(job is None for job in jobs):
        return None
    costs = [job for job in jobs if job is not None]
    usd = [part for _, part in costs if part is not None]
    return Charged(sum((cost for cost, _ in costs), Decimal(0)), sum(usd, Decimal(0)) if usd else None, payment)


def _cost(told: Mapping[str, Any]) -> tuple[Decimal, Decimal | None] | None:
    cost = record(told.get("costActual"))
    charged = amount(cost.get("costInToken"))
    return None if charged is None or charged < 0 else (charged, amount(cost.get("costInUSD")))
