"""Planning: the same workflow on a context that sends nothing and answers with stand-ins of the right size."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sogni_core._engine.networks import NetworkHandle, Networks
from sogni_core._engine.placeholders import stand_in
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.run_context import call_workflow
from sogni_core.errors import AuthError, SogniError
from sogni_core.files import absolute, numbered
from sogni_core.project import Project
from sogni_core.result import Artifact, Outcome, PlannedStep, Result

SettingsT = TypeVar("SettingsT")


@dataclass
class Planned:
    """What a plan gathers."""

    folder: Path
    """Temporary: gone when the plan is made."""
    network: str
    settings: Callable[[type[Any]], Any]
    prepare: Callable[[str, dict[str, Any]], Awaitable[Resolved]]
    began: datetime
    steps: list[PlannedStep] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    price_error: SogniError | None = None


class PlanContext:
    """A :class:`sogni_core.context.Context` that sends nothing."""

    def __init__(self, planned: Planned, resolved: Resolved, prefix: str = "") -> None:
        self._planned = planned
        self._resolved = resolved
        self._prefix = prefix
        self.random = random.Random(f"0/{prefix}")  # noqa: S311 - not for secrets

    @property
    def folder(self) -> Path:
        return self._planned.folder

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        name = self._prefix + key
        project = replace(project, network=project.network or self._planned.network)
        files = tuple(numbered(absolute(output), project.count)) if output is not None else ()
        self._planned.steps.append(PlannedStep(name, project, files))
        artifacts = []
        for index in range(project.count):
            artifacts.append(stand_in(project, index, self._planned.folder / f"{name.replace('/', '-')}-{index}"))
        return Outcome(name, "", "completed", tuple(artifacts))

    async def run(self, name: str, /, key: str | None = None, **fields: Any) -> Result:
        resolved = await self._planned.prepare(name, fields)
        self._planned.warnings += resolved.warnings
        return await call_workflow(resolved, PlanContext(self._planned, resolved, f"{self._prefix}{key or name}/"))

    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact:
        return Artifact(0, "", path=absolute(output))

    def progress(self, message: str) -> None:
        pass

    def warn(self, message: str) -> None:
        self._planned.warnings.append(message)

    def now(self) -> datetime:
        return self._planned.began

    def settings(self, model: type[SettingsT]) -> SettingsT:
        found = self._planned.settings(model)
        assert isinstance(found, model)
        return found


async def priced(networks: Networks, network: str, planned: Planned) -> list[PlannedStep]:
    """Ask what each step would cost; that nobody says it is a warning."""
    try:
        way = await networks.open(network)
        return [await _price(way, step, planned) for step in planned.steps]
    except AuthError as error:
        planned.price_error = error
        planned.warnings.append(f"The price could not be asked: {error.message}")
        return planned.steps


async def _price(way: NetworkHandle, step: PlannedStep, planned: Planned) -> PlannedStep:
    project = step.project
    try:
        price = await way.session.estimate(project, planned.network, comfy=way.is_comfy(project.model))
    except SogniError as error:
        planned.price_error = planned.price_error or error
        planned.warnings.append(f"The price of {step.key} could not be asked: {error.message}")
        return step
    if price.amount is None:
        return step
    facts = {"token": project.token_type, "amount": float(price.amount)}
    if price.usd is not None:
        facts["usd"] = float(price.usd)
    figures = {"token": price.amount, "usd": price.usd, "spark": price.spark, "sogni": price.sogni}
    quote = {name: str(figure) for name, figure in figures.items() if figure is not None}
    return PlannedStep(step.key, project, step.files, facts, quote)
