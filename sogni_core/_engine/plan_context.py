"""The context of a plan: it sends nothing and answers with placeholders of the right size."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

from sogni_core._engine.destinations import Wish
from sogni_core._engine.networks import NetworkHandle, Networks
from sogni_core._engine.prices import price_facts
from sogni_core._engine.project_assets import with_files_read
from sogni_core._engine.project_check import ProjectCheck
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.scene import Scene
from sogni_core._engine.workflow_context import WorkflowContext
from sogni_core._host.media import Media
from sogni_core._protocol import ids
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._protocol.requests import job_request
from sogni_core.context import SubmitFacts
from sogni_core.errors import AuthError, SogniError, TransportError
from sogni_core.files import absolute, numbered
from sogni_core.problem import Notice
from sogni_core.project import Project
from sogni_core.result import Artifact, Outcome, PlannedStep


@dataclass
class PlanScene(Scene):
    """What a plan gathers."""

    home: Path
    """Temporary: gone when the plan is made."""
    wire_network: str
    """``fast`` or ``relaxed``, as projects name it."""
    networks: Networks
    media: Media
    steps: list[PlannedStep] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    """What a run saves outside of its own folder, as its workflow names it."""
    price_error: SogniError | None = None

    planned: ClassVar[bool] = True

    @property
    def folder(self) -> Path:
        """The temporary folder."""
        return self.home


class PlanContext(WorkflowContext):
    """The context of a plan."""

    def __init__(self, scene: PlanScene, resolved: Resolved, prefix: str = "") -> None:
        super().__init__(scene, resolved, prefix)
        self._plan = scene
        self._check = ProjectCheck(scene.registry, resolved)

    def part(self, resolved: Resolved, prefix: str) -> Self:
        return type(self)(self._plan, resolved, prefix)

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        plan = self._plan
        name = self._prefix + key
        project = replace(project, network=project.network or plan.wire_network)
        project = await self._check.passed(await self._read(project), partial(self._facts, name))
        project = await self._read(project)
        medium = plan.media.of(project)
        # The request itself is not sent; what would be refused then is refused now.
        job_request(project, ids.make(), medium=medium, comfy=plan.registry.model(project.model).sampling == "comfy")
        files = tuple(numbered(absolute(output), project.count)) if output is not None else ()
        shown = self._files(output, project.count)
        if output is None:
            places = plan.automatic(self._resolved, name, project, medium.format(project))
            shown = tuple(place.path for place in places)
        length, details = medium.length(project), medium.details(project)
        plan.check_extension(medium.record, project, output)
        plan.claim(self._resolved, name, project, files)
        plan.steps.append(PlannedStep(name, project, shown, media=medium.name, length=length, details=details))
        stem = name.replace("/", "-")
        artifacts = [
            _placeholder(medium, project, index, plan.home / f"{stem}-{index}.{medium.format(project)}")
            for index in range(project.count)
        ]
        return Outcome(name, "", "completed", tuple(artifacts))

    async def _read(self, project: Project) -> Project:
        return await with_files_read(project, self._plan.media.of(project).record.slots, self._plan.fetch)

    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact:
        self._files(output, 1)
        return Artifact(0, "", path=absolute(output))

    def _files(self, output: Path | None, count: int) -> tuple[Path, ...]:
        """Return where outputs would go, and gather what a run saves outside of its own folder."""
        if output is None:
            return ()
        output = absolute(output)
        if self._plan.home in output.parents:
            return tuple(numbered(output, count))
        self._plan.wishes.append((output, count))
        return tuple(place.path for place in self._plan.destinations.of(output, count))

    def _facts(self, key: str, project: Project) -> SubmitFacts:
        plan = self._plan

        async def price() -> Mapping[str, Any] | None:
            try:
                handle = await plan.networks.open(plan.network)
                return price_facts(await handle.session.estimate(project, plan.wire_network))
            except SogniError:
                return None

        return SubmitFacts(**plan.facts(self._resolved), key=key, price=price)


def _placeholder(medium: LoadedMedium, project: Project, index: int, path: Path) -> Artifact:
    facts = medium.placeholder(project, path)
    if facts is None:
        return Artifact(index, medium.content_type(project))
    return Artifact(index, facts.content_type, path, width=facts.width, height=facts.height, seconds=facts.seconds)


async def priced(planned: PlanScene, seconds: float) -> list[PlannedStep]:
    """Ask what each step would cost, all at once and for so many seconds; that nobody says it is one warning."""
    steps = planned.steps
    try:
        way = await planned.networks.open(planned.network)
    except AuthError as error:
        _unpriced(planned, steps, error)
        return steps
    asked = [asyncio.create_task(_price(way, step, planned.wire_network), name="sogni price") for step in steps]
    try:
        await asyncio.wait(asked, timeout=seconds)
    finally:
        for task in asked:
            task.cancel()
    late = TransportError("CONNECTION_ERROR", f"The network did not answer within {seconds:g} s.")
    answers = await asyncio.gather(*asked, return_exceptions=True)
    found = [late if isinstance(answer, asyncio.CancelledError) else answer for answer in answers]
    for answer in found:
        if isinstance(answer, BaseException) and not isinstance(answer, SogniError):
            raise answer
    failed = [(step, answer) for step, answer in zip(steps, found, strict=True) if isinstance(answer, SogniError)]
    if failed:
        _unpriced(planned, [step for step, _ in failed], failed[0][1])
    return [answer if isinstance(answer, PlannedStep) else step for step, answer in zip(steps, found, strict=True)]


def _unpriced(planned: PlanScene, steps: Sequence[PlannedStep], error: SogniError) -> None:
    """Say once why there is no price, and of which steps unless it is of all."""
    planned.price_error = error
    facts = {"reason": error.message, "steps": [step.key for step in steps]}
    some = "" if len(steps) == len(planned.steps) else " for {steps}"
    planned.notice(Notice("price.unknown", (), f"No price could be obtained{some}: {{reason}}", facts))


async def _price(way: NetworkHandle, step: PlannedStep, network: str) -> PlannedStep:
    project = step.project
    with way.explaining():
        price = await way.session.estimate(project, network)
    facts = price_facts(price)
    if facts is None:
        return step
    figures = {"token": price.amount, "usd": price.usd, "spark": price.spark, "sogni": price.sogni}
    quote = {name: str(figure) for name, figure in figures.items() if figure is not None}
    return replace(step, price=facts, quote=quote)
