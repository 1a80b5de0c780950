"""What projects cost: each charge on record, and their sums."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

from sogni_core.errors import SogniError
from sogni_core.frozen import frozen

Source = Literal["open", "none", "estimate", "quote", "actual"]
"""Where the amount of a charge comes from.

``open``: the project has not ended, as far as is known. ``none``: the network refused it. ``estimate``: it ended
without all of its outputs, and the network has not said what it charged. ``quote``: it has all outputs, so the price
that the network named is taken. ``actual``: the network said what it charged.
"""

Confirm = Callable[[str], Awaitable[bool]]
"""Asks a person a question, and returns whether the answer is yes."""

Grouping = Literal["day", "mode", "model", "label", "profile"]
"""How charges are summed up. A charge with several labels counts for each of them."""

GROUPINGS: tuple[str, ...] = get_args(Grouping)


@frozen
class Charge:
    """What one project cost."""

    project_id: str
    """Id on the wire; the network names its charge by it."""
    run_id: str
    """The run that sent it. The charge stays on record if the run is deleted."""
    step: str
    mode: str
    model: str
    network: str
    account: str
    token: str
    """``spark`` or ``sogni``: the token of all amounts."""
    sent: datetime
    """When its request was about to leave this machine, UTC."""
    profile: str = ""
    """Name of the profile; empty without one."""
    labels: tuple[str, ...] = ()
    quote: Decimal | None = None
    """The price that the network named beforehand; None if it named none."""
    amount: Decimal | None = None
    """What was charged, as ``source`` says; None for ``open`` and ``estimate``."""
    usd: Decimal | None = None
    """The quote in US dollars; None if the network named none."""
    source: Source = "open"
    payment: str = ""
    """What paid, as the network says it: ``subscription``, ``paid_spark``, …; empty if it did not."""

    @property
    def most(self) -> Decimal:
        """What it costs at most, as far as is known: the amount, else the quote, else 0."""
        return self.amount if self.amount is not None else self.quote or Decimal(0)

    @property
    def certain(self) -> bool:
        """Whether the network said what it charged, or never accepted it."""
        return self.source in ("actual", "none")


@frozen
class CostSum:
    """The charges of one day, mode, model, label or profile in one token."""

    name: str
    token: str
    projects: int
    amount: Decimal
    """Sum of all charges, each as far as it is known."""
    uncertain: Decimal
    """The part of it that the network has not confirmed."""
    unknown: int
    """Projects whose price nobody named; they count as 0."""


@frozen
class CostReport:
    """What a period cost."""

    since: datetime | None
    """Its beginning, UTC; None for everything on record."""
    by: Grouping
    groups: Sequence[CostSum]
    totals: Sequence[CostSum]
    """One for each token, its name empty."""
    charges: Sequence[Charge] = field(repr=False)
    """The charges, the oldest first."""
    unconfirmed: SogniError | None = None
    """Why the network could not be asked for charges that it has not confirmed; None if it could."""


def report(
    charges: Sequence[Charge], by: Grouping, since: datetime | None = None, unconfirmed: SogniError | None = None
) -> CostReport:
    """Sum up charges."""
    groups = sums((name, charge) for charge in charges for name in _NAMES[by](charge))
    return CostReport(since, by, groups, sums(("", charge) for charge in charges), charges, unconfirmed)


def sums(named: Iterable[tuple[str, Charge]]) -> list[CostSum]:
    """Return the sums of charges under names, sorted by name and token."""
    found: dict[tuple[str, str], list[Charge]] = {}
    for name, charge in named:
        found.setdefault((name, charge.token), []).append(charge)
    return [
        CostSum(
            name,
            token,
            projects=len(charges),
            amount=sum((charge.most for charge in charges), Decimal(0)),
            uncertain=sum((charge.most for charge in charges if not charge.certain), Decimal(0)),
            unknown=sum(charge.amount is None and charge.quote is None for charge in charges),
        )
        for (name, token), charges in sorted(found.items())
    ]


_NAMES: Mapping[Grouping, Callable[[Charge], Iterable[str]]] = {
    "day": lambda charge: (f"{charge.sent:%Y-%m-%d}",),
    "mode": lambda charge: (charge.mode,),
    "model": lambda charge: (charge.model,),
    "label": lambda charge: charge.labels or ("",),
    "profile": lambda charge: (charge.profile,),
}
