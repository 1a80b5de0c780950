"""A workflow that blocks the event loop holds up every download, timeout and Ctrl-C: it is told, not stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

BLOCKED_SECONDS = 5.0
"""A loop that does nothing for so long is blocked."""


@contextlib.asynccontextmanager
async def watched(tell: Callable[[float], None], limit: float = BLOCKED_SECONDS) -> AsyncIterator[None]:
    """Tell while it lasts each time that the loop was blocked for longer than ``limit`` seconds, and for how long."""
    loop = asyncio.get_running_loop()
    due = 0.0
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal due, timer
        late = loop.time() - due
        due = loop.time() + limit / 4
        timer = loop.call_at(due, look)
        if late > limit:
            tell(late)

    due = loop.time() + limit / 4
    timer = loop.call_at(due, look)
    try:
        yield
    finally:
        timer.cancel()
        # What blocks and then returns at once is looked at here: the timer had no turn.
        if loop.time() - due > limit:
            tell(loop.time() - due)
