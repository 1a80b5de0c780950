"""One step: one project from the journal's write-ahead to its files, and what became of it as a value."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sogni_core._journal.journal import Journal
from sogni_core._network.session import Session
from sogni_core._network.submission import Submission
from sogni_core._protocol import events, failures
from sogni_core.errors import ServiceError, SogniError, TimeLimitError, TransportError
from sogni_core.files import numbered, prepare_output
from sogni_core.project import Project
from sogni_core.result import Artifact, OnProgress, Outcome, Progress, State

CANCEL_SECONDS = 5.0
"""Time to ask the network to cancel, whatever the number of projects."""


class Step:
    """One project on its way. ``run`` never raises for a project's sake: what went wrong is in the outcome."""

    def __init__(
        self,
        *,
        journal: Journal,
        session: Session,
        app_id: Callable[[], str | None],
        run_id: str,
        key: str,
        project: Project,
        project_id: str,
        comfy: bool,
        output: Path | None,
        seconds: float,
        keep_urls: bool,
        tell: OnProgress,
        warn: Callable[[str], None],
    ) -> None:
        self.key = key
        self.project = project
        self.project_id = project_id
        self.state: State | None = None
        """None while it goes on."""
        self.sent = False
        """True from the moment in which the request may have left this machine."""
        self._journal = journal
        self._session = session
        self._app_id = app_id
        self._run_id = run_id
        self._comfy = comfy
        self._seconds = seconds
        self._keep_urls = keep_urls
        self._tell = tell
        self._warn = warn
        self._paths = numbered(output, project.count) if output is not None else None
        self._artifacts: dict[int, Artifact] = {}
        self._errors: list[SogniError] = []
        self._withheld = 0
        self._ended: set[int] = set()

    async def run(self) -> Outcome:
        """Carry the project out; a cancellation asks the network to cancel and goes on upwards."""
        for path in self._paths or ():
            prepare_output(path)
        facts = dataclasses.asdict(self.project)
        facts["type"] = type(self.project).__name__
        first = self._paths[0] if self._paths else None
        self._journal.begin_step(self._run_id, self.key, self.project_id, facts, output=first)
        try:
            async with asyncio.TaskGroup() as downloads:
                try:
                    async with asyncio.timeout(self._seconds):
                        await self._follow(downloads)
                except TimeoutError:
                    await self._give_up(timed_out=True)
                except SogniError as error:
                    self._errors.append(error)
                    unknown = self.sent and isinstance(error, TransportError)
                    self.state = "unknown" if unknown else "failed"
        except asyncio.CancelledError:
            if self.state is None:
                await self._give_up(timed_out=False)
                self._journal.mark_step(self._run_id, self.key, self.state or "unknown")
            raise
        return self._outcome()

    async def _follow(self, downloads: asyncio.TaskGroup) -> None:
        submission = self._session.submission(self.project, self.project_id, comfy=self._comfy)
        self._report("sending")
        await submission.upload()
        await submission.send(self._about_to_send)
        self._journal.mark_step(self._run_id, self.key, "sent")
        async for event in submission.events():
            match event:
                case events.Queued():
                    if event.no_workers:
                        self._report("queued", message="no worker serves this model now", eta=event.eta_seconds)
                    else:
                        self._report("queued", position=event.position, eta=event.eta_seconds)
                case events.JobStarted():
                    self._report("started", job=event.index)
                case events.JobProgress():
                    self._report("step", job=event.index, fraction=event.fraction, eta=event.eta)
                case events.JobRetried():
                    self._report("retried", job=event.index, message=event.message)
                case events.JobFinished():
                    self._ended.add(event.index)
                    self._report("job", job=event.index, fraction=1.0)
                    if event.delivered:
                        downloads.create_task(self._collect(submission, event))
                    elif event.withheld:
                        self._withheld += 1
                case events.JobFailed():
                    self._ended.add(event.index)
                    self._errors.append(failures.job_error(event, project_id=self.project_id))
                    self._report("job", job=event.index)
                case events.ProjectFailed():
                    if not (event.from_jobs and self._errors):
                        self._errors.insert(0, failures.project_error(event, project_id=self.project_id))
                case _:
                    pass

    def _about_to_send(self) -> None:
        self._journal.mark_step(self._run_id, self.key, "sending", app_id=self._app_id())
        self.sent = True

    async def _collect(self, submission: Submission, event: events.JobFinished) -> None:
        path = self._paths[event.index] if self._paths is not None and event.index < len(self._paths) else None
        try:
            collected = await submission.collect(event.index, path)
        except ServiceError as error:
            if not event.uncertain:
                self._errors.append(error)
            else:
                self._withheld += 1
            return
        except SogniError as error:
            self._errors.append(error)
            return
        artifact = Artifact(
            index=event.index,
            content_type=collected.content_type,
            path=collected.path,
            url=collected.url if self._keep_urls else None,
            size=collected.size,
            sha256=collected.sha256,
            width=collected.width,
            height=collected.height,
            seed=event.seed if event.seed is not None else self.project.seed,
            labelled=event.labelled,
        )
        self._artifacts[event.index] = artifact
        if event.labelled:
            self._warn("The service marked an output as sensitive.")
        self._journal.add_artifact(self._run_id, self.key, artifact)
        if artifact.path is not None:
            self._report("saved", job=event.index, message=str(artifact.path))

    async def _give_up(self, *, timed_out: bool) -> None:
        """Ask the network to cancel and note what it said."""
        if not self.sent:
            self.state = "cancelled"
        else:
            answers = await self._session.cancel([self.project_id], CANCEL_SECONDS)
            answer = answers[self.project_id]
            self.state = answer if answer in ("cancelled", "running") else "unknown"  # type: ignore[assignment]
        if timed_out:
            project = {"projectId": self.project_id, "key": self.key, "state": self.state, "sent": self.sent}
            self._errors.append(
                TimeLimitError("TIMEOUT", f"Timeout after {self._seconds:g}s", details={"projects": [project]})
            )

    def _outcome(self) -> Outcome:
        artifacts = tuple(self._artifacts[index] for index in sorted(self._artifacts))
        if self.state is None:
            if len(artifacts) >= self.project.count and not self._errors:
                self.state = "completed"
            elif artifacts:
                self.state = "partial"
            elif self._withheld and not self._errors:
                self.state = "withheld"
            else:
                self.state = "failed"
        error = self._errors[0] if self._errors else None
        if error is None and self._withheld:
            error = self._withheld_error(bool(artifacts))
        if error is None and self.state != "completed":
            error = ServiceError(
                "PROJECT_ERROR", "The service ended the project with fewer outputs than it was asked for."
            )
        self._journal.mark_step(self._run_id, self.key, self.state, error=error)
        self._report("finished")
        sent_id = self.project_id if self.sent else ""
        return Outcome(self.key, sent_id, self.state, artifacts, error, self._withheld)

    def _withheld_error(self, some_are_there: bool) -> SogniError:
        if not some_are_there:
            return failures.withheld_error(self._withheld, project_id=self.project_id)
        text = f"{self._withheld} of {self.project.count} outputs were withheld by the safety filter."
        return ServiceError("SENSITIVE_CONTENT", text, details={"withheld": self._withheld})

    def _report(self, kind: Any, **facts: Any) -> None:
        self._tell(Progress(kind, key=self.key, jobs=self.project.count, done=len(self._ended), **facts))
