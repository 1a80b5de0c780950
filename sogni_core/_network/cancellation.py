"""Asking the network to cancel projects, in bounded time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from sogni_core._network.clock import Clock, time_limit
from sogni_core._network.connection import Connection
from sogni_core._protocol import frames, messages
from sogni_core._protocol.lifecycle import inputs, outputs
from sogni_core._protocol.lifecycle.life import Ended, Life, foreign
from sogni_core._protocol.lifecycle.machine import step
from sogni_core._protocol.lifecycle.outputs import CancelState
from sogni_core._protocol.values import record
from sogni_core._transport.calls import SafeFrame
from sogni_core._transport.socket import Socket
from sogni_core.errors import SogniError, TransportError

_REMEMBERED: Final = 4096
"""Projects whose end is remembered, for a cancel that comes a moment too late."""

Start = Callable[[Coroutine[Any, Any, None]], None]


class CancelRequest:
    """The cancel request of one project: writes it, and hands the answer to everybody who waits."""

    def __init__(self, project_id: str, connection: Connection, start: Start, take: Callable[[inputs.Input], None]):
        """``take`` gives an input to the project's life, and has :meth:`do` do what comes of it."""
        self._project_id = project_id
        self._connection = connection
        self._start = start
        self._take = take
        self._answer: asyncio.Future[CancelState] | None = None
        self._waiting = 0
        self._socket: Socket | None = None

    async def answer(self) -> CancelState:
        """Ask, and wait for the answer."""
        if self._answer is None:
            self._answer = asyncio.get_running_loop().create_future()
        answer = self._answer
        self._waiting += 1
        try:
            self._take(inputs.CancelAsked())
            return await asyncio.shield(answer)
        finally:
            self._waiting -= 1
            if not self._waiting and self._answer is not None:
                self._take(inputs.CancelTimeUp())

    def do(self, output: outputs.ConnectToCancel | outputs.SendCancel | outputs.TellCancel) -> None:
        """Do what the project's life says about its cancel request."""
        match output:
            case outputs.ConnectToCancel():
                self._start(self._connect())
            case outputs.SendCancel():
                self._start(self._send())
            case outputs.TellCancel(state):
                answer, self._answer = self._answer, None
                if answer is not None and not answer.done():
                    answer.set_result(state)

    async def _connect(self) -> None:
        try:
            self._socket = await self._connection.ready()
        except SogniError:
            self._take(inputs.CancelTimeUp())  # it could not be asked
        else:
            self._take(inputs.CancelReady(self._connection.number))

    async def _send(self) -> None:
        assert self._socket is not None
        # If the connection breaks, the next greeting has it written again.
        with suppress(TransportError):
            await self._socket.send(SafeFrame(frames.encode(*messages.cancel_request(self._project_id))))


class Cancellable(Protocol):
    """A project that can be cancelled."""

    project_id: str
    cancellation: CancelRequest

    @property
    def life(self) -> Life:
        """What is known of it."""
        ...

    def take(self, given: inputs.Input) -> None:
        """Give an input to its life, and do what comes of it."""


class Stranger:
    """A project that is not waited for here: of another process, or one whose end is known."""

    def __init__(self, life: Life, connection: Connection, start: Start) -> None:
        self.project_id = life.project_id
        self.life = life
        self.cancellation = CancelRequest(life.project_id, connection, start, self.take)

    def take(self, given: inputs.Input) -> None:
        """Give an input to its life; nobody waits for anything but the answer to a cancel request."""
        self.life, todo = step(self.life, given, 0.0)
        for output in todo:
            if isinstance(output, outputs.ConnectToCancel | outputs.SendCancel | outputs.TellCancel):
                self.cancellation.do(output)


class Cancellation:
    """Cancels projects of a session."""

    def __init__(self, connection: Connection, clock: Clock, start: Start) -> None:
        self._connection = connection
        self._clock = clock
        self._start = start
        self._ended: OrderedDict[str, bool] = OrderedDict()
        """Projects whose end is known, and whether they were cancelled, or never sent."""
        self._asked: dict[str, Cancellable] = {}

    async def run(
        self, project_ids: Sequence[str], submissions: Mapping[str, Cancellable], seconds: float
    ) -> dict[str, str]:
        """Cancel projects; see :meth:`session.Session.cancel`."""
        asked: dict[str, Cancellable] = {}
        for given in project_ids:
            asked[given] = one = self._find(given.upper(), submissions)
            self._asked[one.project_id] = one
        waiting = {given: asyncio.ensure_future(one.cancellation.answer()) for given, one in asked.items()}
        try:
            with suppress(TimeoutError):
                async with time_limit(self._clock, seconds):
                    if waiting:
                        await asyncio.wait(waiting.values())
        finally:
            for task in waiting.values():
                task.cancel()
            if waiting:
                await asyncio.wait(waiting.values())
            for one in asked.values():
                if not one.life.cancel.waiting:
                    self._asked.pop(one.project_id, None)
                if isinstance(one, Stranger):
                    self.note_end(one)
        # What could not be asked or was not answered is not known.
        return {given: "unknown" if task.cancelled() else task.result() for given, task in waiting.items()}

    def greeted(self, number: int) -> None:
        """Take that there is a new connection: an answer may have been lost with the old one."""
        self._tell_strangers(inputs.Greeted(number, named=False))

    def broken(self, error: SogniError) -> None:
        """Take that there will be no connection."""
        self._tell_strangers(inputs.Broken(error))

    def receive(self, project_id: str, frame: frames.Frame) -> None:
        """Take a frame that may answer a cancel request; called before its project takes it."""
        one = self._asked.get(project_id)
        if frame.type == "artistCancelConfirmation" and one is not None:
            did = record(frame.payload).get("didCancel")
            one.take(inputs.CancelAnswered(did if isinstance(did, bool) else None))

    def note_end(self, submission: Cancellable) -> None:
        """Remember how a project ended."""
        life = submission.life
        if life.sent and not isinstance(life.phase, Ended):
            return
        self._ended[submission.project_id] = life.canceled or not life.sent
        while len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)

    def _find(self, name: str, submissions: Mapping[str, Cancellable]) -> Cancellable:
        known = submissions.get(name) or self._asked.get(name)
        if known is not None:
            return known
        life = foreign(name)
        if name in self._ended:
            life = life.to(Ended(), canceled=self._ended[name])
        return Stranger(life, self._connection, self._start)

    def _tell_strangers(self, given: inputs.Input) -> None:
        for one in list(self._asked.values()):
            if isinstance(one, Stranger):
                one.take(given)
