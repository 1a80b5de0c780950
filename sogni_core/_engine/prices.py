"""What a project costs and whether it can be paid; asked beside the way, never in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from sogni_core._network.facts import Price
from sogni_core._network.session import Session
from sogni_core.errors import MoneyError, ServiceError, SogniError, TransportError
from sogni_core.plugin import Medium
from sogni_core.project import Project

Answer = Price | SogniError
"""The price of a project, or why the network did not say it."""


class Prices:
    """Asks the network for the price of every project of a run; who has not answered by the end is not waited for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: list[tuple[str, asyncio.Task[Answer]]] = []

    def ask(self, project: Project) -> asyncio.Task[Answer]:
        """Begin to ask."""
        task = asyncio.create_task(self._price(project), name="sogni price")
        self._asked.append((project.token_type, task))
        return task

    @property
    def total(self) -> Mapping[str, Any] | None:
        """What was named so far, ``{"token": "spark", "estimated": 1.5}``; None unless every project has a price."""
        prices = [task.result() for _, task in self._asked if task.done() and not task.cancelled()]
        amounts = [price.amount for price in prices if isinstance(price, Price) and price.amount is not None]
        if not amounts or len(amounts) != len(self._asked):
            return None
        return {"token": self._asked[0][0], "estimated": float(sum(amounts))}

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
            # The price is said beside the result, where it can be; a project does not fail for want of it.
            return error


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
