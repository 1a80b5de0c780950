"""Asking the network to cancel projects, in bounded time."""

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
"""Projects whose end is remembered, for a cancel that comes a moment too late."""


@dataclass(eq=False)
class _Question:
    """A cancel request that is not answered yet."""

    answer: asyncio.Future[str]
    submission: Submission | None
    times: int = 0
    """How often it was asked."""

    @property
    def state_if_refused(self) -> str:
        """What is known of the project if the service did not cancel it.

        It may not be running if the service never named it, or if an earlier cancel request may have arrived.
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
            # What could not be asked or was not answered stays "unknown".
            pass
        finally:
            for given in waiting:
                self._asked.pop(given.upper(), None)
        found.update({given: one.answer.result() for given, one in waiting.items() if one.answer.done()})
        return found

    async def _ask(self, waiting: Mapping[str, _Question]) -> None:
        """Ask until all questions are answered; again on the next connection if this one breaks. It costs nothing."""
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

    def receive(self, project_id: str, frame: frames.Frame) -> None:
        """Take a frame that may answer a cancel request; called before its project takes it."""
        question = self._asked.get(project_id)
        if frame.type == "artistCancelConfirmation" and question is not None:
            did = record(frame.payload).get("didCancel")
            states = {True: "cancelled", False: question.state_if_refused}
            self._answer(project_id, states[did] if isinstance(did, bool) else "unknown")

    def note_end(self, submission: Submission) -> None:
        """Remember how a project ended."""
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
