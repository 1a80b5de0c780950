"""The queue and the workers, from the acceptance of a project to its end.

Each project has a task, and so has each of its jobs. A job waits for a free worker of its kind, renders in a thread,
and reports its steps at the speed of the settings.
"""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sogni_devnet.identity import new_id
from sogni_devnet.job import Shift
from sogni_devnet.narrator import Narrator
from sogni_devnet.projects import Job, Project
from sogni_devnet.refusal import JobFailure, ProjectFailure, ProjectLoss, Unpaintable
from sogni_devnet.supernet import Supernet
from sogni_devnet.tiers import Media

ANNOUNCED = 5
"""Number of waiting projects that get their new place when the queue moves."""


class Workers:
    """All workers of one devnet, in the event loop of the server."""

    def __init__(self, net: Supernet) -> None:
        settings = net.settings
        self._net = net
        self._tell = Narrator(net)
        self._shift = Shift(net, self._tell)
        self._free = {media: _crew(media, settings.slots_for(media)) for media in ("image", "video")}
        # The workers for videos render music too.
        self._free["audio"] = self._free["video"]
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waiting: list[Project] = []
        slots = settings.slots_for("image") + settings.slots_for("video")
        self._threads = ThreadPoolExecutor(max_workers=min(slots, 4), thread_name_prefix="devnet-paint")

    def accept(self, project: Project) -> None:
        """Queue a project that is paid for."""
        net = self._net
        project.faults = net.faults.take_all("project")
        net.projects.add(project)
        project.jobs = [Job(new_id(), index, _seed(project, index)) for index in range(project.order.count)]
        self._move(project, "queued")
        if project.fault("no_workers"):
            self._tell.without_workers(project)
        else:
            self._waiting.append(project)
            self._announce(project)
        self._tell.balance(project)
        task = asyncio.create_task(self._run(project), name=f"project {project.id}")
        self._tasks[project.id] = task
        # A callback instead of a finally, since a task that is cancelled before its first step never runs.
        task.add_done_callback(lambda _: self._forget(project))

    def cancel(self, project: Project) -> bool:
        """Stop a project and refund what was not rendered; returns False if it has already ended."""
        task = self._tasks.get(project.id)
        if task is None or project.ended:
            return False
        self._move(project, "cancelled")
        project.stop.set()
        task.cancel()
        self._fail_all(project, "artistCanceled")
        project.claimed = True
        self._tell.balance(project, last=True)
        return True

    async def close(self) -> None:
        """Stop all work."""
        for project in self._net.projects:
            project.stop.set()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, project: Project) -> None:
        try:
            self._shift.drops(project, "queued")
            if project.fault("no_workers") or project.fault("never_starts"):
                await asyncio.Event().wait()
            async with asyncio.TaskGroup() as jobs:
                for job in project.jobs:
                    jobs.create_task(self._job(project, job))
        except* ProjectLoss:
            self._lose(project)
        except* ProjectFailure as failures:
            failure = failures.exceptions[0]
            assert isinstance(failure, ProjectFailure)
            self._fail_all(project, "serverError")
            self._tell.failed(project, None, failure.error, failure.message)
            self._finish(project, "errored", seen=self._followed(project))
        except* Exception:
            # A bug of this server: tell its client, and keep the traceback.
            self._fail_all(project, "serverError")
            self._tell.failed(project, None, "serverError", "The devnet failed; see its standard error")
            self._finish(project, "errored", seen=self._followed(project))
            raise
        else:
            self._end(project)

    def _forget(self, project: Project) -> None:
        self._tasks.pop(project.id, None)
        if project in self._waiting:
            self._waiting.remove(project)

    async def _job(self, project: Project, job: Job) -> None:
        crew = self._free[project.media]
        job.worker = worker = await crew.get()
        try:
            if project in self._waiting:
                self._assign(project, worker)
            painting = asyncio.get_running_loop().run_in_executor(self._threads, self._paint, project, job.seed)
            # If the job fails for another reason first, the result of the painting is not needed.
            painting.add_done_callback(lambda done: None if done.cancelled() else done.exception())
            try:
                await self._shift.work(project, job, painting)
            except Unpaintable as error:
                # It could not start, whatever its steps say, so refund all of it.
                job.steps_done = 0
                self._fail(project, job, "genfailure")
                self._tell.failed(project, job, "genfailure", str(error))
            except JobFailure as failure:
                painting.add_done_callback(_discard)
                self._fail(project, job, failure.word)
                self._tell.failed(project, job, failure.word, failure.message)
        finally:
            crew.put_nowait(worker)

    def _paint(self, project: Project, seed: int) -> tuple[Path, bytes | None]:
        """Return the file of a result, and a preview if one was requested."""
        # Importing Pillow takes longer than the rest of the start, and is not needed before the first job.
        from sogni_devnet.painter import shrink
        from sogni_devnet.render import render

        order, storage = project.order, self._net.storage
        target = storage.part("result")
        try:
            render(order, seed, lambda slot: storage.upload(project.id, slot), target,
                   plain=self._net.settings.pictures == "plain", stopped=project.stop.is_set)  # fmt: skip
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        if project.stop.is_set():
            target.unlink()
        return target, shrink(target.read_bytes()) if order.previews and target.exists() else None

    def _end(self, project: Project) -> None:
        if all(job.status == "jobError" for job in project.jobs):
            self._finish(project, "errored", seen=self._followed(project))
            return
        self._shift.drops(project, "completed")
        # Set it before the event is sent, so that an immediate look-up finds it finished.
        self._move(project, "completed")
        self._finish(project, "completed", seen=self._shift.close(project))

    def _finish(self, project: Project, status: str, *, seen: bool) -> None:
        self._move(project, status)
        project.claimed = seen
        project.stop.set()
        self._tell.balance(project, last=True)

    def _followed(self, project: Project) -> bool:
        return (project.account.address, project.app_id) in self._net.lines

    def _lose(self, project: Project) -> None:
        """Lose a project as a restarted server does: without a charge or a trace."""
        project.stop.set()
        self._fail_all(project, "serverRestarting", whole=True)
        self._net.projects.forget(project)

    def _fail_all(self, project: Project, reason: str, *, whole: bool = False) -> None:
        for job in project.jobs:
            if whole:
                job.steps_done = 0
            if not job.ended:
                self._fail(project, job, reason)

    def _fail(self, project: Project, job: Job, reason: str) -> None:
        """Mark a job as failed, and refund the steps that were not done."""
        order = project.order
        undone = (order.steps - job.steps_done) / order.steps
        job.refunded = (order.price.job(order.token) * round(undone * 1000)) / 1000
        project.account.balance.refund(order.token, job.refunded)
        job.status, job.reason = "jobError", reason

    def _assign(self, project: Project, worker: str) -> None:
        self._waiting.remove(project)
        self._move(project, "assigned")
        self._tell.assigned(project, worker)
        for waiting in self._waiting[:ANNOUNCED]:
            self._announce(waiting)

    def _announce(self, project: Project) -> None:
        place, settings = self._waiting.index(project) + 1, self._net.settings
        seconds = (place - 1) * settings.pace(project.media) / settings.slots_for(project.media)
        self._tell.queued(project, place, round(seconds, 1))

    def _move(self, project: Project, status: str) -> None:
        project.status, project.updated = status, self._net.clock()


def _discard(painting: asyncio.Future[tuple[Path, bytes | None]]) -> None:
    """Delete the file of a job that has failed."""
    if not painting.cancelled() and painting.exception() is None:
        painting.result()[0].unlink(missing_ok=True)


def _crew(media: Media, slots: int) -> asyncio.Queue[str]:
    free: asyncio.Queue[str] = asyncio.Queue()
    for number in range(1, slots + 1):
        free.put_nowait(f"devnet-worker-{number}" if media == "image" else f"devnet-{media}-worker-{number}")
    return free


def _seed(project: Project, index: int) -> int:
    """Return the seed of a job: the first gets the requested one, the others a random one."""
    seed = project.order.seed
    return seed if index == 0 and seed is not None else secrets.randbelow(2**32)
