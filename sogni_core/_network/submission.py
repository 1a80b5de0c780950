"""One project on the wire: its uploads, its one paid frame, what happens to it, and its results."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from sogni_core._network.connection import Connection
from sogni_core._network.records import Collected
from sogni_core._network.transfers import Transfers
from sogni_core._protocol import frames, requests
from sogni_core._protocol.events import Event, JobFinished, JobProgress
from sogni_core._protocol.state import ProjectState
from sogni_core._transport.calls import PaidFrame
from sogni_core.errors import InternalError, SogniError, TransportError, first_of
from sogni_core.project import Project


class Submission:
    """One project. Use it in this order: ``upload``, ``send``, ``events``; ``collect`` for every job that finished."""

    def __init__(
        self,
        project: Project,
        project_id: str,
        *,
        comfy: bool,
        connection: Connection,
        transfers: Transfers,
        begun: Callable[[Submission], None],
        ended: Callable[[Submission], None],
        spent: Callable[[], None],
    ) -> None:
        """``begun`` and ``ended``: told when frames for this project may come, and when no more are wanted.

        ``spent`` is told after the request was written: there is time now to prepare for its results.

        Raises InputError for a project that cannot be sent.
        """
        self.project = project
        self.project_id = project_id.upper()
        self.sent = False
        """True from the moment in which the request may have left this machine."""
        self._frame = PaidFrame(
            frames.encode(requests.TYPE, requests.job_request(project, self.project_id, comfy=comfy))
        )
        self._state = ProjectState(self.project_id, project.count, safety_filter=project.safety_filter)
        self._connection = connection
        self._transfers = transfers
        self._begun = begun
        self._on_end = ended
        self._spent = spent
        self._finished: dict[int, JobFinished] = {}
        self._waiting: deque[Event] = deque()
        self._failure: SogniError | None = None
        self._news = asyncio.Event()

    @property
    def state(self) -> ProjectState:
        """What is known of the project."""
        return self._state

    @property
    def canceled(self) -> bool:
        """Whether it ended because somebody cancelled it."""
        return self._state.failure is not None and self._state.failure.canceled

    async def upload(self) -> None:
        """Upload all assets, several at a time. Costs nothing and is repeated where that can help.

        Raises TransportError UPLOAD_FAILED, InputError MISSING_FILE, AuthError.
        """
        if not self.project.assets:
            return
        try:
            async with asyncio.TaskGroup() as group:
                for slot, asset in self.project.assets.items():
                    group.create_task(self._transfers.upload(self.project_id, slot, asset))
        except BaseExceptionGroup as failures:
            # One upload that fails ends the others; the first error speaks for all.
            raise first_of(failures) or failures from None

    async def send(self, before: Callable[[], None]) -> None:
        """Send the request, once. ``before`` is called immediately before it is written.

        Whatever is raised was raised before anything was sent: TransportError CONNECTION_ERROR and others,
        AuthError, what ``before`` raises. A connection that breaks while the frame is written is no error
        here: the request may have arrived, and the greeting of the next connection tells.
        """
        self._begun(self)
        try:
            while not self.sent:
                socket = await self._connection.ready()
                try:
                    await socket.spend(self._frame, lambda: self._spending(before))
                except TransportError:
                    # Not yet spent: the socket was gone before anything was written, so the next one is waited for.
                    if self.sent:
                        break
        except BaseException:
            if not self.sent:
                self._on_end(self)
            raise
        self._spent()

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
        return await self._transfers.collect(self.project, self.project_id, job, output)

    def receive(self, frame: frames.Frame) -> None:
        """Take a frame that names this project."""
        self._take(self._state.receive(frame))

    def adopt(self, recovered: Mapping[str, Any]) -> None:
        """Take what the service says of this project after a reconnect."""
        self._take(self._state.adopt(recovered))

    def break_off(self, error: SogniError) -> None:
        """Take that the connection is gone for good."""
        if not self._state.done:
            details = {**error.details, "projectId": self.project_id}
            self._failure = type(error)(error.code, error.message, hint=error.hint, details=details)
            self._news.set()

    def _spending(self, before: Callable[[], None]) -> None:
        before()
        self.sent = True

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
        if self._state.done:
            self._on_end(self)
