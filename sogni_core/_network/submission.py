"""One project on the wire: its uploads, its paid request, what happens to it, and its results.

What is done, and when, is decided by :mod:`sogni_core._protocol.lifecycle`; here it is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from sogni_core._network.actions import Actions
from sogni_core._network.cancellation import CancelRequest
from sogni_core._network.clock import Alarm
from sogni_core._network.event_queue import EventQueue
from sogni_core._network.facts import Collected, Recovery
from sogni_core._network.paid_request import PaidRequest
from sogni_core._network.services import SubmissionServices
from sogni_core._network.transfers import Finish
from sogni_core._protocol import frames
from sogni_core._protocol.events import Event, JobFinished, ProjectFailed
from sogni_core._protocol.lifecycle import inputs, outputs
from sogni_core._protocol.lifecycle.life import MOST_WRITES, Ended, Life, attached, prepared
from sogni_core._protocol.lifecycle.machine import step
from sogni_core._protocol.state import ProjectState
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
        self._services, self._owner = services, owner
        self._medium = services.medium_of(project)
        request = PaidRequest(project, self.project_id, medium=self._medium, comfy=comfy, earlier=earlier)
        self._actions = Actions(self.project_id, request, services, self._feed)
        self._state = self._fresh()
        self._refused: ProjectState | None = None
        """What was known of it when a stopping server refused it."""
        self._finished: dict[int, JobFinished] = {}
        self._events = EventQueue()
        self._alarm = Alarm(services.clock, self._rang)
        self._recovery: Recovery | None = None
        self._raised: SogniError | None = None
        self.cancellation = CancelRequest(self.project_id, services.connection, services.start, self.take)
        """Its cancel request."""
        known_events = self._state.adopt(known) if known is not None else []
        if earlier:
            writes, now, accepted = 1 if resend else MOST_WRITES, services.clock.time(), self._state.seen
            self._life = attached(
                self.project_id, project.count, services.patience, now=now, writes=writes, accepted=accepted
            )
        else:
            self._life = prepared(self.project_id, project.count, services.patience)
        self._note(known_events)
        if self._state.done:
            self._hear()

    @property
    def life(self) -> Life:
        """What is known of its paid life."""
        return self._life

    @property
    def state(self) -> ProjectState:
        """What is known of its jobs."""
        return self._state

    @property
    def sent(self) -> bool:
        """Whether the request may be with the service: it may have left, and nothing proves that it never arrived."""
        return self._life.sent

    @property
    def canceled(self) -> bool:
        """Whether it ended because somebody cancelled it."""
        return self._state.failure is not None and self._state.failure.canceled

    async def recover(self) -> Recovery:
        """Find out what happened to a project that another process sent. Nothing is sent.

        What has ended is found without a connection. Otherwise the session's connection is waited for, which has to
        use the app id that the project was sent on; then the project is searched for, in about 15 s. Raises what ended
        the connection, or AuthError; it can be called again then.
        """
        await self._carry_out(self._feed(inputs.RecoverAsked()))
        self._raise()
        if self._recovery is None:
            raise InternalError("INTERNAL", "A search for a project ended without a result.")
        return self._recovery

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
        todo = self._feed(inputs.SendAsked())
        if todo is None:
            return
        self._actions.before = before
        self._owner.begun(self)
        try:
            await self._carry_out(todo)
            self._raise()
        except BaseException:
            if not self.sent:
                self.take(inputs.CannotWrite(self._life.ticket, _interrupted()))
                self._raised = None
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

    # what happens to it

    def receive(self, frame: frames.Frame) -> None:
        """Take a frame that names this project."""
        before = self._state
        events = before.receive(frame)
        last = events[-1] if events else None
        if not (isinstance(last, ProjectFailed) and not last.admitted):
            self._note(events)
            self._hear()
            return
        self.take(inputs.Refused(self._number, last))
        if not isinstance(self._life.phase, Ended):
            # It is sent again, and the service has said nothing of that.
            self._refused, self._state = before, self._fresh()

    def adopt(self, recovered: Mapping[str, Any]) -> None:
        """Take what the service says of this project after a reconnect, or when it is asked."""
        self._note(self._state.adopt(recovered))
        self._hear()

    def greeted(self, recovered: Mapping[str, Any] | None) -> None:
        """Take what the greeting of a new connection says of this project; None if it does not name it."""
        self.take(inputs.Greeted(self._number, named=recovered is not None))
        if recovered is not None:
            self.adopt(recovered)

    def broken(self, error: SogniError) -> None:
        """Take that the connection is gone for good."""
        self.take(inputs.Broken(error))

    def abandon(self) -> None:
        """Take that nobody wants it any more: from now on nothing is asked for it, and nothing sent again."""
        self.take(inputs.Abandoned())

    def take(self, given: inputs.Input) -> None:
        """Give an input to its life, and do what comes of it; what takes time is done in the background."""
        todo = self._feed(given)
        if todo is not None:
            self._services.start(self._in_background(todo))

    # what is done for it

    def _feed(self, given: inputs.Input) -> outputs.Lasting | None:
        """Give an input to its life, do what can be done at once, and return what takes time."""
        self._life, todo = step(self._life, given, self._services.clock.time())
        lasting: outputs.Lasting | None = None
        for output in todo:
            if isinstance(output, outputs.Lasting):
                lasting = output
            else:
                self._do(output)
        if self._life.over:
            self._alarm.stop()
        return lasting

    def _do(self, output: outputs.Immediate) -> None:
        match output:
            case outputs.Wait(seconds):
                self._alarm.set(seconds)
            case outputs.Adopt(project):
                self.adopt(project)
            case outputs.TellRecovery(state, answers, error):
                self._recovery = Recovery(state, answers, error)
            case outputs.TellRefusal(refusal):
                self._state = self._refused or self._state
                self._events.put([refusal])
                self._end()
            case outputs.TellEnd():
                self._end()
            case outputs.Raise(error):
                self._raised = error
            case outputs.Fail(error):
                self._events.fail(error)
                self._owner.ended(self)
            case outputs.ConnectToCancel() | outputs.SendCancel() | outputs.TellCancel():
                self.cancellation.do(output)

    async def _carry_out(self, todo: outputs.Lasting | None) -> None:
        """Do what takes time, and what comes of it, until its life asks for no more."""
        while todo is not None:
            done = await self._actions.run(todo)
            todo = self._feed(done) if done is not None else None

    async def _in_background(self, todo: outputs.Lasting) -> None:
        try:
            await self._carry_out(todo)
        except Exception as bug:  # noqa: BLE001 - whoever waits for the project has to be told
            error = InternalError("INTERNAL", f"What was to be done for a project failed: {bug!r}")
            self._feed(inputs.Defect(error))

    def _raise(self) -> None:
        error, self._raised = self._raised, None
        if error is not None:
            raise error

    def _note(self, events: list[Event]) -> None:
        self._finished.update({event.index: event for event in events if isinstance(event, JobFinished)})
        self._events.put(events)

    def _hear(self) -> None:
        state = self._state
        self.take(
            inputs.Heard(
                self._number,
                accepted=state.seen,
                overtaken=state.overtaken,
                done=state.done,
                canceled=self.canceled,
            )
        )

    def _rang(self) -> None:
        self.take(inputs.Silent(connected=self._services.connection.is_ready))

    def _end(self) -> None:
        self._events.end()
        self._owner.ended(self)

    @property
    def _number(self) -> int:
        return self._services.connection.number

    def _fresh(self) -> ProjectState:
        return ProjectState(self.project_id, self.project.count, safety_filter=self.project.safety_filter)


def _interrupted() -> TransportError:
    return TransportError("CONNECTION_ERROR", "The sending was interrupted.", details={"sent": False})
