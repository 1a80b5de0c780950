"""What every context of a workflow has in common, and how a workflow is called with one."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from traceback import walk_tb
from typing import Any, Self, TypeVar

from sogni_core._engine.finishers import FinishFile
from sogni_core._engine.report import settled
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.scene import Scene
from sogni_core._engine.workflow_result import checked_result
from sogni_core._host.registry import Registry
from sogni_core._host.targets import describe, unregistered
from sogni_core._host.targets import resolve as resolve_target
from sogni_core.context import Context, FinishFacts
from sogni_core.errors import InputError, InternalError, PluginError, SogniError, UnregisteredCodeError, first_of
from sogni_core.problem import Notice, literal
from sogni_core.project import Project
from sogni_core.result import Artifact, Outcome, Progress, Result
from sogni_core.text import clean

SettingsT = TypeVar("SettingsT")


class WorkflowContext(ABC):
    """A :class:`sogni_core.context.Context` of one execution, or of a part of one."""

    def __init__(self, scene: Scene, resolved: Resolved, prefix: str = "") -> None:
        self._scene = scene
        self._resolved = resolved
        self._prefix = prefix
        self._random = random.Random(f"{scene.random_seed}/{prefix}")  # noqa: S311 - not for secrets

    @abstractmethod
    def part(self, resolved: Resolved, prefix: str) -> Self:
        """Return the context of a run of another mode inside this one."""

    @abstractmethod
    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome: ...

    @abstractmethod
    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact: ...

    def _finish_file(self, key: str, project: Project | None) -> FinishFile[Any] | None:
        """Return what finishes a file of this request before it takes its place; None if no plugin does."""
        finishers = self._scene.finishers
        if not finishers:
            return None
        facts = self._scene.facts(self._resolved)

        async def finish(
            path: Path, checked: Any, check: Callable[[Path], Any], artifact_of: Callable[[Any], Artifact]
        ) -> Any:
            def facts_of(found: Any) -> FinishFacts:
                return FinishFacts(**facts, key=key, project=project, artifact=artifact_of(found))

            return await finishers.finish(path, checked, check, facts_of)

        return finish

    @property
    def folder(self) -> Path:
        return self._scene.folder

    @property
    def random(self) -> random.Random:
        return self._random

    async def run(self, name: str, /, key: str | None = None, **fields: Any) -> Result:
        try:
            resolved = await self._scene.prepare(name, fields, self._resolved.run_mode)
        except InputError as error:
            self._refuse(error, name)
            raise
        for notice in resolved.notices:
            self._scene.notice(notice)
        context = self.part(resolved, f"{self._prefix}{key or name}/")
        return settled(await call_workflow(resolved, context, self._scene.registry))

    def _refuse(self, error: InputError, name: str) -> None:
        """Raise what is wrong with a request that this workflow made: what nobody could give is its own mistake."""
        for problem in error.problems:
            if problem.rule in ("value.unknown", "workflow.unknown"):
                owner = self._resolved.workflow.plugin.label
                hint = problem.hinted()
                text = f"Workflow {self._resolved.name} of plugin {owner} runs {name} wrongly: {problem.said()}"
                details = {"mode": name, **problem.facts}
                raise PluginError("PLUGIN_HOOK", text, hint=hint, details=details, plugin=owner) from error
        own = set(type(self._resolved.request).model_fields)
        if any(not own.issuperset(problem.fields) for problem in error.problems):
            # The fields are not those that the user sees: it has to be said whose they are.
            inner = [replace(problem, text=f"In {literal(name)}: {problem.text}") for problem in error.problems]
            raise InputError.of(inner) from error

    def progress(self, message: str) -> None:
        self._scene.on_progress(Progress("message", message=clean(message)))

    def warn(self, warning: str | Notice) -> None:
        notice = warning if isinstance(warning, Notice) else Notice.of("workflow.warning", clean(warning))
        self._scene.notice(notice)

    def now(self) -> datetime:
        return self._scene.began

    def settings(self, model: type[SettingsT]) -> SettingsT:
        found = self._scene.settings(model)
        assert isinstance(found, model)
        return found


async def call_workflow(resolved: Resolved, context: Context, registry: Registry) -> Result:
    """Call a workflow; what a plugin raises or returns wrongly is an error that names it."""
    owner = resolved.workflow.plugin
    workflow = resolve_target(owner, resolved.workflow.record.target)
    try:
        result = await workflow(context, resolved.request)
    except asyncio.CancelledError:
        raise
    except SogniError as error:
        registry.require_registered(owner, error)
        raise
    except ExceptionGroup as group:
        # Several steps at once: the first error of ours speaks, anything else is the author's.
        first = first_of(group)
        if first is None:
            raise _attributed(resolved, _foreign(group) or group) from group
        registry.require_registered(owner, first)
        raise first from None
    except (Exception, SystemExit) as error:
        raise _attributed(resolved, error) from error
    try:
        found = checked_result(result)
    except TypeError as error:
        text = f"Workflow {resolved.name} of plugin {owner.label} {error}."
        raise PluginError("PLUGIN_HOOK", text, plugin=owner.label) from error
    for notice in found.notices:
        context.warn(notice)
    return found


def _attributed(resolved: Resolved, error: BaseException) -> SogniError:
    """Name the plugin whose workflow raised; the core's own bug is a bug here."""
    owner = resolved.workflow.plugin
    where = _place(error, resolved.workflow.record.target)
    details = {"where": where} if where else {}
    raised = f"raised {describe(error)}" + (f" ({where})" if where else "")
    if owner.is_core:
        return InternalError("INTERNAL", f"Workflow {resolved.name} {raised}", details=details)
    if isinstance(error, UnregisteredCodeError):
        return unregistered(owner, error.code)
    text = f"Workflow {resolved.name} of plugin {owner.label} {raised}"
    return PluginError("PLUGIN_HOOK", text, details=details, plugin=owner.label)


def _place(error: BaseException, target: str) -> str:
    """Say where it was raised: the last line of the workflow's own package, else the last of all."""
    package = target.partition(":")[0].partition(".")[0]
    frames = [(str(frame.f_globals.get("__name__")), line) for frame, line in walk_tb(error.__traceback__)]
    own = [found for found in frames if found[0].partition(".")[0] == package]
    return "{}, line {}".format(*(own or frames)[-1]) if frames else ""


def _foreign(group: BaseExceptionGroup[BaseException]) -> BaseException | None:
    """Return the first exception of a group of tasks that is no error of ours; None if all are."""
    _, others = group.split(SogniError)
    found: BaseException | None = others
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
