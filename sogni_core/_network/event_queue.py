"""The events of one project, kept until somebody asks for them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable

from sogni_core._protocol.events import Event, JobProgress
from sogni_core.errors import SogniError


class EventQueue:
    """Takes events as they come, and hands each out once, in order."""

    def __init__(self) -> None:
        self.failure: SogniError | None = None
        """Why no more events come; None while they may, and after the last one."""
        self._events: deque[Event] = deque()
        self._ended = False
        self._changed = asyncio.Event()

    def put(self, events: Iterable[Event]) -> None:
        """Add events. Progress of one job that was not asked for in time is replaced by newer progress."""
        for event in events:
            last = self._events[-1] if self._events else None
            if isinstance(event, JobProgress) and isinstance(last, JobProgress) and last.index == event.index:
                self._events[-1] = event
            else:
                self._events.append(event)
            self._changed.set()

    def end(self) -> None:
        """Take that these were all."""
        self._ended = True
        self._changed.set()

    def fail(self, error: SogniError) -> None:
        """Take that no more come, because of an error; it is raised after the last event."""
        self.failure = error
        self._changed.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Yield events until the last one. Raises what :meth:`fail` was given."""
        while True:
            while self._events:
                yield self._events.popleft()
            if self._ended:
                return
            if self.failure is not None:
                raise self.failure
            self._changed.clear()
            await self._changed.wait()
