"""One project on the wire: its uploads, its paid request, what happens to it, and its results."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from sogni_core._network.event_queue import EventQueue
from sogni_core._network.facts import Collected, Recovery
from sogni_core._network.paid_request import NotAdmitted, PaidRequest
from sogni_core._network.search import NeverArrived
from sogni_core._network.services import SubmissionServices
from sogni_core._network.transfers import Finish
from sogni_core._network.watch import Watch
from sogni_core._protocol import frames
from sogni_core._protocol.events import Event, JobFinished, ProjectFailed
from sogni_core._protocol.state import ProjectState
from sogni_core._transport.calls import PaidFrame
from sogni_core.errors import InternalError, SogniError, TransportError, first_of
from sogni_core.files import Place
from sogni_core.project import Project


class Owner(Protocol):
    """What a submission reports to, such as its session."""

    def begun(self, submission: Submission) -> None:
        """Frames of the project may come from now on."""

    def written(self, submission: Submission) -> None:
        """The request was written; while the job renders, there is time to prepare for its results."""

    def ended(self, submission: Submission) -> None:
        """No more frames of the project are wanted."""


class Submission:
    """One project. Call ``upload``, ``send``, ``events``, in this order, and ``collect`` for each job that finished.

    For a project that another process sent, call ``recover`` first; ``upload`` and ``send`` only if it never arrived.
    """

    def __init__(
        self,
        project: Project,
        project_id: str,
        services: SubmissionServices,
        owner: Owner,
        *,
        comfy: bool,
        earlier: bool = False,
        resend: bool = True,
        known: Mapping[str, Any] | None = None,
    ) -> None:
        """Prepare a submission; nothing is sent yet.

        ``earlier``: another process sent it. ``resend``: it may be sent once more if it never arrived. ``known``: what
        the service said of it earlier. Raises InputError for a project that cannot be sent.
        """
        self.project = project
        self.project_id = project_id.upper()
        self.sent = earlier
        """True from the moment in which the request may have left, unless it is proved that it did not arrive."""
        self.resent = False
        """Whether it was sent a second time here."""
        self.mentions = 0
        """How often the service named the project. If this has changed, an earlier doubt that it arrived is settled."""
        self.written_at = services.clock.time()
        self._written_on = self._mentioned_on = self._absent_on = 0
        self._services, self._owner = services, owner
        self._medium = services.medium_of(project)
        self._request = PaidRequest(project, self.project_id, medium=self._medium, comfy=comfy, earlier=earlier)
        self._frame = None if earlier else self._request.first()
        self._resend = resend
        self._recovered = not earlier
        self._before: Callable[[], None] | None = None
        self._state = self._fresh()
        self._watch = Watch(self, services)
        self._wanted = True
        self._restarting = False
        self._mentions_at_proof = 0
        self._finished: dict[int, JobFinished] = {}
        self._events = EventQueue()
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
        return self._state.done or self._events.failure is not None or not self._wanted

    @property
    def followed(self) -> bool:
        """Whether it was sent and its events are waited for; not while it is sent, sent again, or recovered."""
        return self.sent and self._recovered

    @property
    def unaccounted(self) -> bool:
        """Whether it was written on an earlier connection, and the greeting of the newest one does not name it."""
        number = self._services.connection.number
        named = max(self._written_on, self._mentioned_on)
        return self.followed and not self.over and self._absent_on == number and named < number

    @property
    def repeatable(self) -> bool:
        """Whether its request may be sent again, if it is proved that the service never took it."""
        return not (self.over or self._state.seen or self._before is None) and self._request.repeatable

    async def recover(self) -> Recovery:
        """Find out what happened to a project that another process sent. Nothing is sent.

        What has ended is found without a connection. Otherwise the session's connection is waited for, which has to
        use the app id that the project was sent on; then the project is searched for, in about 15 s. Raises what ended
        the connection, or AuthError; it can be called again then.
        """
        recovery = await self._watch.recover(resend=self._resend)
        self._recovered = True
        self.look_up_if_unaccounted()
        return recovery

    async def upload(self) -> None:
        """Upload all assets, several at a time. Costs nothing, and is tried again where that can help.

        Raises TransportError UPLOAD_FAILED, InputError MISSING_FILE, AuthError.
        """
        if not self.project.assets:
            return
        try:
            async with asyncio.TaskGroup() as group:
                for slot, asset in self.project.assets.items():
                    kind = self._medium.slot_kind(slot)
                    group.create_task(self._services.transfers.upload(self.project_id, slot, asset, kind))
        except BaseExceptionGroup as failures:
            # One upload that fails ends the others; the first error stands for all.
            raise first_of(failures) or failures from None

    async def send(self, before: Callable[[], None]) -> None:
        """Send the request, once. ``before`` is called immediately before it is written.

        Whatever is raised was raised before anything was sent: TransportError CONNECTION_ERROR and others, AuthError,
        what ``before`` raises. A connection that breaks while the frame is written raises nothing: the request may have
        arrived, and the next connection tells. If the service then proves that it did not arrive, the same request is
        written again, once, without another call; ``before`` is called for that as well.
        """
        if self.sent:
            return
        if self._frame is None:
            raise InternalError("INTERNAL", "A project of another process was about to be sent without proof.")
        self._before = before
        self._owner.begun(self)
        try:
            await self._write(self._frame, mentions=self._mentions_at_proof)
        except BaseException:
            if not self.sent:
                self._owner.ended(self)
            raise
        self._owner.written(self)

    def events(self) -> AsyncIterator[Event]:
        """Yield what happens until the project completed, or failed (its last event is then ProjectFailed).

        Raises TransportError CONNECTION_LOST, CONNECTION_REPLACED or what else ended the connection for good. Nothing
        is lost while nobody asks; only older progress of a job is replaced by newer progress.
        """
        return aiter(self._events)

    async def collect(self, job_index: int, output: Path | Place | None, finish: Finish | None = None) -> Collected:
        """Get the result of a job that finished; with ``output`` download it there, checked and in one step.

        ``finish`` works on the file before it takes its place. Raises TransportError DOWNLOAD_FAILED, InputError
        OUTPUT_NOT_WRITABLE, AuthError, ServiceError SENSITIVE_CONTENT if the service withheld it without saying so
        clearly, and what ``finish`` raises.
        """
        job = self._finished.get(job_index)
        if job is None:
            raise InternalError("INTERNAL", f"Job {job_index} has not finished; there is nothing to collect.")
        return await self._services.transfers.collect(self.project, self._medium, self.project_id, job, output, finish)

    def receive(self, frame: frames.Frame) -> None:
        """Take a frame that names this project."""
        events = self._state.receive(frame)
        last = events[-1] if events else None
        if isinstance(last, ProjectFailed) and not last.admitted and self._resends_after(last):
            return
        self._note_mention()
        self._take(events)

    def adopt(self, recovered: Mapping[str, Any]) -> None:
        """Take what the service says of this project after a reconnect, or when it is asked."""
        self._note_mention()
        self._take(self._state.adopt(recovered))

    def note_absence(self) -> None:
        """Take that the greeting of a new connection does not name this project."""
        self._absent_on = self._services.connection.number
        self.look_up_if_unaccounted()

    def look_up_if_unaccounted(self) -> None:
        """Begin to ask what happened to it, if that is unknown."""
        if self.unaccounted:
            self._watch.search()

    def fail(self, error: SogniError) -> None:
        """Take that no more can be learned of it; ``events`` raises the error."""
        self._watch.stop()
        if not self._state.done:
            details = {**error.details, "projectId": self.project_id}
            self._events.fail(type(error)(error.registered, error.message, hint=error.hint, details=details))

    def fail_as_lost(self, error: SogniError) -> None:
        """Take that nobody knows what happened to it, unless it is over."""
        if not self.over:
            self.fail(error)
            self._owner.ended(self)

    def abandon(self) -> None:
        """Take that it is not wanted any more: from now on nothing is asked for it, and nothing sent again."""
        self._wanted = False
        self._watch.stop()

    def allow_resend(self, proof: NeverArrived) -> None:
        """Take the proof that what another process sent never arrived: ``send`` will send it."""
        self._frame, self._mentions_at_proof = self._request.again(proof), self.mentions
        self.sent = False

    async def resend(self, proof: NeverArrived | NotAdmitted, *, mentions: int, after: int = 0) -> None:
        """Send the request again, unless ``mentions`` has changed meanwhile or the project is not wanted any more.

        ``after``: on a connection with a higher number. Raises as :meth:`send`.
        """
        frame = self._request.again(proof)
        self.sent = False
        await self._write(frame, mentions=mentions, after=after)

    async def _write(self, frame: PaidFrame, *, mentions: int, after: int = 0) -> None:
        seconds = self._services.timings.restart if after else None
        while not self.sent:
            socket = await self._services.connection.ready(after=after, seconds=seconds)
            if self.mentions != mentions:
                self.sent = True  # it arrived after all
                self.look_up_if_unaccounted()
                return
            if self.over:
                return
            try:
                await socket.spend(frame, self._spending)
            except TransportError:
                # Not yet spent: the socket was gone before anything was written, so the next one is waited for.
                if self.sent:
                    break

    def _note_mention(self) -> None:
        self.mentions += 1
        self._mentioned_on = self._services.connection.number

    def _spending(self) -> None:
        assert self._before is not None
        self._before()
        self.sent, self.resent = True, not self._request.repeatable
        self._written_on, self.written_at = self._services.connection.number, self._services.clock.time()
        self._watch.reset()

    def _take(self, events: list[Event]) -> None:
        self._finished.update({event.index: event for event in events if isinstance(event, JobFinished)})
        self._events.put(events)
        self._watch.reset()
        if self._state.done:
            self._end()

    def _end(self) -> None:
        self._events.end()
        self._owner.ended(self)

    def _resends_after(self, refused: ProjectFailed) -> bool:
        """Prepare to send again what a stopping server refused; False if the project may not be sent again."""
        earlier = self._state
        if not self._restarting:
            if not (self._request.repeatable and self._wanted and self._before is not None):
                return False
            self.sent, self._restarting = False, True
            self._watch.stop()
            self._services.start(self._resend_after_restart(refused, earlier, self.mentions))
        self._state = self._fresh()
        return True

    async def _resend_after_restart(self, refused: ProjectFailed, earlier: ProjectState, mentions: int) -> None:
        try:
            # If the server stays, there is no next one, and it is for the caller to try again.
            if await self._services.connection.ended(self._written_on, self._services.timings.stopping):
                proof = NotAdmitted(self.project_id, refused)
                await self.resend(proof, mentions=mentions, after=self._written_on)
            elif self.mentions != mentions:
                self.sent = True  # it was taken after all
        except SogniError:
            # There was no other connection in time, or the journal is full. The service did not take it.
            self._fail_as_refused(refused, earlier)
        except Exception as bug:  # noqa: BLE001 - whoever waits for the project has to be told
            self.fail_as_lost(InternalError("INTERNAL", f"A request could not be sent again: {bug!r}"))
        else:
            if not self.sent:
                self._fail_as_refused(refused, earlier)
        finally:
            self._restarting = False

    def _fail_as_refused(self, refused: ProjectFailed, earlier: ProjectState) -> None:
        self._state = earlier
        self._events.put([refused])
        self._end()

    def _fresh(self) -> ProjectState:
        return ProjectState(self.project_id, self.project.count, safety_filter=self.project.safety_filter)
