"""The steps of a run that are under way: one that its workflow leaves behind is paid for, so it is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sogni_core._engine.step import Step
from sogni_core.result import Outcome


class Submissions:
    """Knows which steps are under way, in which task of the workflow's."""

    def __init__(self) -> None:
        self.closed = False
        """Whether the workflow has returned: nothing more is submitted."""
        self._open: dict[Step, asyncio.Task[Any] | None] = {}
        self._late: dict[Step, Outcome] = {}
        self._idle = asyncio.Event()

    async def run(self, step: Step) -> Outcome:
        """Run a step in the task that asks for it."""
        self._open[step] = asyncio.current_task()
        try:
            outcome = await step.run()
            if self.closed:
                self._late[step] = outcome
            return outcome
        finally:
            del self._open[step]
            if not self._open:
                self._idle.set()

    async def close(self) -> Sequence[tuple[Step, Outcome | None]]:
        """Wait for what the workflow left behind; return each such step, with its outcome unless it was never sent.

        A cancellation is handed on to them, so that the network is asked to cancel.
        """
        # A task that was made just before the workflow returned has not begun yet.
        await asyncio.sleep(0)
        self.closed = True
        left = list(self._open)
        try:
            await self._all_ended()
        except asyncio.CancelledError:
            await self.cancel()
            raise
        return [(step, self._late.get(step)) for step in left]

    async def cancel(self) -> None:
        """Cancel what is under way and wait until the network has answered, or does not."""
        self.closed = True
        for task in self._open.values():
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        await self._all_ended()

    async def _all_ended(self) -> None:
        while self._open:
            self._idle.clear()
            await self._idle.wait()
