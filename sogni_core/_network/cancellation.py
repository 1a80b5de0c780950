"""Asking the network to cancel, and hearing what it says, in bounded time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sogni_core._network.clock import Clock, time_limit
from sogni_core._network.connection import Connection
from sogni_core._network.submission import Submission
from sogni_core._protocol import frames, messages
from sogni_core._protocol.values import record
from sogni_core._transport.calls import SafeFrame
from sogni_core.errors import SogniError, TransportError

_REMEMBERED: Final = 4096
"""Ends of projects that are remembered, for a cancel that comes a moment too late."""


@dataclass(eq=False)
class _Question:
    """A cancel that is not answered yet."""

    answer: asyncio.Future[str]
    submission: Submission | None
    times: int = 0
    """How often it was asked."""

    @property
    def refusal(self) -> str:
        """What it means that the service did not cancel.

        It does not run for certain if the service never spoke of it, or if an earlier cancel may have been heard.
        """
        taken = self.submission is None or self.submission.state.seen
        return "running" if taken and self.times == 1 else "unknown"


class Cancellation:
    """Cancels projects of a session."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._ends: OrderedDict[str, str] = OrderedDict()
        self._asked: dict[str, _Question] = {}

    async def run(
        self, project_ids: Sequence[str], submissions: Mapping[str, Submission], seconds: float
    ) -> dict[str, str]:
        """Cancel projects; see :meth:`session.Session.cancel`."""
        found: dict[str, str] = {}
        waiting: dict[str, _Question] = {}
        for given in project_ids:
            name = given.upper()
            submission = submissions.get(name)
            if name in self._ends:
                found[given] = self._ends[name]
            elif submission is not None and not submission.sent:
                found[given] = "cancelled"
            else:
                found[given] = "unknown"
                question = _Question(asyncio.get_running_loop().create_future(), submission)
                waiting[given] = self._asked.setdefault(name, question)
        try:
            async with time_limit(self._clock, seconds):
                await self._ask(waiting)
        except (TimeoutError, SogniError):
            # Not an error of its own: what could not be asked or was not answered stays "unknown".
            pass
        finally:
            for given in waiting:
                self._asked.pop(given.upper(), None)
        found.update({given: one.answer.result() for given, one in waiting.items() if one.answer.done()})
        return found

    async def _ask(self, waiting: Mapping[str, _Question]) -> None:
        """Ask until all is answered: again on the next connection if this one breaks, since a cancel costs nothing."""
        number = 0
        while unanswered := {given: one for given, one in waiting.items() if not one.answer.done()}:
            socket = await self._connection.ready(after=number)
            number = self._connection.number
            try:
                for given, question in unanswered.items():
                    question.times += 1
                    await socket.send(SafeFrame(frames.encode(*messages.cancel_request(given.upper()))))
            except TransportError:
                continue
            answered = asyncio.ensure_future(asyncio.wait([one.answer for one in unanswered.values()]))
            replaced = asyncio.ensure_future(self._connection.ready(after=number))
            try:
                await asyncio.wait([answered, replaced], return_when=asyncio.FIRST_COMPLETED)
            finally:
                answered.cancel()
                replaced.cancel()
                await asyncio.wait([answered, replaced])
            if not replaced.cancelled() and (failure := replaced.exception()) is not None:
                raise failure

    def hear(self, project_id: str, frame: frames.Frame) -> None:
        """Take a frame that may answer a cancel, before its project does."""
        question = self._asked.get(project_id)
        if frame.type == "artistCancelConfirmation" and question is not None:
            did = record(frame.payload).get("didCancel")
            self._answer(project_id, "cancelled" if did is True else question.refusal if did is False else "unknown")

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
        question = self._asked.get(project_id)
        if question is not None and not question.answer.done():
            question.answer.set_result(how)
