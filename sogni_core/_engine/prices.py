"""What a project costs and whether it can be paid; asked in parallel, so that nothing waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sogni_core._engine.outcomes import missing_of
from sogni_core._journal.entries import Step as StoredStep
from sogni_core._network.facts import Price
from sogni_core._network.session import Session
from sogni_core.errors import MoneyError, ServiceError, SogniError, TransportError
from sogni_core.plugin import Medium
from sogni_core.project import Project

Answer = Price | SogniError
"""The price of a project, or why the network did not say it."""


def price_facts(price: Price) -> dict[str, Any] | None:
    """Return a price as a plan and facts have it, ``{"token": "spark", "amount": 1.5, "usd": 0.01}``."""
    if price.amount is None:
        return None
    usd = {"usd": float(price.usd)} if price.usd is not None else {}
    return {"token": price.token, "amount": float(price.amount), **usd}


class Prices:
    """Asks the network for the price of every project of a run; who has not answered by the end is not waited for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: list[tuple[str, asyncio.Task[Answer]]] = []
        self._kept: list[Mapping[str, Any]] = []
        """Of steps that an earlier process finished, as the journal has it."""
        self._charged: dict[asyncio.Task[Answer], Decimal] = {}
        """What the network said that it charged, by the question for the price."""

    def ask(self, project: Project) -> asyncio.Task[Answer]:
        """Begin to ask."""
        task = asyncio.create_task(self._price(project), name="sogni price")
        self._asked.append((project.token_type, task))
        return task

    def note_charge(self, price: asyncio.Task[Answer], amount: Decimal) -> None:
        """Count what a project cost, instead of its price."""
        self._charged[price] = amount

    def keep_step(self, step: StoredStep) -> None:
        """Count what a step cost that the journal answers, its earlier projects included."""
        self.keep_attempts(step, anew=False)
        self._kept.append(_part(step.cost, 1, 1))

    def keep_attempts(self, step: StoredStep, *, anew: bool) -> None:
        """Count what the earlier projects of a step cost: of each price the part of the outputs that there were.

        ``anew``: whether the step's own project is one of them, since it gets a new one.
        """
        self._kept += [_part(one.cost, one.outputs, one.jobs) for one in step.attempts if one.outputs]
        missing = missing_of(step) if anew else ()
        if missing:
            jobs = len(step.indices) if step.indices is not None else int(step.project.get("count", 1))
            self._kept.append(_part(step.cost, jobs - len(missing), jobs))

    @property
    def total(self) -> Mapping[str, Any] | None:
        """What was named so far, ``{"token": "spark", "estimated": 1.5}``; None unless every project has a price."""
        costs = [*self._kept, *(self._cost(task, token) for token, task in self._asked)]
        if not costs or not all("amount" in cost for cost in costs):
            return None
        # Added as decimals: the same sum, whichever process asked for the prices.
        amount = sum(Decimal(str(cost["amount"])) for cost in costs)
        return {"token": costs[0]["token"], "estimated": float(amount)}

    def _cost(self, task: asyncio.Task[Answer], token: str) -> Mapping[str, Any]:
        if task in self._charged:
            return {"token": token, "amount": float(self._charged[task])}
        return cost_of(task, token) or {}

    async def close(self) -> None:
        """End what is still being asked."""
        tasks = [task for _, task in self._asked]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _price(self, project: Project) -> Answer:
        try:
            return await self._session.estimate(project, project.network or "fast")
        except SogniError as error:
            # The price is shown with the result, where it can be; a project does not fail for want of it.
            return error


def _part(cost: Mapping[str, Any] | None, outputs: int, jobs: int) -> Mapping[str, Any]:
    """Return the part of a price that some of its outputs have; empty if nobody named the price."""
    if cost is None or "amount" not in cost:
        return {}
    if cost.get("source") == "actual":
        return {**cost, "amount": cost["charged"]}
    return {**cost, "amount": float(Decimal(str(cost["amount"])) * outputs / jobs)}


def cost_of(price: asyncio.Task[Answer], token: str) -> Mapping[str, Any] | None:
    """Return a price as the journal keeps it, ``{"token": "spark", "amount": 1.5}``; None if nobody has named it."""
    if not price.done() or price.cancelled():
        return None
    named = price.result()
    if not isinstance(named, Price) or named.amount is None:
        return None
    usd = {} if named.usd is None else {"usd": float(named.usd)}
    return {"token": token, "amount": float(named.amount), **usd}


async def afford(
    session: Session, project: Project, medium: Medium, price: asyncio.Task[Answer], warn: Callable[[str], None]
) -> None:
    """Raise MoneyError INSUFFICIENT_BALANCE if the balance cannot pay the project; go on if nobody can say.

    Only for media whose projects are expensive.
    """
    if not medium.checks_balance:
        return
    try:
        balance = await session.balance()
    except (TransportError, ServiceError) as error:
        warn(f"Could not fetch balance ({error.message})")
        return
    available = {"spark": balance.spark, "sogni": balance.sogni}[project.token_type]
    if available is None:
        return
    token = project.token_type.upper()
    details: dict[str, Any] = {"tokenType": project.token_type, "available": float(available)}
    if available <= 0:
        raise MoneyError(
            "INSUFFICIENT_BALANCE", f"Insufficient {token} balance (have {available:.2f}).", details=details
        )
    named = await price
    if isinstance(named, SogniError) or named.amount is None:
        reason = named.message if isinstance(named, SogniError) else "the network named none"
        warn(f"Could not estimate {medium.name} cost ({reason})")
        return
    if named.amount > available:
        raise MoneyError(
            "INSUFFICIENT_BALANCE",
            f"Insufficient {token} balance for {medium.name} render (need ~{named.amount:.2f}, have {available:.2f}).",
            details={**details, "required": float(named.amount)},
        )
