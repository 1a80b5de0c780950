"""Trying again: one policy for REST calls, uploads, downloads, and connecting.

Only what costs nothing is tried again here. When a paid request is written a second time, and how the service is asked
about the state of a project, is decided in ``_protocol.lifecycle``.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sogni_core._transport.calls import Reply, SafeCall
from sogni_core.errors import SogniError, TransportError
from sogni_core.frozen import frozen

T = TypeVar("T")

Pause = Callable[[float], Awaitable[None]]
"""Waits for some seconds: ``asyncio.sleep``, or what a test passes in."""


@frozen
class RetryPolicy:
    """How often something is tried, and how long the pauses are."""

    first_pause: float
    """Seconds before the second try; doubled before each further one."""
    longest_pause: float
    tries: float = 4
    """Tries in all; infinity if only ``budget`` limits them."""
    budget: float = math.inf
    """Seconds in which tries begin, counted from the first failure."""

    def pause(self, failures: int, seconds: float, *, chance: float, asked: float = 0.0) -> float | None:
        """Return the seconds to wait before the next try; None if there is none.

        ``failures``: how many tries failed, from 1, in how many ``seconds``. ``chance``, from 0 to 1, spreads pauses by
        a fifth. ``asked``: seconds that the service asks to wait; a longer wait than the budget is left to the caller.
        """
        if failures >= self.tries or seconds >= self.budget or asked > self.budget:
            return None
        doubled = self.first_pause * 2.0 ** min(failures - 1, 30)
        return max(asked, min(doubled, self.longest_pause) * (0.8 + 0.4 * chance))


CALLS = RetryPolicy(first_pause=0.25, longest_pause=4.0, budget=20.0)
"""For REST calls."""

TRANSFERS = RetryPolicy(first_pause=1.0, longest_pause=15.0)
"""For uploads and downloads, each of which has a time limit of its own."""

_PUT_OFF = {429, 503}
_GATEWAY = {502, 504}


class TryAgain(Exception):
    """What a try raises if the next one may succeed. After the last try it reaches the caller."""

    def __init__(self, outcome: SogniError | Reply, seconds: float = 0.0) -> None:
        """``outcome`` is how the try ended; ``seconds`` is how long the service asks to wait."""
        super().__init__("try again")
        self.outcome = outcome
        self.seconds = seconds


async def retried(
    once: Callable[[], Awaitable[T]],
    policy: RetryPolicy,
    *,
    pause: Pause,
    chance: Callable[[], float] = random.random,  # noqa: S311 - spreads tries, guards nothing
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Return what ``once`` returns, called again for each :class:`TryAgain` as the policy allows.

    ``chance`` gives numbers from 0 to 1, which spread the pauses; ``clock`` gives seconds, for the budget. Raises the
    last :class:`TryAgain`, and at once anything else that ``once`` raises.
    """
    failures, began = 0, 0.0
    while True:
        try:
            return await once()
        except TryAgain as failure:
            failures += 1
            began = began if failures > 1 else clock()
            seconds = policy.pause(failures, clock() - began, chance=chance(), asked=failure.seconds)
            if seconds is None:
                raise
        await pause(seconds)


async def repeated(
    call: SafeCall,
    once: Callable[[SafeCall], Awaitable[Reply]],
    *,
    pause: Pause,
    clock: Callable[[], float] = time.monotonic,
) -> Reply:
    """Make a safe call until it is answered, at most four times, never before the service allows it.

    Returns the last answer whatever its status; raises the last TransportError. Only a :class:`SafeCall` is accepted,
    so that a paid request can never be repeated here.
    """
    if type(call) is not SafeCall:
        raise TypeError(f"only a SafeCall may be repeated, not {type(call).__name__}")

    async def attempt() -> Reply:
        return await _attempt(call, once)

    try:
        return await retried(attempt, CALLS, pause=pause, clock=clock)
    except TryAgain as last:
        outcome = last.outcome
    if isinstance(outcome, Reply):
        return outcome
    raise outcome


async def _attempt(call: SafeCall, once: Callable[[SafeCall], Awaitable[Reply]]) -> Reply:
    try:
        reply = await once(call)
    except TransportError as failure:
        if failure.code != "CONNECTION_ERROR" or (call.repeat == "unsent" and failure.details.get("sent")):
            raise
        raise TryAgain(failure) from None
    if reply.status in _PUT_OFF:
        raise TryAgain(reply, reply.retry_after(time.time()) or 0.0)
    if reply.status in _GATEWAY and call.repeat == "always":
        raise TryAgain(reply)
    return reply
