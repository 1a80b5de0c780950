"""Time for a session: the clock of an event loop, or one that a test turns by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol


class Timer(Protocol):
    """A call that will be made."""

    def cancel(self) -> None:
        """Do not make the call; does nothing if it was made."""


class Clock(Protocol):
    """Tells the time, makes calls later, and waits."""

    def time(self) -> float:
        """Return seconds since some moment; they never go back."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call once after ``delay`` seconds."""

    async def pause(self, seconds: float, /) -> None:
        """Wait for some seconds."""


class LoopClock:
    """The clock of the running event loop."""

    def time(self) -> float:
        return asyncio.get_running_loop().time()

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        return asyncio.get_running_loop().call_later(delay, callback)

    async def pause(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def time_limit(clock: Clock, seconds: float) -> AsyncIterator[None]:
    """Cancel the block after ``seconds`` of a clock and raise TimeoutError, as ``asyncio.timeout`` does."""
    async with asyncio.timeout(None) as limit:
        timer = clock.call_later(seconds, lambda: limit.reschedule(asyncio.get_running_loop().time()))
        try:
            yield
        finally:
            timer.cancel()


class Alarm:
    """Rings once when it was not set for a while. Setting it later again and again is cheap."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._timer: Timer | None = None
        self._fires = self._due = 0.0

    def set(self, seconds: float) -> None:
        """Ring after ``seconds``, and not before."""
        self._due = self._clock.time() + seconds
        if self._timer is not None and self._due >= self._fires:
            return  # looks again when it fires
        self.stop()
        self._start(seconds)

    def stop(self) -> None:
        """Do not ring."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _start(self, seconds: float) -> None:
        self._fires = self._clock.time() + seconds
        self._timer = self._clock.call_later(seconds, self._fired)

    def _fired(self) -> None:
        self._timer = None
        left = self._due - self._clock.time()
        if left > 0.001:  # loops fire a clock's tick early
            self._start(left)
        else:
            self._ring()
