"""One project on the wire: its uploads, its paid request, what happens to it, and its results."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from sogni_core._network.facts import Collected, Recovery
from sogni_core._network.paid_request import NotAdmitted, PaidRequest
from sogni_core._network.search import NeverArrived
from sogni_core._network.services import SubmissionServices
from sogni_core._network.watch import Watch
from sogni_core._protocol import frames
from sogni_core._protocol.events import Event, JobFinished, JobProgress, ProjectFailed
from sogni_core._protocol.state import ProjectState
from sogni_core._transport.calls import PaidFrame
from sogni_core.errors import InternalError, SogniError, TransportError, first_of
from sogni_core.project import Project

STOPPING_SECONDS = 5.0
"""How long a server that turned a request away, because it is stopping, is given to close the connection."""
RESTART_SECONDS = 120.0
"""How long the next connection is waited for after a server that is stopping turned a request away."""


class Submission:
    """One project. Use it in this order: ``upload``, ``send``, ``events``; ``collect`` for every job that finished.

    One that another process sent: ``recover`` first, and only if it never arrived ``upload`` and ``send``.
    """

    def __init__(
        self,
        project: Project,
        project_id: str,
        means: SubmissionServices,
        *,
        comfy: bool,
        earlier: bool = False,
        resend: bool = True,
        known: Mapping[str, Any] | None = None,
    ) -> None:
        """``earlier``: another process sent it; ``resend``: it may be sent once more if it never arrived.

        ``known``: what the service said of it some time ago.
        Raises InputError for a project that cannot be sent.
        """
        self.project = project
        self.project_id = project_id.upper()
        self.sent = earlier
        """True from the moment in which the request may have left, unless it is proved that it did not arrive."""
        self.resent = False
        """Whether it was sent a second time here."""
        self.heard = 0
        """How often the service spoke of it: whoever doubts that it arrived looks whether this has changed."""
        self.written_at = means.clock.time()
        self._written_on = self._heard_on = self._missed_on = 0
        self._means = means
        self._medium = means.medium_of(project)
        self._request = PaidRequest(project, self.project_id, medium=self._medium, comfy=comfy, earlier=earlier)
        self._frame = None if earlier else self._request.first()
        self._resend = resend
        self._recovered = not earlier
        self._before: Callable[[], None] | None = None
        self._state = self._fresh()
        self._watch = Watch(self, means)
        self._wanted = True
        self._restarting = False
        self._proved_at = 0
        self._finished: dict[int, JobFinished] = {}
        self._waiting: deque[Event] = deque()
        self._failure: SogniError | None = None
        self._news = asyncio.Event()
        if known is not None:
            self._take(self._state.adopt(known))

    @property
    def state(self) -> ProjectState:
        """What is known of the project."""
        return self._state

    @property
    def canceled(self) -> bool:
        """Whether it ended because somebody cancelled it."""
        return self._state.failure is not None and self._state.failure.canceled

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done for it: it ended, was lost, or is not wanted any more."""
        return self._state.done or self._failure is not None or not self._wanted

    @property
    def followed(self) -> bool:
        """Whether it was sent and its events are waited for; not while it is sent, sent again, or recovered."""
        return self.sent and self._recovered

    @property
    def unaccounted(self) -> bool:
        """Whether the newest connection was greeted without a word of it, although it was written on an earlier one."""
        number = self._means.connection.number
        spoken = max(self._written_on, self._heard_on)
        return self.followed and not self.over and self._missed_on == number and spoken < number

    @property
    def repeatable(self) -> bool:
        """Whether its request may be sent again, if it is proved that the service never took it."""
        return not (self.over or self._state.seen or self._before is None) and self._request.repeatable

    async def recover(self) -> Recovery:
        """Find out what became of a project that another process sent.

        What has ended is found without a connection. Otherwise this session's is waited for, which has to use the
        app id that the project was sent on; then it is searched for, in about 15 s. Nothing is sent. Raises what
        ended the connection, or AuthError; it can be called again then.
        """
        recovery = await self._watch.recover(resend=self._resend)
        self._recovered = True
        self.account()
        return recovery

    async def upload(self) -> None:
        """Upload all assets, several at a time. Costs nothing and is repeated where that can help.

        Raises TransportError UPLOAD_FAILED, InputError MISSING_FILE, AuthError.
        """
        if not self.project.assets:
            return
        try:
            async with asyncio.TaskGroup() as group:
                for slot, asset in self.project.assets.items():
                    kind = self._medium.slot_kind(slot)
                    group.create_task(self._means.transfers.upload(self.project_id, slot, asset, kind))
        except BaseExceptionGroup as failures:
            # One upload that fails ends the others; the first error speaks for all.
            raise first_of(failures) or failures from None

    async def send(self, before: Callable[[], None]) -> None:
        """Send the request, once. ``before`` is called immediately before it is written.

        Whatever is raised was raised before anything was sent: TransportError CONNECTION_ERROR and others,
        AuthError, what ``before`` raises. A connection that breaks while the frame is written is no error
        here: the request may have arrived, and the next connection tells. If the service then proves that it
        did not, the same request is written again, once, on its own; ``before`` is called for that as well.
        """
        if self.sent:
            return
        if self._frame is None:
            raise InternalError("INTERNAL", "A project of another process was about to be sent without proof.")
        self._before = before
        self._means.begun(self)
        try:
            await self._write(self._frame, heard=self._proved_at)
        except BaseException:
            if not self.sent:
                self._means.ended(self)
            raise
        self._means.spent(self)

    async def events(self) -> AsyncIterator[Event]:
        """Yield what happens until the project is done, or failed (its last event is then ProjectFailed).

        Raises TransportError CONNECTION_LOST, CONNECTION_REPLACED or what else ended the connection for good.
        Nothing is lost while nobody asks; progress of one job that was not asked for in time is merged.
        """
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._state.done:
                return
            if self._failure is not None:
                raise self._failure
            self._news.clear()
            await self._news.wait()

    async def collect(self, job_index: int, output: Path | None) -> Collected:
        """Get the result of a job that finished; with ``output`` download it there, checked and in one step.

        Raises TransportError DOWNLOAD_FAILED, InputError OUTPUT_NOT_WRITABLE, AuthError, and ServiceError
        SENSITIVE_CONTENT if the service withheld it without saying so clearly.
        """
        job = self._finished.get(job_index)
        if job is None:
            raise InternalError("INTERNAL", f"Job {job_index} has not finished; there is nothing to collect.")
        return await self._means.transfers.collect(self.project, self._medium, self.project_id, job, output)

    def receive(self, frame: frames.Frame) -> None:
        """Take a frame that names this project."""
        events = self._state.receive(frame)
        refusal = events[-1] if events else None
        if isinstance(refusal, ProjectFailed) and not refusal.admitted and self._follows(refusal):
            return
        self._hear()
        self._take(events)

    def adopt(self, recovered: Mapping[str, Any]) -> None:
        """Take what the service says of this project after a reconnect, or when it is asked."""
        self._hear()
        self._take(self._state.adopt(recovered))

    def missed(self) -> None:
        """Take that the greeting of a new connection does not name this project."""
        self._missed_on = self._means.connection.number
        self.account()

    def account(self) -> None:
        """Begin to ask what became of it, if that is not known."""
        if self.unaccounted:
            self._watch.missed()

    def break_off(self, error: SogniError) -> None:
        """Take that the connection is gone for good."""
        self._watch.stop()
        if not self._state.done:
            details = {**error.details, "projectId": self.project_id}
            self._failure = type(error)(error.code, error.message, hint=error.hint, details=details)
            self._news.set()

    def lose(self, error: SogniError) -> None:
        """Take that nobody can say what became of it."""
        if not self.over:
            self.break_off(error)
            self._means.ended(self)

    def give_up(self) -> None:
        """Take that it is not wanted any more: from now on nothing is asked for it, and nothing sent again."""
        self._wanted = False
        self._watch.stop()

    def prove(self, proof: NeverArrived) -> None:
        """Take the proof that what another process sent never arrived: ``send`` will send it."""
        self._frame, self._proved_at = self._request.again(proof), self.heard
        self.sent = False

    async def repeat(self, proof: NeverArrived | NotAdmitted, *, heard: int, after: int = 0) -> None:
        """Send the request again, unless the service has spoken of it since ``heard``, or it is not wanted any more.

        ``after``: on a connection of a greater number. Raises as :meth:`send`.
        """
        frame = self._request.again(proof)
        self.sent = False
        await self._write(frame, heard=heard, after=after)

    async def _write(self, frame: PaidFrame, *, heard: int, after: int = 0) -> None:
        seconds = RESTART_SECONDS if after else None
        while not self.sent:
            socket = await self._means.connection.ready(after=after, seconds=seconds)
            if self.heard != heard:
                self.sent = True  # it arrived after all
                self.account()
                return
            if self.over:
                return
            try:
                await socket.spend(frame, self._spending)
            except TransportError:
                # Not yet spent: the socket was gone before anything was written, so the next one is waited for.
                if self.sent:
                    break

    def _hear(self) -> None:
        self.heard += 1
        self._heard_on = self._means.connection.number

    def _spending(self) -> None:
        assert self._before is not None
        self._before()
        self.sent, self.resent = True, not self._request.repeatable
        self._written_on, self.written_at = self._means.connection.number, self._means.clock.time()
        self._watch.news()

    def _take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, JobFinished):
                self._finished[event.index] = event
            last = self._waiting[-1] if self._waiting else None
            if isinstance(event, JobProgress) and isinstance(last, JobProgress) and last.index == event.index:
                self._waiting[-1] = event
            else:
                self._waiting.append(event)
        if events:
            self._news.set()
        self._watch.news()
        if self._state.done:
            self._means.ended(self)

    def _follows(self, refusal: ProjectFailed) -> bool:
        """Prepare to send again what a server that is stopping turned away; False if it was sent again before."""
        refused = self._state
        if not self._restarting:
            if not (self._request.repeatable and self._wanted and self._before is not None):
                return False
            self.sent, self._restarting = False, True
            self._watch.stop()
            self._means.own(self._after_restart(refusal, refused, self.heard))
        self._state = self._fresh()
        return True

    async def _after_restart(self, refusal: ProjectFailed, refused: ProjectState, heard: int) -> None:
        try:
            # A server that stays is not the next one; then it is for the caller to try again.
            if await self._means.connection.ended(self._written_on, STOPPING_SECONDS):
                await self.repeat(NotAdmitted(self.project_id, refusal), heard=heard, after=self._written_on)
            elif self.heard != heard:
                self.sent = True  # it was taken after all
        except SogniError:
            # There was no other connection in time, or the journal is full. The service did not take it.
            self._refuse(refusal, refused)
        except Exception as bug:  # noqa: BLE001 - whoever waits for the project has to be told
            self.lose(InternalError("INTERNAL", f"A request could not be sent again: {bug!r}"))
        else:
            if not self.sent:
                self._refuse(refusal, refused)
        finally:
            self._restarting = False

    def _refuse(self, refusal: ProjectFailed, refused: ProjectState) -> None:
        self._state = refused
        self._waiting.append(refusal)
        self._news.set()
        self._means.ended(self)

    def _fresh(self) -> ProjectState:
        return ProjectState(self.project_id, self.project.count, safety_filter=self.project.safety_filter)
