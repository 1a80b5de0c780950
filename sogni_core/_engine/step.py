"""One step: one project from the journal's write-ahead to its files, and how it ended as a value."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sogni_core._engine.announcements import Announcements
from sogni_core._engine.finishers import FinishFile
from sogni_core._engine.networks import NetworkHandle
from sogni_core._engine.outcomes import AGAIN, was_accepted
from sogni_core._engine.prices import Answer, afford, cost_of
from sogni_core._engine.time_limits import StepTimer, TimeLimits
from sogni_core._journal.entries import Step as StoredStep
from sogni_core._journal.journal import Journal
from sogni_core._network.clock import time_limit
from sogni_core._network.facts import Collected
from sogni_core._network.submission import Submission
from sogni_core._protocol import events, failures
from sogni_core._protocol.lifecycle.life import MOST_WRITES
from sogni_core._protocol.medium import LoadedMedium
from sogni_core.errors import (
    ConfigError,
    PluginError,
    ServiceError,
    SogniError,
    TransportError,
    first_of,
)
from sogni_core.files import Place, prepare_output
from sogni_core.media.file_check import FileFacts
from sogni_core.project import Project
from sogni_core.result import Artifact, OnProgress, Outcome, Progress, State

_ASKED = "asked"
"""Key of the journal's facts of a project: the workflow's values of fields that observers changed."""

_AS_QUOTED: Collection[State] = ("completed", "withheld", "running", "unknown")
"""States whose charge is the quote, or is not known before the project ends."""

CHARGE_SECONDS = 3.0
"""How long a project that ended without all of its outputs waits to learn its charge."""

CANCEL_SECONDS = 5.0
"""Time for the network to answer a cancel, and for downloads under way to end when a run is interrupted."""


class Step:
    """One project on its way. ``run`` never raises for a project's sake: what went wrong is in the outcome."""

    def __init__(
        self,
        *,
        journal: Journal,
        way: NetworkHandle,
        run_id: str,
        key: str,
        project: Project,
        whole: Project,
        asked: Project,
        indices: tuple[int, ...] | None,
        there: tuple[Artifact, ...],
        medium: LoadedMedium,
        project_id: str,
        known: StoredStep | None,
        price: asyncio.Task[Answer],
        pay: Callable[[], Coroutine[Any, Any, None]],
        charged: Callable[[Decimal], None],
        places: Sequence[Place] | None,
        limits: TimeLimits,
        announcements: Announcements,
        tell: OnProgress,
        warn: Callable[[str], None],
        saved: Callable[[Place, Artifact], None],
        finish: FinishFile[FileFacts] | None = None,
    ) -> None:
        self.key = key
        self.project = project
        self._whole = whole
        """The project of all outputs; ``project`` may be for those that are missing."""
        self._asked = asked
        self._indices = indices
        self.medium = medium
        self.project_id = project_id
        self.state: State | None = None
        """None while it goes on."""
        self.sent = False
        """True from the moment in which the request may have left this machine."""
        self._journal = journal
        self._way = way
        self._run_id = run_id
        self.price = price
        """Its price, which the network was asked for."""
        self._pay = pay
        """Takes its price from the run's budget, or raises MoneyError."""
        self._charged = charged
        """Is told what it cost."""
        self._known = known
        self._timer = StepTimer(way.session.clock, limits)
        self._announcements = announcements
        self._tell = tell
        self._warn = warn
        self._finish = finish
        self._saved = saved
        self._places = places
        self._artifacts = {artifact.index: artifact for artifact in there}
        self._errors: dict[object, SogniError] = {}
        """By job index, or by what it concerns: a job that another worker takes over has not failed after all."""
        self._withheld = 0
        self._uncollected = False
        """Whether an output was rendered and is not here."""
        self._ended: set[int] = set()
        self._priced = False
        """Whether the journal has the price."""
        self._collecting: set[asyncio.Task[None]] = set()

    async def run(self) -> Outcome:
        """Carry the project out; a cancellation asks the network to cancel and goes on upwards.

        Raises SogniError only before anything was sent: the output or the journal cannot be written.
        """
        for index in self._indices if self._indices is not None else range(self._whole.count):
            if self._places:
                prepare_output(self._places[index])
        self._write_ahead()
        submission = self._submission()
        try:
            try:
                async with self._timer.running():
                    await self._render(submission)
            except TimeoutError:
                await self._time_is_up(submission)
            except SogniError as error:
                self._errors["project"] = self._paid_for(error, "CONNECTION_LOST")
                self.state = "unknown" if self.sent else "failed"
            # What was rendered is paid for: its download is not under the time limit of the rendering.
            if self._collecting:
                await asyncio.wait(self._collecting)
            for task in self._collecting:
                task.result()
        except asyncio.CancelledError:
            await self._interrupted()
            raise
        outcome = self._outcome()
        if outcome.state not in _AS_QUOTED:
            await self._learn_charge(outcome)
        return outcome

    async def _learn_charge(self, outcome: Outcome) -> None:
        """Ask what a project was charged that ended without all of its outputs, and note it."""
        if not self.may_be_paid:
            self._charged(Decimal(0))
            return
        with suppress(SogniError, TimeoutError):
            async with time_limit(self._way.session.clock, CHARGE_SECONDS):
                found = await self._way.session.charged(self.project_id)
            if found is not None:
                self._charged(found.amount)
                self._journal.ledger.confirm(self.project_id, found.amount, usd=found.usd, payment=found.payment)

    def _write_ahead(self) -> None:
        """Note the project before anything of it is sent."""
        facts = journaled(self._whole, self._asked)
        first = self._places[0].path if self._places else None
        if self._known is None:
            self._journal.begin_step(self._run_id, self.key, self.project_id, facts, output=first)
        elif not self._taken_up:
            self._journal.renew_step(
                self._run_id, self.key, self.project_id, facts, output=first, indices=self._indices
            )

    def _submission(self) -> Submission:
        session, comfy = self._way.session, self._way.is_comfy(self.project.model)
        if not self._taken_up:
            return session.submission(self.project, self.project_id, comfy=comfy)
        assert self._known is not None
        again = self._known.writes < MOST_WRITES and not was_accepted(self._known)
        return session.attach(self.project, self.project_id, comfy=comfy, resend=again, known=self._known.found)

    @property
    def _taken_up(self) -> bool:
        """Whether the project may be on the network already, sent by an earlier process."""
        known = self._known
        return known is not None and known.project_id == self.project_id and known.state != "prepared"

    async def _render(self, submission: Submission) -> None:
        self._report("sending")
        if self._taken_up:
            self.sent = True
            found = await submission.recover()
            if found.error is not None:
                raise self._gone(found.error)
            if found.state != "never-arrived":
                await self._follow(submission)
                return
            # Every look-up says that it never arrived: only now may it be sent again.
            self.sent = False
        await self._get_ready(submission)
        await submission.send(self._about_to_send)
        self._note("sent")
        self._report("connected")
        for line in self._announcements.submitted:
            self._report("message", message=line)
        await self._follow(submission)

    def _gone(self, error: SogniError) -> SogniError:
        """Say of outputs that were here that they are gone: the network does not have them any more."""
        if self._known is None or not was_accepted(self._known):
            return error
        text = f"The outputs of {self.key} are not here any more, and the network no longer has them."
        return TransportError("DOWNLOAD_FAILED", text, hint="They were paid for. A new run pays for new ones.")

    async def _get_ready(self, submission: Submission) -> None:
        """Upload what the project carries and, at the same time, see whether it can be paid; neither costs anything."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(submission.upload())
                group.create_task(self._pay())
                group.create_task(afford(self._way.session, self.project, self.medium.record, self.price, self._warn))
        except BaseExceptionGroup as failed:
            raise first_of(failed) or failed from None

    async def _follow(self, submission: Submission) -> None:
        async for event in submission.events():
            match event:
                case events.Queued():
                    self._timer.queued(no_workers=event.no_workers)
                    message = "no worker serves this model now" if event.no_workers else ""
                    self._report("queued", message=message, position=event.position, eta=event.eta_seconds)
                case events.JobStarted():
                    self._timer.started()
                    self._report("started", job=event.index)
                case events.JobProgress():
                    self._timer.started()
                    self._report("step", job=event.index, fraction=event.fraction, eta=event.eta)
                case events.JobRetried():
                    self._report("retried", job=event.index, message=event.message)
                case events.JobFinished():
                    self._timer.started()
                    self._ended.add(event.index)
                    self._errors.pop(event.index, None)
                    done = self._announcements.completed(len(self._ended), self.project.count)
                    there = {"message": done} if event.delivered else {}
                    self._report("job", job=event.index, fraction=1.0, **there)
                    if event.delivered:
                        self._collecting.add(asyncio.create_task(self._collect(submission, event)))
                    elif event.withheld:
                        self._withheld += 1
                case events.JobFailed():
                    self._ended.add(event.index)
                    self._errors[event.index] = failures.job_error(event, project_id=self.project_id)
                    self._report("job", job=event.index)
                case events.ProjectFailed():
                    if not (event.from_jobs and self._errors):
                        self._errors["project"] = failures.project_error(event, project_id=self.project_id)
                case _:
                    pass

    def _about_to_send(self) -> None:
        # Written down before the wire: whatever happens from here on, the journal knows the project's id.
        self._journal.mark_step(self._run_id, self.key, "sending", app_id=self._way.app_id())
        self.sent = True

    def _note(self, state: str, error: SogniError | None = None) -> None:
        """Note a state in the journal; once the project was sent, a full disk must not stop its result."""
        cost = cost_of(self.price, self.project.token_type)
        try:
            self._journal.mark_step(self._run_id, self.key, state, error=error, cost=cost)
        except ConfigError as trouble:
            self._warn(trouble.message)
        else:
            self._priced = self._priced or cost is not None

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """What is there so far, by job index."""
        return tuple(self._artifacts[index] for index in sorted(self._artifacts))

    @property
    def may_be_paid(self) -> bool:
        """Whether something of it may have been paid for, or may yet be."""
        if not self.sent:
            return False
        return self.state not in AGAIN or any(error.may_charge_again for error in self._errors.values())

    def note_cost(self) -> None:
        """Note what the network asked for it, if it said so only after the step had ended."""
        if not self._priced and self.state is not None and cost_of(self.price, self.project.token_type) is not None:
            self._note(self.state)

    def _index(self, index: int) -> int:
        """Return which output of the step an output of its project is."""
        return self._indices[index] if self._indices is not None and index < len(self._indices) else index

    async def _collect(self, submission: Submission, event: events.JobFinished) -> None:
        index = self._index(event.index)
        place = self._places[index] if self._places is not None and index < len(self._places) else None
        try:
            finish = (
                partial(self._finished, event, place.path) if self._finish is not None and place is not None else None
            )
            collected = await submission.collect(event.index, place, finish)
        except ServiceError as error:
            if event.uncertain:
                self._withheld += 1
            else:
                self._errors[event.index] = error
            return
        except SogniError as error:
            self._errors[event.index] = self._paid_for(error, "DOWNLOAD_FAILED")
            self._uncollected = True
            return
        artifact = self._artifact(event, collected)
        self._artifacts[index] = artifact
        if event.labelled:
            self._warn("The service marked an output as sensitive.")
        self._keep(artifact)
        if artifact.path is not None and place is not None:
            self._saved(place, artifact)
            self._report("saved", job=event.index, message=str(artifact.path))

    async def _finished(
        self,
        event: events.JobFinished,
        output: Path,
        url: str,
        part: Path,
        checked: FileFacts,
        check: Callable[[Path], FileFacts],
    ) -> FileFacts:
        """Let a file be finished; if that fails, keep its URL, since it is paid for."""
        assert self._finish is not None

        def artifact_of(found: FileFacts) -> Artifact:
            facts = {name: getattr(found, name) for name in ("content_type", "width", "height", "seconds")}
            return self._artifact(event, Collected(url, path=output, **facts))

        try:
            return await self._finish(part, checked, check, artifact_of)
        except PluginError as error:
            self._keep(self._artifact(event, Collected(url)))
            raise error.with_details({
                "projectId": self.project_id,
                "index": self._index(event.index),
                "url": url,
            }) from error

    def _artifact(self, event: events.JobFinished, collected: Collected) -> Artifact:
        return Artifact(
            index=self._index(event.index),
            content_type=collected.content_type,
            path=collected.path,
            url=collected.url if not self._way.endpoint.ends_with_call else None,
            size=collected.size,
            sha256=collected.sha256,
            width=collected.width,
            height=collected.height,
            seconds=collected.seconds,
            seed=event.seed if event.seed is not None else self.project.seed,
            labelled=event.labelled,
        )

    def _keep(self, artifact: Artifact) -> None:
        try:
            self._journal.add_artifact(self._run_id, self.key, artifact)
        except ConfigError as trouble:
            self._warn(trouble.message)

    async def _time_is_up(self, submission: Submission) -> None:
        answer = await self._cancel()
        if answer == "ended":
            # It ended while we asked: take what it rendered.
            await self._follow(submission)
            return
        self.state = answer
        project = {"projectId": self.project_id, "key": self.key, "state": answer, "sent": self.sent}
        self._errors["project"] = self._timer.error(
            self.project.model, {"projects": [project]}, cancelled=answer == "cancelled"
        )

    def _paid_for(self, error: SogniError, code: str) -> SogniError:
        """Say by the code that repeating may charge again, whatever stands between the user and what was sent."""
        error = self._way.explained(error)
        if not self.sent or error.may_charge_again:
            return error
        return TransportError(code, error.message, details={**error.details, "reason": error.code})

    async def _interrupted(self) -> None:
        """Ask the network to cancel and let downloads under way end, both within the same few seconds."""
        try:
            if self.state is None:
                asking = asyncio.ensure_future(self._cancel())
                await asyncio.wait([asking, *self._collecting], timeout=CANCEL_SECONDS)
                self.state = asking.result() if asking.done() else "unknown"
                if self.state == "ended":
                    self.state = None
                elif self.state == "cancelled" and self._artifacts:
                    self.state = "partial"
        finally:
            for task in self._collecting:
                task.cancel()
            if self.state is None:
                complete = len(self._artifacts) >= self._whole.count
                self.state = "completed" if complete else "partial" if self._artifacts else "unknown"
            self._note(self.state)

    async def _cancel(self) -> Any:
        """Return ``cancelled``, ``running``, ``unknown``, or ``ended`` if it was over already."""
        if not self.sent:
            return "cancelled"
        answers = await self._way.session.cancel([self.project_id], CANCEL_SECONDS)
        return answers[self.project_id]

    def _outcome(self) -> Outcome:
        artifacts = self.artifacts
        if self.state == "cancelled" and artifacts:
            self.state = "partial"  # what is there is kept, and resuming buys the rest
        if self.state is None:
            if len(artifacts) >= self._whole.count and not self._errors:
                self.state = "completed"
            elif self._uncollected:
                # It is paid for and on the network: a resumed run asks for it again instead of paying anew.
                self.state = "unknown"
            elif artifacts:
                self.state = "partial"
            else:
                self.state = "withheld" if self._withheld and not self._errors else "failed"
        error = self._errors.get("project") or next(iter(self._errors.values()), None)
        if error is None and self._withheld:
            error = self._withheld_error(bool(artifacts))
        if error is None and self.state != "completed":
            error = ServiceError(
                "PROJECT_ERROR", "The service ended the project with fewer outputs than it was asked for."
            )
        self._note(self.state, error)
        self._report("finished")
        sent_id = self.project_id if self.sent else ""
        return Outcome(self.key, sent_id, self.state, artifacts, error, self._withheld)

    def _withheld_error(self, some_are_there: bool) -> SogniError:
        if not some_are_there:
            return failures.withheld_error(self._withheld, project_id=self.project_id)
        text = f"{self._withheld} of {self._whole.count} outputs were withheld by the safety filter."
        return ServiceError("SENSITIVE_CONTENT", text, details={"withheld": self._withheld})

    def _report(self, kind: Any, **facts: Any) -> None:
        self._tell(Progress(kind, key=self.key, jobs=self.project.count, done=len(self._ended), **facts))


def part_of(project: Project, indices: Collection[int], there: Collection[Artifact]) -> Project:
    """Return the project of some outputs: with the seed, unless one of those that are there has it.

    protocol: the seed is that of one of the jobs; the others are random.
    """
    seed = None if any(artifact.seed == project.seed for artifact in there) else project.seed
    return dataclasses.replace(project, count=len(indices), seed=seed)


def facts_of(project: Project) -> dict[str, Any]:
    """Return a project in the journal's form."""
    return dataclasses.asdict(project) | {"type": type(project).__name__}


def journaled(project: Project, asked: Project) -> dict[str, Any]:
    """Return what the journal keeps of a project, and what its workflow asked for where observers changed that."""
    facts, before = facts_of(project), facts_of(asked)
    changed = {name: value for name, value in before.items() if name not in facts or facts[name] != value}
    return facts | {_ASKED: changed} if changed else facts


def asked_of(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a project of the journal as its workflow asked for it."""
    return {**kept, **kept.get(_ASKED, {})}
