"""Runs of modes that work on this machine alone: nothing is connected, and the journal is not opened."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Protocol

from sogni_core._engine.destinations import Destinations
from sogni_core._engine.local_context import LocalContext, LocalScene
from sogni_core._engine.progress import ProgressReporter
from sogni_core._engine.report import local_result
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.run_context import new_random_seed, utc_now
from sogni_core._engine.scene import distinct
from sogni_core._engine.workflow_context import call_workflow
from sogni_core._host.registry import Owned, Registry
from sogni_core.plugin import Mode
from sogni_core.problem import Notice
from sogni_core.project import Asset
from sogni_core.result import OnProgress, Result
from sogni_core.settings.paths import Paths


class LocalServices(Protocol):
    """What such runs need of the engine."""

    paths: Paths
    registry: Registry

    @property
    def notices(self) -> tuple[Notice, ...]: ...

    def section(self, model: type[Any]) -> Any: ...

    def prepare(self, name: str, fields: dict[str, Any], part_of: Owned[Mode] | None = None) -> Awaitable[Resolved]: ...

    async def fetch(self, url: str) -> Asset: ...


async def run_here(
    engine: LocalServices, resolved: Resolved, destinations: Destinations, on_progress: OnProgress
) -> Result:
    """Run a mode that works on this machine alone."""
    with tempfile.TemporaryDirectory(prefix="sogni-local-") as folder:
        tell = ProgressReporter(on_progress)
        scene = LocalScene(
            engine.registry,
            engine.section,
            engine.prepare,
            engine.fetch,
            utc_now(),
            new_random_seed(),
            tell,
            network="",
            run_id="",
            destinations=destinations,
            pictures=lambda: engine.paths.pictures,
            home=Path(folder),
        )
        tell.failed = scene.warn
        for notice in (*resolved.notices, *engine.notices):
            scene.notice(notice)
        result = await call_workflow(resolved, LocalContext(scene, resolved), scene.registry)
    return local_result(result, resolved, distinct([*scene.notices, *engine.notices]))
