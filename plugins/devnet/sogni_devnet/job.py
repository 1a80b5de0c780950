"""One job at its worker: steps, previews, the result, and faults."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sogni_devnet.identity import new_id
from sogni_devnet.narrator import Narrator
from sogni_devnet.order import MIME
from sogni_devnet.projects import Job, Project
from sogni_devnet.refusal import JobFailure, ProjectFailure, ProjectLoss
from sogni_devnet.supernet import Supernet

Painting = asyncio.Future[tuple[Path, bytes | None]]

MARKS: dict[str, dict[str, Any]] = {
    "withhold": {"triggeredNSFWFilter": True},
    "label": {"nsfwDetected": True, "nsfwSources": ["prompt", "image"]},
    "both": {"triggeredNSFWFilter": True, "nsfwDetected": True, "nsfwSources": ["image"]},
    "neither": {"triggeredNSFWFilter": True, "nsfwDetected": True, "nsfwSources": ["image"]},
}
"""Action of a fault to the flags of a result for sensitive content."""

FILELESS = ("withhold", "neither", "missing")
"""Actions after which a result has no file."""


class Shift:
    """Runs jobs. It handles neither free workers nor the costs of failed jobs."""

    def __init__(self, net: Supernet, tell: Narrator) -> None:
        self._net = net
        self._tell = tell

    async def work(self, project: Project, job: Job, painting: Painting) -> None:
        """Run one job.

        Raises :class:`sogni_devnet.refusal.Unpaintable`, :class:`JobFailure`, :class:`ProjectFailure` or
        :class:`ProjectLoss`.
        """
        self._start(project, job)
        slow = project.fault("slow")
        seconds = self._net.settings.pace(project.media) + (slow["seconds"] if slow else 0.0)
        steps, said = project.order.steps, seconds
        while job.steps_done < steps:
            said = await self._pace(project, job, seconds, said)
            job.status = "jobProgress"
            job.steps_done += 1
            await self._report(project, job, seconds, painting)
            if job.steps_done == (steps + 1) // 2:
                await self._half_way(project, job)
        await self._deliver(project, job, painting)

    def close(self, project: Project) -> bool:
        """Report that all jobs are completed, and what a fault adds; returns False if no client is connected."""
        seen = True
        if project.fault("unsaid_end") is None:
            seen = self._tell.completed(project)
        for job, marks in project.late_results:
            self._tell.result(project, job, **marks)
        if project.fault("late_error"):
            self._tell.failed(project, project.jobs[0], "genfailure", "Too late")
        return seen

    def drops(self, project: Project, at: str) -> None:
        """Close the socket if a fault asks for it at this point, once per project."""
        fault = project.fault("drop", at=at)
        if fault is None:
            return
        project.faults = tuple(other for other in project.faults if other is not fault)
        self._net.drop(project, fault["code"])
        if fault.options.get("forgets"):
            raise ProjectLoss

    def _start(self, project: Project, job: Job) -> None:
        job.status = "jobStarted"
        self._tell.started(project, job)

    async def _pace(self, project: Project, job: Job, seconds: float, said: float) -> float:
        """Wait for one step, and report about every second how much is left; returns the last report."""
        steps = project.order.steps
        left, end = seconds / steps, seconds * (steps - job.steps_done - 1) / steps
        while left > 0:
            nap = min(left, 1.0)
            await asyncio.sleep(nap)
            left -= nap
            if said - (end + left) >= 1:
                said = round(end + left, 2)
                self._tell.eta(project, job, said)
        return said

    async def _report(self, project: Project, job: Job, seconds: float, painting: Painting) -> None:
        order, step = project.order, job.steps_done
        left = round(seconds * (order.steps - step) / order.steps, 2)
        preview = order.previews > 0 and step % -(-order.steps // order.previews) == 0
        if preview:
            await asyncio.wait({painting})
            preview = painting.exception() is None
            if preview:
                self._keep(project, job, "preview", painting.result()[1])
        if "eta_every_step" in self._net.tolerated:
            self._tell.eta(project, job, left)
        self._tell.progress(project, job, left, preview)

    async def _half_way(self, project: Project, job: Job) -> None:
        self.drops(project, "rendering")
        if project.fault("hang"):
            await asyncio.Event().wait()
        if dies := project.fault("die"):
            raise ProjectFailure(dies["error"], dies["message"])
        fails = project.fault("fail")
        if fails and (job.index == 0 or not fails["first_only"]):
            raise JobFailure(fails["word"], fails["message"])
        if project.fault("move") and not job.moved:
            left, job.id, job.moved, job.steps_done = job.id, new_id(), True, 0
            self._tell.moved(project, job, left)
            self._start(project, job)

    async def _deliver(self, project: Project, job: Job, painting: Painting) -> None:
        path, _ = await painting
        marks: dict[str, Any] = {}
        for action, said in MARKS.items():
            marks |= said if project.fault(action) else {}
        if any(project.fault(action) for action in FILELESS):
            path.unlink()
        else:
            mime = MIME[project.order.format]
            self._net.storage.adopt_result(project.account.address, project.id, job.id, "complete", path, mime)
        job.withheld = bool(project.fault("withhold"))
        job.status, job.reason = "jobCompleted", "jobCompleted"
        if "completed_first" in self._net.tolerated and all(other.ended for other in project.jobs):
            project.late_results.append((job, marks))
        elif not project.fault("unsaid"):
            self._tell.result(project, job, **marks)
            self.drops(project, "result")

    def _keep(self, project: Project, job: Job, slot: str, data: bytes | None) -> None:
        if data is not None:
            self._net.storage.add_result(project.account.address, project.id, job.id, slot, data, "image/jpeg")
