"""What the service says a project would cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal

from sogni_core._network.facts import Price
from sogni_core._network.rest import Rest
from sogni_core._protocol.greeting import amount
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._protocol.values import positive, record
from sogni_core.errors import SogniError
from sogni_core.project import Project

GOOD_SECONDS = 60.0
"""How long an answer is used again: many equal projects that are sent together need one question."""
MOST_KEPT = 256
"""Answers that are kept at most."""


class Prices:
    """Asks for prices, at most once a minute for equal projects. Needs no login."""

    def __init__(
        self, rest: Rest, medium_of: Callable[[Project], LoadedMedium], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rest = rest
        self._medium_of = medium_of
        self._clock = clock
        self._asked: dict[str, tuple[float, asyncio.Task[Price]]] = {}

    async def ask(self, project: Project, network: str) -> Price:
        """Return the price of a project.

        Raises InputError INVALID_ARGUMENT for a kind of project that has no estimate, or that does not say enough for
        one (a video without its size, frames and fps), ServiceError, TransportError.
        """
        # The path contains everything that the price depends on, the token included.
        path = self._medium_of(project).estimate_path(project, network)
        at, task = self._asked.get(path, (0.0, None))
        if task is None or _has_failed(task) or self._clock() - at > GOOD_SECONDS:
            task = asyncio.create_task(self._estimate(path, project.token_type), name="sogni estimate")
            task.add_done_callback(_retrieve)
            self._asked.pop(path, None)
            self._asked[path] = self._clock(), task
            self._forget_the_oldest()
        try:
            # Others wait for the same answer, so cancelling one of them does not cancel the question.
            return await asyncio.shield(task)
        except SogniError as failure:
            # A new exception for each: one that many raise would gather all their tracebacks.
            raise type(failure)(
                failure.registered, failure.message, hint=failure.hint, details=failure.details
            ) from None

    async def close(self) -> None:
        """Cancel the questions that are still open."""
        tasks = [task for _, task in self._asked.values()]
        self._asked.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _forget_the_oldest(self) -> None:
        over = len(self._asked) - MOST_KEPT
        ended = [path for path, (_, task) in self._asked.items() if task.done()]
        for path in ended[: max(over, 0)]:
            del self._asked[path]

    async def _estimate(self, path: str, token: str) -> Price:
        answer = record(await self._rest.get(path, host="socket", public=True))
        quote = record(record(answer.get("quote")).get("project"))
        # protocol: it is there only when a plan covers the job.
        covered = amount(record(answer.get("dailyFairUse")).get("pct")) is not None
        return Price(
            token=token,
            amount=Decimal(0) if covered else amount(quote.get("costInToken")),
            usd=Decimal(0) if covered else amount(quote.get("costInUSD")),
            covered=covered,
            spark=amount(quote.get("costInSpark")),
            sogni=amount(quote.get("costInSogni")),
            seconds=positive(record(answer.get("benchmark")).get("estimatedRenderTimeSec")),
        )


def _has_failed(task: asyncio.Task[Price]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _retrieve(task: asyncio.Task[Price]) -> None:
    # Keeps the loop from complaining about a failure that nobody waits for any more.
    if not task.cancelled():
        task.exception()
