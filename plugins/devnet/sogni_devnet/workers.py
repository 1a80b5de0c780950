"""The queue and the workers: how a project goes from accepted to completed.

Each project has one task, each of its jobs another; a job waits for a free worker, renders in a thread,
and reports step by step at the pace of the settings.
"""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sogni_devnet.identity import new_id
from sogni_devnet.order import MIME
from sogni_devnet.projects import Job, Project
from sogni_devnet.refusal import Unpaintable
from sogni_devnet.supernet import Supernet

ANNOUNCED = 5
"""How many waiting projects hear of their new place when the queue moves."""


class Workers:
    """All workers of one devnet. Lives in the event loop of the server."""

    def __init__(self, net: Supernet) -> None:
        self._net = net
        self._free: asyncio.Queue[str] = asyncio.Queue()
        for number in range(1, net.settings.slots + 1):
            self._free.put_nowait(f"devnet-worker-{number}")
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waiting: list[Project] = []
        self._threads = ThreadPoolExecutor(max_workers=min(net.settings.slots, 4), thread_name_prefix="devnet-paint")

    def accept(self, project: Project) -> None:
        """Queue a project that has been paid for."""
        net = self._net
        net.projects.add(project)
        project.jobs = [Job(new_id(), index, _seed(project, index)) for index in range(project.order.images)]
        self._waiting.append(project)
        self._move(project, "queued")
        self._announce(project)
        net.tell_balance(project.account)
        task = asyncio.create_task(self._run(project), name=f"project {project.id}")
        self._tasks[project.id] = task
        # A callback and not a finally: a task cancelled before its first step never enters its body.
        task.add_done_callback(lambda _: self._forget(project))

    def cancel(self, project: Project) -> bool:
        """Stop a project and give back what was not rendered; False if it has ended already."""
        task = self._tasks.get(project.id)
        if task is None or project.ended:
            return False
        self._move(project, "cancelled")
        task.cancel()
        for job in project.jobs:
            if not job.ended:
                self._fail(project, job, "artistCanceled")
        project.claimed = True
        self._net.tell_balance(project.account)
        return True

    async def close(self) -> None:
        """Stop all work."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, project: Project) -> None:
        try:
            async with asyncio.TaskGroup() as jobs:
                for job in project.jobs:
                    jobs.create_task(self._job(project, job))
        except ExceptionGroup:
            # A bug of this server: its client must hear of it, and the traceback must not be lost.
            self._move(project, "errored")
            self._tell(project, "jobError", jobID=project.id, isFromWorker=False, error="serverError",
                       error_message="The devnet failed; see its standard error")  # fmt: skip
            raise
        self._end(project)

    def _forget(self, project: Project) -> None:
        self._tasks.pop(project.id, None)
        if project in self._waiting:
            self._waiting.remove(project)

    async def _job(self, project: Project, job: Job) -> None:
        worker = await self._free.get()
        try:
            job.worker = worker
            if project in self._waiting:
                self._assign(project, worker)
            await self._render(project, job)
        finally:
            self._free.put_nowait(worker)

    async def _render(self, project: Project, job: Job) -> None:
        net, order, steps = self._net, project.order, project.order.steps
        ids = {"jobID": project.id, "imgID": job.id}
        for state in ("initiatingModel", "jobStarted"):
            job.status = state
            self._tell(project, "jobState", type=state, **ids, workerName=job.worker, jobIndex=job.index)
        painting = asyncio.get_running_loop().run_in_executor(self._threads, self._paint, project, job)
        seconds = net.settings.seconds_per_image
        last_eta = seconds
        for step in range(1, steps + 1):
            if seconds:
                await asyncio.sleep(seconds / steps)
            job.status, job.steps_done = "jobProgress", step
            left = round(seconds * (steps - step) / steps, 2)
            if last_eta - left >= 1:
                last_eta = left
                self._tell(project, "jobETA", **ids, etaSeconds=left)
            preview = order.previews > 0 and step % -(-steps // order.previews) == 0
            if preview:
                await asyncio.wait({painting})
                preview = painting.exception() is None
            self._tell(
                project, "jobProgress", **ids, hasImage=preview, step=step, stepCount=steps,
                etaSeconds=left, etaMin=left, etaMax=left + 1,
            )  # fmt: skip
        try:
            await painting
        except Unpaintable as error:
            self._fail(project, job, "genfailure")
            self._tell(project, "jobError", **ids, isFromWorker=True, error="genfailure", error_message=str(error))
            return
        job.status, job.reason = "jobCompleted", "jobCompleted"
        self._tell(
            project, "jobResult", **ids, performedStepCount=steps, lastSeed=str(job.seed), userCanceled=False,
            triggeredNSFWFilter=False,
        )  # fmt: skip

    def _paint(self, project: Project, job: Job) -> None:
        # Pillow takes longer to import than all the rest of a start, and is not needed before the first job.
        from sogni_devnet.painter import paint, shrink

        order, storage = project.order, self._net.storage
        data = paint(order, job.seed, lambda slot: storage.upload(project.id, slot), self._net.settings.pictures)
        mime, owner = MIME[order.format], project.account.address
        storage.add_result(owner, project.id, job.id, "complete", data, mime)
        if order.previews:
            storage.add_result(owner, project.id, job.id, "preview", shrink(data), "image/jpeg")

    def _end(self, project: Project) -> None:
        if all(job.status == "jobError" for job in project.jobs):
            self._move(project, "errored")
            seen = bool(self._net.lines.get((project.account.address, project.app_id)))
        else:
            self._move(project, "completed")
            seen = self._tell(project, "jobState", type="jobCompleted", jobID=project.id)
        project.claimed = seen
        self._net.tell_balance(project.account)

    def _fail(self, project: Project, job: Job, reason: str) -> None:
        """Mark a job as failed and refund the share of its steps that were not done."""
        order = project.order
        price = order.price.job(order.token)
        undone = 1 if reason == "genfailure" else (order.steps - job.steps_done) / order.steps
        project.account.balance.refund(order.token, (price * round(undone * 1000)) / 1000)
        job.status, job.reason = "jobError", reason

    def _assign(self, project: Project, worker: str) -> None:
        self._waiting.remove(project)
        self._move(project, "assigned")
        self._tell(project, "jobState", type="assigned", jobID=project.id, workerName=worker)
        for waiting in self._waiting[:ANNOUNCED]:
            self._announce(waiting)

    def _announce(self, project: Project) -> None:
        place = self._waiting.index(project) + 1
        settings = self._net.settings
        self._tell(
            project, "jobState", type="queued", jobID=project.id, queuePosition=place, queueStatus="waiting",
            estimatedStartSeconds=round((place - 1) * settings.seconds_per_image / settings.slots, 1),
        )  # fmt: skip

    def _move(self, project: Project, status: str) -> None:
        project.status, project.updated = status, self._net.clock()

    def _tell(self, project: Project, kind: str, **payload: Any) -> bool:
        return self._net.tell(project, kind, payload)


def _seed(project: Project, index: int) -> int:
    """Return the seed of a job: the one asked for goes to the first, the others' are random."""
    seed = project.order.seed
    return seed if index == 0 and seed is not None else secrets.randbelow(2**32)
