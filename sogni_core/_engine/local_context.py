"""The context of a mode that works on this machine alone: it makes files and submits nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sogni_core._engine.local_file import make
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.scene import Scene
from sogni_core._engine.workflow_context import WorkflowContext
from sogni_core.errors import PluginError
from sogni_core.files import Place, absolute
from sogni_core.project import Project
from sogni_core.result import Artifact, Outcome, Progress


@dataclass
class LocalScene(Scene):
    """What all parts of such an execution share."""

    home: Path
    """Temporary: gone when the workflow has returned."""

    @property
    def folder(self) -> Path:
        """The temporary folder."""
        return self.home


class LocalContext(WorkflowContext):
    """The context of such an execution."""

    def __init__(self, scene: LocalScene, resolved: Resolved, prefix: str = "") -> None:
        super().__init__(scene, resolved, prefix)
        self._local = scene

    def part(self, resolved: Resolved, prefix: str) -> Self:
        return type(self)(self._local, resolved, prefix)

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        owner = self._resolved.workflow.plugin
        raise PluginError(
            "PLUGIN_HOOK",
            f"Workflow {self._resolved.name} of plugin {owner.label} submits a project, but its mode is a local one.",
            hint="Derive its request from RenderOptions: it brings network, token type and time limit.",
            plugin=owner.label,
        )

    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact:
        output = absolute(output)
        if self._local.home in output.parents:
            return await make(Place(output), work)
        (place,) = self._local.destinations.of(output, 1)
        artifact = await make(place, work, self._finish_file("", None))
        self._local.saved(place, artifact)
        self._local.on_progress(Progress("saved", message=str(artifact.path)))
        return artifact
