"""The context of a run that submits for real."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sogni_core._engine.announcements import SILENT, Announcements, about_seed
from sogni_core._engine.local_file import make
from sogni_core._engine.networks import NetworkHandle
from sogni_core._engine.outcomes import AGAIN, answer, may_be_paid
from sogni_core._engine.prices import Prices
from sogni_core._engine.project_changes import changes
from sogni_core._engine.resolver import DEFAULT_TIMEOUT, Resolved
from sogni_core._engine.scene import Scene
from sogni_core._engine.step import Step, facts_of
from sogni_core._engine.submissions import Submissions
from sogni_core._engine.workflow_context import WorkflowContext
from sogni_core._journal.entries import Step as StoredStep
from sogni_core._journal.journal import Journal
from sogni_core._protocol import ids
from sogni_core._protocol.medium import LoadedMedium
from sogni_core.errors import InputError, PluginError
from sogni_core.files import absolute, numbered, private_folder
from sogni_core.json_value import json_value
from sogni_core.problem import Notice, Problem
from sogni_core.project import Project
from sogni_core.request import RenderOptions
from sogni_core.result import Artifact, Outcome, Progress
from sogni_core.text import clean


@dataclass
class RunScene(Scene):
    """What all parts of one run share."""

    run_id: str
    home: Path
    """Where the run's own folder is made when it is first needed."""
    journal: Journal
    handle: NetworkHandle
    prices: Prices
    network: str
    """Name of the network, as results report it."""
    medium_of: Callable[[Project], LoadedMedium]
    known: dict[str, StoredStep] = field(default_factory=dict)
    """Steps of an earlier process of this run, by key."""
    keeps_changed: bool = False
    """Whether a step counts that an earlier process submitted, although the workflow would submit another one now."""
    refused: InputError | None = None
    """Why nothing more is submitted."""
    stored: tuple[StoredStep, ...] = ()
    """All steps of earlier processes of this run."""
    steps: list[Step] = field(default_factory=list)
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
    def paid(self) -> list[dict[str, Any]]:
        """Projects that may have been paid for, whichever process sent them: id, key and state of each."""
        found = {step.key: (step.project_id, step.state) for step in self.stored if may_be_paid(step)}
        for step in self.steps:
            if step.may_be_paid:
                found[step.key] = step.project_id, step.state or "running"
        return [{"projectId": id, "key": key, "state": state} for key, (id, state) in found.items()]


class RunContext(WorkflowContext):
    """The context of a run, or of a part of one."""

    def __init__(self, scene: RunScene, resolved: Resolved, prefix: str = "") -> None:
        super().__init__(scene, resolved, prefix)
        self._run = scene

    def part(self, resolved: Resolved, prefix: str) -> Self:
        return type(self)(self._run, resolved, prefix)

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        run = self._run
        if run.refused is not None:
            raise run.refused
        medium = run.medium_of(project)
        name = self._prefix + key
        run.check_extension(medium.record, project, output)
        if run.submissions.closed:
            owner = self._resolved.workflow.plugin.label
            text = f"Workflow {self._resolved.name} of plugin {owner} submits the step {clean(name)} after it returned."
            raise PluginError("PLUGIN_HOOK", text, plugin=owner)
        if output is None and run.handle.endpoint.ends_with_call:
            output = run.folder / f"{name.replace('/', '-')}.{medium.format(project)}"
        run.claim(
            self._resolved, name, project, numbered(absolute(output), project.count) if output is not None else ()
        )
        announcements = Announcements.of(self._resolved, project, medium.name, key)
        if not run.steps:
            run.wrapping = bool(self._prefix)
            if (seed := about_seed(self._resolved)) is not None:
                self.progress(seed)
        if self._prefix and not run.wrapping:
            announcements = SILENT  # a part of a run tells nothing beside what the whole tells
        run.first = run.first or (medium.name, project.model)
        project = replace(project, network=project.network or run.handle.wire_network)
        known = run.known.pop(name, None)
        if known is not None:
            self._compare(known, project)
        answered = answer(known) if known is not None else None
        if known is not None and answered is not None:
            run.prices.keep(known.cost)
            return answered
        request = self._resolved.request
        step = Step(
            journal=run.journal,
            way=run.handle,
            run_id=run.run_id,
            key=name,
            project=project,
            medium=medium,
            project_id=known.project_id if known is not None and known.state not in AGAIN else ids.make(),
            known=known,
            price=run.prices.ask(project),
            output=absolute(output) if output is not None else None,
            announcements=announcements,
            seconds=float(request.timeout if isinstance(request, RenderOptions) else DEFAULT_TIMEOUT),
            tell=run.on_progress,
            warn=run.warn,
        )
        run.steps.append(step)
        outcome = await run.submissions.run(step)
        if not outcome.artifacts:
            run.claims[name].places.clear()  # a workflow may try again for the same file
        return outcome

    def _compare(self, known: StoredStep, project: Project) -> None:
        """See whether a step is still the same; raises InputError if not, unless it has no output or that is accepted.

        The workflow was changed since, perhaps by an update of its plugin. What was submitted may have been paid for:
        whether it will do, or another one is to be bought, is for the user to decide.
        """
        names = changes(known.project, json_value(facts_of(project)))
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
        artifact = await make(output, work)
        # What goes into the run's own folder is for its next steps, and no result.
        if self._run.home not in output.parents:
            self._run.on_progress(Progress("saved", message=str(artifact.path)))
        return artifact


def new_random_seed() -> int:
    """Make the seed of a run's randomness, which the journal keeps."""
    return secrets.randbits(63)


def utc_now() -> datetime:
    """Give the time at which a run begins."""
    return datetime.now(UTC)
