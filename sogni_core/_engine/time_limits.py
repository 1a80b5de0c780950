"""Time limits of a step: for sending it, for its wait in the queue, and for rendering its outputs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

from sogni_core._network.clock import Clock, Timer
from sogni_core.errors import ServiceError, SogniError, TimeLimitError
from sogni_core.frozen import frozen

Phase = Literal["sending", "queue", "rendering"]


@frozen
class TimeLimits:
    """How long each phase of a step may take, in seconds."""

    each: float
    """Per output, from the start of the jobs; also for everything until the network queues the project."""
    queue: float
    """In the queue. 0: ``each`` is the limit of the whole step, with its queue and all its outputs."""
    outputs: int = 1
    """Outputs, which may be rendered one after another."""

    def of(self, phase: Phase) -> float:
        """Return the limit of a phase."""
        if phase == "sending" or not self.queue:
            return self.each
        return self.queue if phase == "queue" else self.each * self.outputs


class StepTimer:
    """Runs one limit at a time; a phase that begins has its full limit."""

    def __init__(self, clock: Clock, limits: TimeLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._phase: Phase = "sending"
        self._no_workers = False
        self._timer: Timer | None = None
        self._limit: asyncio.Timeout | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Cancel the block when a limit is reached and raise TimeoutError."""
        async with asyncio.timeout(None) as self._limit:
            self._restart()
            try:
                yield
            finally:
                self._stop()
                self._limit = None

    def queued(self, *, no_workers: bool) -> None:
        """Note that the project waits. Without workers there is no queue: the limit goes on."""
        self._no_workers = no_workers
        if self._phase == "sending" and not no_workers:
            self._begin("queue")

    def started(self) -> None:
        """Note that a job of the project runs, or ran."""
        self._no_workers = False
        if self._phase != "rendering":
            self._begin("rendering")

    def error(self, model: str, details: Mapping[str, Any], *, cancelled: bool) -> SogniError:
        """Return the error that says which limit was reached."""
        seconds = self._limits.of(self._phase)
        if self._no_workers and cancelled:
            text = f"No worker served {model} for {seconds:g} s; the request was cancelled."
            return ServiceError("NO_WORKERS", text, details=details)
        if not self._limits.queue:
            return TimeLimitError("TIMEOUT", f"Timeout after {seconds:g}s", details=details)
        where, hint = _WORDS[self._phase]
        facts = {**details, "limit": self._phase, "seconds": seconds}
        return TimeLimitError("TIMEOUT", f"Timeout after {seconds:g}s {where}.", hint=hint, details=facts)

    def _begin(self, phase: Phase) -> None:
        self._phase = phase
        if self._limits.queue and self._limit is not None:
            self._restart()

    def _restart(self) -> None:
        self._stop()
        self._timer = self._clock.call_later(self._limits.of(self._phase), self._ring)

    def _stop(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _ring(self) -> None:
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())


_WORDS: Mapping[Phase, tuple[str, str]] = {
    "sending": ("before the network queued the project", "Check the connection, or use a larger -t."),
    "queue": ("in the queue", "Use a larger --queue-timeout, or try again later."),
    "rendering": ("of rendering", "Use a larger -t, or a faster model."),
}
