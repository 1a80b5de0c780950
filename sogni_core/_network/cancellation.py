"""Asking the network to cancel, and hearing what it says, in bounded time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

from sogni_core._network.connection import Connection
from sogni_core._network.submission import Submission
from sogni_core._protocol import frames, messages
from sogni_core._protocol.values import record
from sogni_core._transport.calls import SafeFrame
from sogni_core.errors import SogniError

_REMEMBERED: Final = 4096
"""Ends of projects that are remembered, for a cancel that comes a moment too late."""


class Cancellation:
    """Cancels projects of a session."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ends: OrderedDict[str, str] = OrderedDict()
        self._asked: dict[str, asyncio.Future[str]] = {}

    async def run(
        self, project_ids: Sequence[str], submissions: Mapping[str, Submission], seconds: float
    ) -> dict[str, str]:
        """Cancel projects; see :meth:`session.Session.cancel`."""
        found: dict[str, str] = {}
        waiting: dict[str, asyncio.Future[str]] = {}
        for given in project_ids:
            name = given.upper()
            submission = submissions.get(name)
            if name in self._ends:
                found[given] = self._ends[name]
            elif submission is not None and not submission.sent:
                found[given] = "cancelled"
            else:
                found[given] = "unknown"
                waiting[given] = self._asked.setdefault(name, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(seconds):
                if waiting:
                    socket = await self._connection.ready()
                    for given in waiting:
                        await socket.send(SafeFrame(frames.encode(*messages.cancel_request(given.upper()))))
                    await asyncio.wait(waiting.values())
        except (TimeoutError, SogniError):
            # Not an error of its own: what could not be asked or was not answered stays "unknown".
            found.update({given: "unknown" for given, answer in waiting.items() if not answer.done()})
        finally:
            for given in waiting:
                self._asked.pop(given.upper(), None)
        found.update({given: answer.result() for given, answer in waiting.items() if answer.done()})
        return found

    def hear(self, project_id: str, frame: frames.Frame) -> None:
        """Take a frame that may answer a cancel."""
        if frame.type == "artistCancelConfirmation":
            did = record(frame.payload).get("didCancel")
            self._answer(project_id, "cancelled" if did is True else "running" if did is False else "unknown")

    def end(self, submission: Submission) -> None:
        """Take that a project came to its end, or was given up before it was sent."""
        if not submission.state.done:
            return
        how = "cancelled" if submission.canceled else "ended"
        self._ends[submission.project_id] = how
        while len(self._ends) > _REMEMBERED:
            self._ends.popitem(last=False)
        self._answer(submission.project_id, how)

    def _answer(self, project_id: str, how: str) -> None:
        future = self._asked.get(project_id)
        if future is not None and not future.done():
            future.set_result(how)
