"""Virtual time: it passes only while the client or the network waits for it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

QUIET_TURNS: Final = 100
"""Turns of the event loop without a request, a frame or a new timer, after which everything is considered idle."""


@dataclass(order=True)
class Timer:
    """A call that is due at a time of the clock."""

    due: float
    number: int
    callback: Callable[[], object] = field(compare=False)
    awaited: bool = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Drop the call; harmless if it was made."""
        self.cancelled = True


class VirtualClock:
    """A clock that jumps to its next timer when everything is idle.

    It jumps only while the client is in a :meth:`pause`, or the network does something that takes time (:meth:`after`).
    Time limits alone do not move it: a run without pauses takes no time, so it cannot exceed a limit on a busy machine.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._timers: list[Timer] = []
        self._numbers = count()
        self._loop: asyncio.AbstractEventLoop | None = None
        """The event loop in which time passes now; None while it stands still."""
        self._quiet = 0

    def time(self) -> float:
        """Return the seconds that have passed since the clock was made."""
        return self._now

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call once when ``delay`` seconds have passed, without making them pass."""
        return self._add(delay, callback, awaited=False)

    def after(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call once after ``delay`` seconds, and make them pass."""
        return self._add(delay, callback, awaited=True)

    async def pause(self, seconds: float, /) -> None:
        """Wait for some seconds, and make them pass."""
        over = asyncio.Event()
        timer = self.after(seconds, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    def stir(self) -> None:
        """Note that something happened, so that the clock waits until everything is idle again."""
        self._quiet = 0
        running = asyncio.get_running_loop()
        # A loop that has been closed dropped its scheduled calls.
        if self._loop is not running and self._awaited():
            self._loop = running
            running.call_soon(self._turn)

    def _add(self, delay: float, callback: Callable[[], object], *, awaited: bool) -> Timer:
        timer = Timer(self._now + max(delay, 0.0), next(self._numbers), callback, awaited)
        heapq.heappush(self._timers, timer)
        self.stir()
        return timer

    def _awaited(self) -> bool:
        return any(timer.awaited and not timer.cancelled for timer in self._timers)

    def _turn(self) -> None:
        if not self._awaited():
            self._loop = None
            return
        asyncio.get_running_loop().call_soon(self._turn)
        self._quiet += 1
        if self._quiet > QUIET_TURNS:
            self._quiet = 0
            self._fire()

    def _fire(self) -> None:
        timer = heapq.heappop(self._timers)
        if not timer.cancelled:
            self._now = max(self._now, timer.due)
            timer.callback()
