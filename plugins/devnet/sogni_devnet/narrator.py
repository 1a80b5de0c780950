"""The events of a project for its client. Switches decide what the protocol leaves open."""

from __future__ import annotations

from typing import Any

from sogni_devnet.projects import Job, Project
from sogni_devnet.supernet import Supernet

PREPARATIONS: tuple[dict[str, Any], ...] = (
    {"phase": "downloadingAssets", "assetType": "lora"},
    {"phase": "unloadingModel", "model": "Z", "step": "end", "elapsedSec": 1},
    {"phase": "loadingModel", "model": "Z", "step": "start"},
    {"phase": "loadingModel", "model": "Z", "step": "end", "elapsedSec": 9},
)

FEW = frozenset(("workerName", "jobIndex", "etaSeconds", "etaMin", "etaMax", "queuePosition", "estimatedStartSeconds"))
"""Optional fields of job events."""


class Narrator:
    """Sends the events of a project to its client."""

    def __init__(self, net: Supernet) -> None:
        self._net = net
        self._on = net.tolerated
        self._held: dict[str, dict[str, Any]] = {}

    def queued(self, project: Project, place: int, seconds: float) -> None:
        """Report the place in the queue, from 1, and the seconds until the start."""
        turn = self._on.turn("queue")
        for _ in range(0 if turn == "no_queue_events" else 3 if turn else 1):
            self._state(project, "queued", queuePosition=place, estimatedStartSeconds=seconds, queueStatus="waiting")

    def without_workers(self, project: Project) -> None:
        """Report that there are no workers."""
        self._state(project, "queued", queuePosition=1, estimatedStartSeconds=None, queueStatus="no-workers")

    def assigned(self, project: Project, worker: str) -> None:
        """Report the worker."""
        if self._on.turn("queue") != "no_queue_events":
            self._state(project, "assigned", workerName=worker)

    def started(self, project: Project, job: Job) -> None:
        """Report that a worker loads its model and starts a job."""
        if "unannounced_jobs" in self._on:
            return
        ids: dict[str, Any] = {"imgID": job.id, "workerName": job.worker, "jobIndex": job.index}
        for preparation in PREPARATIONS if "preparation" in self._on else ():
            self._state(project, "initiatingModel", **ids, preparation=preparation)
        self._state(project, "initiatingModel", **ids)
        prompts = {"positivePrompt": project.order.prompt, "negativePrompt": ""}
        self._state(project, "jobStarted", **ids, **(prompts if "prompts_on_start" in self._on else {}))

    def progress(self, project: Project, job: Job, seconds: float, preview: bool) -> None:
        """Report the completed steps and the seconds left."""
        step, count = job.steps_done, project.order.steps
        form = self._on.turn("progress")
        amount: dict[str, Any] = {"step": step, "stepCount": count}
        if form:
            share = step / count
            # A value above 1 is a percentage, so the first step of more than a hundred cannot be one.
            amount = {"progress": share if form == "progress_fraction" else max(1.01, share * 100)}
        said = {
            "jobID": project.id, "imgID": job.id, "hasImage": preview, **amount, "etaSeconds": seconds,
            "etaMin": seconds, "etaMax": seconds + 1,
        }  # fmt: skip
        if "progress_disordered" in self._on and step % 2 == 1 and step < count:
            self._held[job.id] = said
            return
        for payload in (said, self._held.pop(job.id, None)):
            if payload is not None:
                self._tell(project, "jobProgress", **payload)

    def eta(self, project: Project, job: Job, seconds: float) -> None:
        """Report the seconds left."""
        self._tell(project, "jobETA", jobID=project.id, imgID=job.id, etaSeconds=seconds)

    def moved(self, project: Project, job: Job, left: str) -> None:
        """Report that a job leaves its ``imgID``."""
        self._tell(
            project, "jobRetry", jobID=project.id, imgID=left, jobIndex=job.index, attempt=1, maxAttempts=3,
            isFromWorker=True, error="workerDisconnected", error_message="The job moves to another worker",
        )  # fmt: skip

    def result(self, project: Project, job: Job, **marks: Any) -> None:
        """Report that a job is completed; ``marks`` are the flags for sensitive content."""
        seed: int | str = job.seed if "numeric_last_seed" in self._on else str(job.seed)
        self._tell(
            project, "jobResult", jobID=project.id, imgID=job.id, performedStepCount=job.steps_done, lastSeed=seed,
            userCanceled=False, **{"triggeredNSFWFilter": False, **marks}, **self._url(project, job),
        )  # fmt: skip

    def failed(self, project: Project, job: Job | None, error: int | str, message: str, **more: Any) -> None:
        """Report that a job, or with None the whole project, has failed."""
        ids = {"jobID": project.id} if job is None else {"jobID": project.id, "imgID": job.id}
        self._tell(
            project, "jobError", **ids, isFromWorker=job is not None, error=self.error(error), error_message=message,
            **more,
        )  # fmt: skip

    def completed(self, project: Project) -> bool:
        """Report that all jobs are completed; returns False if no client is connected."""
        return self._state(project, "jobCompleted")

    def balance(self, project: Project, *, last: bool = False) -> None:
        """Report the balance."""
        if not (last and "no_last_balance" in self._on):
            self._net.tell_balance(project.account)

    def error(self, error: int | str) -> int | str:
        """Return an error as on the wire: a number, a word, or a number in a string."""
        return str(error) if "numeric_strings" in self._on else error

    def _url(self, project: Project, job: Job) -> dict[str, Any]:
        turn = self._on.turn("url")
        file = self._net.storage.result(project.id, job.id)
        if not turn or file is None:
            return {}
        if turn == "null_result_url":
            return {"resultUrl": None}
        url = self._net.storage.download_url(file)
        return {"videoUrl" if turn == "video_url" and project.media == "video" else "resultUrl": url}

    def _state(self, project: Project, kind: str, **more: Any) -> bool:
        return self._tell(project, "jobState", type=kind, jobID=project.id, **more)

    def _tell(self, project: Project, kind: str, **payload: Any) -> bool:
        # Clients that count jobs need the index of a job that moves.
        if "few_fields" in self._on and kind != "jobRetry":
            payload = {name: value for name, value in payload.items() if name not in FEW}
        return self._net.tell(project, kind, payload)
