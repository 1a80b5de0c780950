"""Plans: the workflow of a run on a context that sends nothing."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sogni_core._engine.destinations import Destinations, Wish
from sogni_core._engine.local_runs import LocalServices
from sogni_core._engine.networks import Networks
from sogni_core._engine.plan_context import PlanContext, PlanScene, priced
from sogni_core._engine.report import echo, echo_own
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.run_context import utc_now
from sogni_core._engine.scene import distinct
from sogni_core._engine.workflow_context import call_workflow
from sogni_core._host.media import Media
from sogni_core._host.registry import LIVE_NETWORKS
from sogni_core.errors import SogniError
from sogni_core.request import RenderOptions
from sogni_core.result import Plan, PlannedStep, Progress


class PlanServices(LocalServices, Protocol):
    """What plans need of the engine."""

    media: Media
    networks: Networks


async def plan(engine: PlanServices, resolved: Resolved, destinations: Destinations, price_seconds: float) -> Plan:
    """Say what a run would submit; nothing is sent but the question for the price, which is waited for so long.

    Raises InputError OUTPUT_EXISTS and OUTPUT_IN_USE, as the run would.
    """
    with tempfile.TemporaryDirectory(prefix="sogni-plan-") as folder:
        scene = await _planned(engine, resolved, destinations, Path(folder))
        destinations.require_one(scene.wishes)
        destinations.refuse()
        steps = await priced(scene, price_seconds) if scene.steps else []
    return Plan(
        mode=resolved.mode.record.name,
        workflow=resolved.workflow.record.name,
        network=scene.network,
        steps=tuple(steps),
        notices=distinct([*scene.notices, *engine.notices]),
        fields=echo(resolved, None, steps[0].project.model if steps else "") | echo_own(resolved),
        price_error=scene.price_error,
    )


async def quoted(
    engine: PlanServices, resolved: Resolved, destinations: Destinations, price_seconds: float
) -> tuple[list[PlannedStep], SogniError | None]:
    """Return what a run would submit, with prices; why one is missing, if one is."""
    with tempfile.TemporaryDirectory(prefix="sogni-plan-") as folder:
        scene = await _planned(engine, resolved, destinations, Path(folder))
        return (await priced(scene, price_seconds) if scene.steps else []), scene.price_error


async def wishes(engine: PlanServices, resolved: Resolved, destinations: Destinations) -> Sequence[Wish]:
    """Return what a run would save outside of its own folder."""
    with tempfile.TemporaryDirectory(prefix="sogni-plan-") as folder:
        return (await _planned(engine, resolved, destinations, Path(folder))).wishes


async def _planned(engine: PlanServices, resolved: Resolved, destinations: Destinations, folder: Path) -> PlanScene:
    network = resolved.request.network if isinstance(resolved.request, RenderOptions) else ""
    scene = PlanScene(
        engine.registry,
        engine.section,
        engine.prepare,
        engine.fetch,
        utc_now(),
        random_seed=0,
        on_progress=_silent,
        network=network,
        run_id="",
        destinations=destinations,
        pictures=lambda: engine.paths.pictures,
        home=folder,
        wire_network=network if network in LIVE_NETWORKS else "fast",
        networks=engine.networks,
        media=engine.media,
    )
    for notice in resolved.notices:
        scene.notice(notice)
    await call_workflow(resolved, PlanContext(scene, resolved), scene.registry)
    await asyncio.sleep(0)  # a step that the workflow leaves behind begins
    return scene


def _silent(progress: Progress) -> None:
    """Receive the progress of a plan, which nobody waits for."""
