"""The context of a run that submits for real."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from sogni_core._engine.announcements import SILENT, Announcements, about_seed
from sogni_core._engine.budget import Budget
from sogni_core._engine.local_file import make
from sogni_core._engine.networks import NetworkHandle
from sogni_core._engine.observers import Observers
from sogni_core._engine.outcomes import AGAIN, answer, begins_anew, kept_artifacts, may_be_paid, missing_of
from sogni_core._engine.prices import Answer, Prices, price_facts
from sogni_core._engine.project_assets import with_files_read
from sogni_core._engine.project_changes import changes
from sogni_core._engine.project_check import ProjectCheck, as_sent
from sogni_core._engine.report import output_fields
from sogni_core._engine.resolver import DEFAULT_TIMEOUT, Resolved
from sogni_core._engine.scene import Scene
from sogni_core._engine.step import Step, asked_of, facts_of, part_of
from sogni_core._engine.submissions import Submissions
from sogni_core._engine.time_limits import TimeLimits
from sogni_core._engine.workflow_context import WorkflowContext
from sogni_core._journal.entries import Step as StoredStep
from sogni_core._journal.journal import Journal
from sogni_core._network.facts import Price
from sogni_core._protocol import ids
from sogni_core._protocol.medium import LoadedMedium
from sogni_core.context import SubmitFacts
from sogni_core.errors import InputError, PluginError, SogniError
from sogni_core.files import Place, absolute, numbered, private_folder
from sogni_core.json_value import json_value
from sogni_core.problem import Notice, Problem
from sogni_core.project import Project
from sogni_core.request import RenderOptions
from sogni_core.result import Artifact, Outcome, Progress
from sogni_core.text import clean


@dataclass
class RunScene(Scene):
    """What all parts of one run share."""

    home: Path
    """Where the run's own folder is made when it is first needed."""
    journal: Journal
    handle: NetworkHandle
    prices: Prices
    budget: Budget
    observers: Observers
    medium_of: Callable[[Project], LoadedMedium]
    known: dict[str, StoredStep] = field(default_factory=dict)
    """Steps of an earlier process of this run, by key."""
    seconds: float | None = None
    """Time limit of every step; None for that of its request."""
    keeps_changed: bool = False
    """Whether a step counts that an earlier process submitted, although the workflow would submit another one now."""
    refused: InputError | None = None
    """Why nothing more is submitted."""
    stored: tuple[StoredStep, ...] = ()
    """All steps of earlier processes of this run."""
    steps: list[Step] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    """How steps ended, those of earlier processes too."""
    submissions: Submissions = field(default_factory=Submissions)
    first: tuple[str, str] | None = None
    """Medium and model of what was submitted first, by whichever process."""
    wrapping: bool = False
    """Whether the run's own workflow submits nothing before another one does, whose words are then the run's."""

    @property
    def folder(self) -> Path:
        """Private folder of the run, made when it is first asked for."""
        return private_folder(private_folder(self.home) / self.run_id)

    @property
    def outputs(self) -> dict[str, Any]:
        """What is there of the run, and what it costs, as JSON: ``outputs``, ``localPaths`` and ``cost``."""
        there = {step.key: step.artifacts for step in self.stored} | {step.key: step.artifacts for step in self.steps}
        found = [(key, artifact) for key, artifacts in there.items() for artifact in artifacts]
        return {
            "outputs": [output_fields(key, artifact) for key, artifact in found],
            "localPaths": [str(artifact.path) for _, artifact in found if artifact.path is not None],
            "cost": self.cost,
        }

    @property
    def cost(self) -> dict[str, Any] | None:
        """What the run costs, as JSON, and what is ``left`` of the balance if the network has said it since."""
        total, funds = self.prices.total, self.handle.session.funds
        if total is None:
            return None
        left = getattr(funds, str(total["token"])) if funds is not None else None
        return {**total, "left": float(left)} if left is not None else {**total}

    @property
    def paid(self) -> list[dict[str, Any]]:
        """Projects that may have been paid for, whichever process sent them: id, key and state of each."""
        stored = (step for step in self.stored if may_be_paid(step, self.registry.error_codes))
        found = {step.key: (step.project_id, step.state) for step in stored}
        for step in self.steps:
            if step.may_be_paid:
                found[step.key] = step.project_id, step.state or "running"
        return [{"projectId": id, "key": key, "state": state} for key, (id, state) in found.items()]


class RunContext(WorkflowContext):
    """The context of a run, or of a part of one."""

    def __init__(self, scene: RunScene, resolved: Resolved, prefix: str = "") -> None:
        super().__init__(scene, resolved, prefix)
        self._run = scene
        self._check = ProjectCheck(scene.registry, resolved)

    def part(self, resolved: Resolved, prefix: str) -> Self:
        return type(self)(self._run, resolved, prefix)

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        run = self._run
        if run.refused is not None:
            raise run.refused
        name = self._prefix + key
        known = run.known.pop(name, None)
        asked = replace(project, network=project.network or run.handle.wire_network)
        if known is not None:
            self._compare(known, asked)
        answered = answer(known, run.registry.error_codes) if known is not None else None
        anew = known is None or begins_anew(known)
        if known is None or (answered is None and (anew or known.state == "prepared")):
            asked = await self._read(asked)
            project = await self._read(await self._check.passed(asked, partial(self._facts, name)))
        else:
            # It was sent by an earlier process, perhaps as an observer had changed it.
            project = as_sent(asked, known.project) if answered is None else asked
        # From here to the first wait of the step nothing else happens, so that steps are begun one by one.
        medium = run.medium_of(project)
        run.check_extension(medium.record, project, output)
        if run.submissions.closed:
            owner = self._resolved.workflow.plugin.label
            text = f"Workflow {self._resolved.name} of plugin {owner} submits the step {clean(name)} after it returned."
            raise PluginError("PLUGIN_HOOK", text, plugin=owner)
        is_result = output is None or self._is_result(output)
        if output is None and run.handle.endpoint.ends_with_call and not run.destinations.saving.save:
            output = run.folder / f"{name.replace('/', '-')}.{medium.format(project)}"
        run.claim(
            self._resolved, name, project, numbered(absolute(output), project.count) if output is not None else ()
        )
        places: list[Place] | None = None
        if answered is None:
            places = self._places(output, project.count)
            if output is None:
                places = run.automatic(self._resolved, name, project, medium.format(project))
        announcements = Announcements.of(self._resolved, project, medium.name, key)
        if not run.steps:
            run.wrapping = bool(self._prefix)
            if (seed := about_seed(self._resolved)) is not None:
                self.progress(seed)
        if self._prefix and not run.wrapping:
            announcements = SILENT  # a part of a run tells nothing beside what the whole tells
        run.first = run.first or (medium.name, project.model)
        if known is not None and answered is not None:
            run.prices.keep_step(known)
            run.outcomes.append(answered)
            return answered
        if known is not None:
            run.prices.keep_attempts(known, anew=anew)
        indices = _indices(known)
        there = kept_artifacts(known, indices) if known is not None and indices is not None else ()
        part = project if indices is None else part_of(project, indices, there)
        price = run.prices.ask(part)
        step = Step(
            journal=run.journal,
            way=run.handle,
            run_id=run.run_id,
            key=name,
            project=part,
            whole=project,
            asked=asked,
            medium=medium,
            project_id=known.project_id if known is not None and not anew else ids.make(),
            indices=indices,
            there=there,
            known=known,
            price=price,
            pay=partial(run.budget.take, price, part.token_type),
            charged=partial(run.prices.note_charge, price),
            places=places,
            announcements=announcements,
            limits=self._limits(part.count),
            tell=run.on_progress,
            warn=run.warn,
            saved=partial(run.saved, made=False),
            finish=self._finish_file(name, project) if is_result else None,
        )
        run.steps.append(step)
        outcome = await run.submissions.run(step)
        run.outcomes.append(outcome)
        if not outcome.artifacts:
            run.claims[name].places.clear()  # a workflow may try again for the same file
        if run.observers:
            run.observers.step_ended(outcome, self._facts(name, project, step.price))
        return outcome

    def _limits(self, outputs: int) -> TimeLimits:
        request = self._resolved.request
        if not isinstance(request, RenderOptions):
            return TimeLimits(self._run.seconds or DEFAULT_TIMEOUT, 0, outputs)
        return TimeLimits(self._run.seconds or float(request.timeout), float(request.queue_timeout), outputs)

    def _compare(self, known: StoredStep, project: Project) -> None:
        """See whether a step is still the same; raises InputError if not, unless it has no output or that is accepted.

        The workflow was changed since, perhaps by an update of its plugin. What was submitted may have been paid for:
        whether it will do, or another one is to be bought, is for the user to decide.
        """
        names = changes(asked_of(known.project), json_value(facts_of(project)))
        if not names:
            return
        plugin = self._resolved.workflow.plugin.label
        facts = {"step": known.key, "changed": list(names), "plugin": plugin, "runId": self._run.run_id}
        if known.state in (*AGAIN, "prepared"):
            text = "The step {step} has no output yet and is submitted with other values of {changed} than before."
            self._run.notice(Notice("resume.changed", (), text, facts))
        elif self._run.keeps_changed:
            text = "The step {step} was submitted with other values of {changed} than {plugin} would submit now."
            self._run.notice(Notice("resume.changed", (), text, facts))
        else:
            text = "The step {step} was submitted with other values of {changed} than {plugin} would submit now."
            hint = "Use sogni resume {runId} --keep-changed to accept what was submitted, or begin a new run."
            # Whatever the workflow makes of it: nothing more is submitted.
            self._run.refused = InputError.of([Problem("resume.changed", (), text, facts, hint=hint)])
            raise self._run.refused

    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact:
        (place,) = self._places(output, 1)
        if not self._is_result(output):
            return await make(place, work)
        artifact = await make(place, work, self._finish_file("", None))
        self._run.saved(place, artifact)
        self._run.on_progress(Progress("saved", message=str(artifact.path)))
        return artifact

    async def _read(self, project: Project) -> Project:
        """Return a project whose files were read, also those that its workflow or an observer put into it."""
        return await with_files_read(project, self._run.medium_of(project).record.slots, self._run.fetch)

    def _places(self, output: Path | None, count: int) -> list[Place]:
        """Return where outputs go; what goes into the run's own folder may replace what is there."""
        if output is None:
            return []
        if self._is_result(output):
            return self._run.destinations.of(absolute(output), count)
        return [Place(path, tag=self._run.destinations.tag) for path in numbered(absolute(output), count)]

    def _is_result(self, output: Path) -> bool:
        """Whether a file is a result; what goes into the run's own folder is for its next steps."""
        return self._run.home not in absolute(output).parents

    def _facts(self, key: str, project: Project, named: asyncio.Task[Answer] | None = None) -> SubmitFacts:
        """Return what is known of a project; ``named``: its price, asked for already."""

        async def price() -> Mapping[str, Any] | None:
            if named is not None:
                answer = named.result() if named.done() and not named.cancelled() else None
                return price_facts(answer) if isinstance(answer, Price) else None
            handle = self._run.handle
            try:
                return price_facts(await handle.session.estimate(project, project.network or handle.wire_network))
            except SogniError:
                return None

        return SubmitFacts(**self._run.facts(self._resolved), key=key, price=price)


def _indices(known: StoredStep | None) -> tuple[int, ...] | None:
    """Return the outputs that a step's project is to have; None for all."""
    if known is None or known.state in AGAIN:
        return None
    return missing_of(known) if begins_anew(known) else known.indices


def new_random_seed() -> int:
    """Make the seed of a run's randomness, which the journal keeps."""
    return secrets.randbits(63)


def utc_now() -> datetime:
    """Give the time at which a run begins."""
    return datetime.now(UTC)
