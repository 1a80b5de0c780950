"""What every context of a workflow has in common, and how a workflow is called with one."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sogni_core._engine.resolver import Resolved
from sogni_core._engine.scene import Scene
from sogni_core._host.targets import describe
from sogni_core._host.targets import resolve as resolve_target
from sogni_core.context import Context
from sogni_core.errors import InternalError, PluginError, SogniError, first_of
from sogni_core.problem import Notice
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

    @property
    def folder(self) -> Path:
        return self._scene.folder

    @property
    def random(self) -> random.Random:
        return self._random

    async def run(self, name: str, /, key: str | None = None, **fields: Any) -> Result:
        resolved = await self._scene.prepare(name, fields)
        for notice in resolved.notices:
            self._scene.notice(notice)
        return await call_workflow(resolved, self.part(resolved, f"{self._prefix}{key or name}/"))

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


async def call_workflow(resolved: Resolved, context: Context) -> Result:
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
