"""Work that goes on besides, and ends with its session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger("sogni_core.network")


class Background:
    """Tasks that nobody waits for. A failure is logged at level DEBUG: what they do can be done without."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Return how many tasks are running."""
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work until it is done, or until :meth:`cancel`."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def cancel(self) -> None:
        """Ask every task to end."""
        for task in self._tasks:
            task.cancel()

    async def wait(self) -> None:
        """Wait until the tasks that run now have ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            _log.debug("work in the background failed: %s", type(failure).__name__)
