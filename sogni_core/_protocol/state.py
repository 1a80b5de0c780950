"""The life of one project: frames in, events out.

protocol: ids are compared in upper case; an ``imgID`` may appear for the first time in any message of its job;
duplicates and late messages change nothing; ``jobCompleted`` may overtake the last ``jobResult``.

When a project is done:

* A job ends with a result (also one that is withheld or was cancelled) or with a ``jobError``.
* The project is done when ``jobCompleted`` came and as many jobs as were requested have ended, or when all jobs have
  ended and none runs: then nothing more can come, and a ``jobCompleted`` that was lost with a connection is not waited
  for.
* If every job failed or was cancelled, the project failed, with the reason of the first one that failed; otherwise it
  completed.
* A ``jobError`` without ``imgID`` and a confirmed cancel end the project at once; what finished before stays finished.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sogni_core._protocol import failures, recovery, results
from sogni_core._protocol.events import (
    CANCELED_CODE,
    Assigned,
    CancelConfirmed,
    Event,
    JobFailed,
    JobFinished,
    JobPreparing,
    JobRetried,
    JobStarted,
    ProjectCompleted,
    ProjectFailed,
    Queued,
)
from sogni_core._protocol.failures import Refusal
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.greeting import project_id as recovered_id
from sogni_core._protocol.jobs import Job, Jobs
from sogni_core._protocol.messages import CANCELED
from sogni_core._protocol.values import count as counted
from sogni_core._protocol.values import identity, positive, record, text

_LOST = Refusal(failures.UNKNOWN_CODE, "missing", "The service does not know what happened to this output.", {})


class ProjectState:
    """Takes the frames of one connection after another; frames of other projects are ignored."""

    def __init__(self, project_id: str, count: int, *, safety_filter: bool = True) -> None:
        self.project_id = project_id.upper()
        self.count = count
        """Jobs requested."""
        self.done = False
        self.failure: ProjectFailed | None = None
        """How it failed; None while it runs and after it completed."""
        self.seen = False
        """Whether the service has shown in any way that it accepted the request."""
        self.overtaken = False
        """Whether ``jobCompleted`` came; results that are still missing are on their way, or lost."""
        self.queue: Queued | None = None
        """Place in the queue; None while unknown and after a job has started."""
        self._safety_filter = safety_filter
        self._jobs = Jobs(count)
        self._worker: Assigned | None = None
        self._confirmed = False

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs known so far, by index. Do not change them."""
        return tuple(self._jobs)

    @property
    def finished(self) -> tuple[JobFinished, ...]:
        """The jobs that ended on a worker, by index."""
        return tuple(job.end for job in self._jobs if isinstance(job.end, JobFinished))

    @property
    def failed(self) -> tuple[JobFailed, ...]:
        """The jobs that failed, by index."""
        return tuple(job.end for job in self._jobs if isinstance(job.end, JobFailed))

    def receive(self, frame: Frame) -> list[Event]:
        """Take one frame and return what it changed. Never raises, whatever the frame contains."""
        read = self._readers.get(frame.type)
        payload = record(frame.payload)
        if read is None or identity(payload.get("jobID")) != self.project_id:
            return []
        if self.done and frame.type != "artistCancelConfirmation":
            return []
        events = read(self, payload)
        self.seen = True
        return events + self._conclude()

    def adopt(self, recovered: object) -> list[Event]:
        """Take a recovered project of a greeting or a look-up, and return the events that were missed.

        If it has ended, its list of jobs is complete: jobs that it does not list have failed.
        """
        if recovered_id(recovered) != self.project_id or self.done:
            return []
        self.seen = True
        missed = recovery.replay(
            recovered,
            self.count,
            gone=self._jobs.gone,
            replaced={job_id for job in self._jobs for job_id in job.ids[:-1]},
            failed={end.job_id for end in self.failed},
        )
        events = [event for frame in missed for event in self.receive(frame)]
        if recovery.has_ended(recovered) and not self.done:
            lost = [job for job in self._jobs.all_seats() if job.end is None]
            events += [self._failed(job, job.id, _LOST, from_worker=False) for job in lost]
            events += self._conclude()
        return events

    def _job(self, payload: Mapping[str, Any]) -> tuple[Job | None, str]:
        job_id = identity(payload.get("imgID"))
        job = self._jobs.meet(job_id, counted(payload.get("jobIndex"))) if job_id else None
        if job is not None:
            self._revive(job)
        return job, job_id

    def _state(self, payload: Mapping[str, Any]) -> list[Event]:
        match payload.get("type"):
            case "queued":
                return self._queued(payload)
            case "assigned":
                return self._assigned(payload)
            case "initiatingModel":
                return self._prepare(payload)
            case "jobStarted":
                job, job_id = self._job(payload)
                return self._start(job, job_id) if job is not None and not job.finished else []
            case "jobCompleted":
                self.overtaken = True
                return []
            case "jobRetry":
                return self._retry(payload)
            case _:
                return []

    def _queued(self, payload: Mapping[str, Any]) -> list[Event]:
        queued = Queued(
            position=counted(payload.get("queuePosition")),
            eta_seconds=positive(payload.get("estimatedStartSeconds")),
            no_workers=payload.get("queueStatus") == "no-workers",
        )
        if queued == self.queue or any(job.started or job.end for job in self._jobs):
            return []
        self.queue = queued
        return [queued]

    def _assigned(self, payload: Mapping[str, Any]) -> list[Event]:
        assigned = Assigned(text(payload.get("workerName"), 100))
        if assigned == self._worker:
            return []
        self._worker = assigned
        return [assigned]

    def _prepare(self, payload: Mapping[str, Any]) -> list[Event]:
        job, job_id = self._job(payload)
        if job is None or job.finished or job_id in job.started or job_id not in self._jobs.live(job):
            return []
        preparing = JobPreparing(job.place, job_id, text(record(payload.get("preparation")).get("phase"), 50))
        if preparing == job.preparing:
            return []
        job.preparing = preparing
        return [preparing]

    def _start(self, job: Job, job_id: str) -> list[Event]:
        self.queue = None
        if job_id in job.started or job_id not in self._jobs.live(job):
            return []
        job.started.add(job_id)
        return [JobStarted(job.place, job_id)]

    def _progress(self, payload: Mapping[str, Any]) -> list[Event]:
        job, job_id = self._job(payload)
        if job is None or job.finished or [job_id] != self._jobs.live(job)[-1:]:
            return []
        events = self._start(job, job_id)
        progress = results.progressed(payload, job, job_id)
        if progress != job.shown:
            job.shown = progress
            events.append(progress)
        return events

    def _result(self, payload: Mapping[str, Any]) -> list[Event]:
        job, job_id = self._job(payload)
        if job is None or job.finished:
            return []
        job.end = results.finished(payload, job, job_id, safety_filter=self._safety_filter)
        job.fixed = True
        self.queue = None
        return [job.end]

    def _error(self, payload: Mapping[str, Any]) -> list[Event]:
        refusal = failures.read(payload)
        if not identity(payload.get("imgID")):
            admitted = self.seen or refusal.code != failures.NOT_ADMITTED_CODE
            return self._end(
                ProjectFailed(refusal.code, refusal.word, refusal.message, refusal.details, admitted=admitted)
            )
        job, job_id = self._job(payload)
        if job is None or job.finished:
            return []
        if refusal.word == failures.SENSITIVE:
            job.end = JobFinished(job.place, job_id, withheld=True)
            job.fixed = True
            return [job.end]
        job.failures[job_id] = refusal, payload.get("isFromWorker") is True
        return self._judge(job)

    def _judge(self, job: Job) -> list[Event]:
        """Return that a job failed, once no worker may still render it."""
        job_id = self._jobs.failed(job)
        if job_id is None or job.end is not None:
            return []
        refusal, from_worker = job.failures[job_id]
        return [self._failed(job, job_id, refusal, from_worker=from_worker)]

    def _failed(self, job: Job, job_id: str, refusal: Refusal, *, from_worker: bool) -> JobFailed:
        job.end = JobFailed(
            job.place, job_id, refusal.code, refusal.word, refusal.message, from_worker, refusal.details
        )
        job.fixed = True
        return job.end

    def _revive(self, job: Job) -> None:
        """Take back that a job failed, if another worker has it after all."""
        if isinstance(job.end, JobFailed) and self._jobs.failed(job) is None:
            job.end = None

    def _retry(self, payload: Mapping[str, Any]) -> list[Event]:
        job, job_id = self._job(payload)
        if not job_id or job_id in self._jobs.gone or (job is not None and job.finished):
            return []
        self._jobs.gone.add(job_id)
        if job is None:
            return []
        self._revive(job)
        refusal = failures.read(payload)
        return [JobRetried(job.place, job_id, refusal.message or refusal.word), *self._judge(job)]

    def _canceled(self, payload: Mapping[str, Any]) -> list[Event]:
        if self._confirmed:
            return []
        did_cancel = payload.get("didCancel") is True
        message = text(payload.get("error_message"))
        self._confirmed = did_cancel
        events: list[Event] = [CancelConfirmed(did_cancel, message)]
        return events + (self._end(ProjectFailed(CANCELED_CODE, CANCELED, message)) if did_cancel else [])

    def _conclude(self) -> list[Event]:
        ends = [job.end for job in self._jobs]
        if self.done or sum(end is not None for end in ends) < self.count or (None in ends and not self.overtaken):
            return []
        if any(isinstance(end, JobFinished) and not end.canceled for end in ends):
            self.done = True
            return [ProjectCompleted()]
        failed = next((end for end in ends if isinstance(end, JobFailed)), None)
        if failed is None:
            return self._end(ProjectFailed(CANCELED_CODE, CANCELED, "", from_jobs=True))
        return self._end(ProjectFailed(failed.code, failed.word, failed.message, failed.details, from_jobs=True))

    def _end(self, failure: ProjectFailed) -> list[Event]:
        if self.done:
            return []
        self.done, self.failure = True, failure
        return [failure]

    _readers: ClassVar[Mapping[str, Callable[[ProjectState, Mapping[str, Any]], list[Event]]]] = {
        "jobState": _state,
        "jobProgress": _progress,
        "jobETA": _progress,
        "jobResult": _result,
        "jobError": _error,
        "jobRetry": _retry,
        "artistCancelConfirmation": _canceled,
    }
