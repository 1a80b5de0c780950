"""Running: the context of a run that submits for real, and the run around it."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sogni_core._engine.announcements import SILENT, Announcements, about_seed
from sogni_core._engine.local_file import make
from sogni_core._engine.networks import NetworkHandle
from sogni_core._engine.outcomes import AGAIN, answer
from sogni_core._engine.prices import Prices
from sogni_core._engine.resolver import DEFAULT_TIMEOUT, Resolved
from sogni_core._engine.step import Step
from sogni_core._host.targets import describe
from sogni_core._host.targets import resolve as resolve_target
from sogni_core._journal.entries import Step as StoredStep
from sogni_core._journal.journal import Journal
from sogni_core._protocol import ids
from sogni_core.errors import InternalError, PluginError, SogniError, first_of
from sogni_core.files import absolute, private_folder
from sogni_core.project import Project
from sogni_core.result import Artifact, OnProgress, Outcome, Progress, Result
from sogni_core.text import clean

SettingsT = TypeVar("SettingsT")


def extension(project: Project) -> str:
    """Return the extension of a file that is named by this program: the format's, else the usual one of the medium."""
    usual = {"video": "mp4", "audio": "mp3"}.get(project.media, "png")
    return f".{project.output_format or usual}"


@dataclass
class Shared:
    """What all parts of one run share."""

    run_id: str
    home: Path
    """Where the run's own folder is made when it is first needed."""
    journal: Journal
    way: NetworkHandle
    prices: Prices
    network: str
    """Name of the network, as results report it."""
    settings: Callable[[type[Any]], Any]
    prepare: Callable[[str, dict[str, Any]], Awaitable[Resolved]]
    on_progress: OnProgress
    began: datetime
    random_seed: int
    known: dict[str, StoredStep] = field(default_factory=dict)
    """Steps of an earlier process of this run, by key."""
    warnings: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    wrapping: bool = False
    """Whether the run's own workflow submits nothing before another one does, whose words are then the run's."""

    @property
    def folder(self) -> Path:
        """Private folder of the run, made when it is first asked for."""
        return private_folder(private_folder(self.home) / self.run_id)

    def warn(self, message: str) -> None:
        """Keep a warning for the result, once, and show it now."""
        if message not in self.warnings:
            self.warnings.append(message)
            self.on_progress(Progress("warning", message=message))


class RunContext:
    """The :class:`sogni_core.context.Context` of a run, or of a part of one."""

    def __init__(self, shared: Shared, resolved: Resolved, prefix: str = "") -> None:
        self._shared = shared
        self._resolved = resolved
        self._prefix = prefix
        self.random = random.Random(f"{shared.random_seed}/{prefix}")  # noqa: S311 - not for secrets

    @property
    def folder(self) -> Path:
        return self._shared.folder

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        shared = self._shared
        name = self._prefix + key
        if output is None and shared.way.endpoint.ends_with_call:
            output = shared.folder / f"{name.replace('/', '-')}{extension(project)}"
        announcements = Announcements.of(self._resolved, project, key)
        if not shared.steps:
            shared.wrapping = bool(self._prefix)
            if (seed := about_seed(self._resolved)) is not None:
                self.progress(seed)
        if self._prefix and not shared.wrapping:
            announcements = SILENT  # a part of a run tells nothing beside what the whole tells
        known = shared.known.pop(name, None)
        answered = answer(known) if known is not None else None
        if answered is not None:
            return answered
        project = replace(project, network=project.network or shared.way.wire_network)
        step = Step(
            journal=shared.journal,
            way=shared.way,
            run_id=shared.run_id,
            key=name,
            project=project,
            project_id=known.project_id if known is not None and known.state not in AGAIN else ids.make(),
            known=known,
            price=shared.prices.ask(project),
            output=absolute(output) if output is not None else None,
            announcements=announcements,
            seconds=float(getattr(self._resolved.request, "timeout", 0) or DEFAULT_TIMEOUT),
            tell=shared.on_progress,
            warn=shared.warn,
        )
        shared.steps.append(step)
        return await step.run()

    async def run(self, name: str, /, key: str | None = None, **fields: Any) -> Result:
        resolved = await self._shared.prepare(name, fields)
        for warning in resolved.warnings:
            self._shared.warn(warning)
        inner = RunContext(self._shared, resolved, f"{self._prefix}{key or name}/")
        return await call_workflow(resolved, inner)

    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact:
        artifact = await make(output, work)
        # What goes into the run's own folder is for its next steps, and no result.
        if self._shared.home not in output.parents:
            self._shared.on_progress(Progress("saved", message=str(artifact.path)))
        return artifact

    def progress(self, message: str) -> None:
        self._shared.on_progress(Progress("message", message=clean(message)))

    def warn(self, message: str) -> None:
        self._shared.warn(clean(message))

    def now(self) -> datetime:
        return self._shared.began

    def settings(self, model: type[SettingsT]) -> SettingsT:
        found = self._shared.settings(model)
        assert isinstance(found, model)
        return found


async def call_workflow(resolved: Resolved, context: Any) -> Result:
    """Call a workflow; what a plugin raises or returns wrongly is an error that names it."""
    owner = resolved.workflow.plugin
    workflow = resolve_target(owner, resolved.workflow.record.target)
    try:
        result = await workflow(context, resolved.request)
    except (SogniError, asyncio.CancelledError):
        raise
    except ExceptionGroup as group:
        # Several steps at once: the first error of ours speaks, anything else is the author's.
        first = first_of(group)
        if first is None:
            raise _attributed(resolved, group) from group
        raise first from None
    except (Exception, SystemExit) as error:
        raise _attributed(resolved, error) from error
    if not isinstance(result, Result):
        raise PluginError(
            "PLUGIN_HOOK",
            f"Workflow {resolved.name} of plugin {owner.label} returned {type(result).__name__}, not a Result.",
            plugin=owner.label,
        )
    return result


def _attributed(resolved: Resolved, error: BaseException) -> SogniError:
    """Name the plugin whose workflow raised; the core's own bug is a bug here."""
    owner = resolved.workflow.plugin
    if owner.is_core:
        return InternalError("INTERNAL", f"Workflow {resolved.name} raised {describe(error)}")
    return PluginError(
        "PLUGIN_HOOK",
        f"Workflow {resolved.name} of plugin {owner.label} raised {describe(error)}",
        plugin=owner.label,
    )


def new_random_seed() -> int:
    """Make the seed of a run's randomness, which the journal keeps."""
    return secrets.randbits(63)


def utc_now() -> datetime:
    """Give the time at which a run begins."""
    return datetime.now(UTC)
