"""Which ``imgID`` is which job.

protocol: a job's id is made by its worker and may appear for the first time in any message; some messages have a
``jobIndex``. A job that moves to another worker comes back under a new ``imgID`` with the same ``jobIndex``. So a job
is the set of ids that share an index, and its state does not depend on the order in which they became known.
"""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core._protocol.events import JobFailed, JobFinished, JobPreparing, JobProgress
from sogni_core._protocol.failures import Refusal

_MOST_IDS = 64
"""Workers that one job may pass through; more is an error of the server."""


class Job:
    """One output of a project, whichever worker makes it."""

    def __init__(self, place: int) -> None:
        self.place = place
        """Index in events: the service's ``jobIndex`` if it came in time, else the first free place."""
        self.told: int | None = None
        """The service's ``jobIndex``."""
        self.ids: list[str] = []
        """Every ``imgID`` of it, in the order of their appearance."""
        self.started: set[str] = set()
        self.preparing: JobPreparing | None = None
        """The last preparation that was emitted."""
        self.failures: dict[str, tuple[Refusal, bool]] = {}
        """Error by id, and whether a worker sent it."""
        self.end: JobFinished | JobFailed | None = None
        """How it ended; None while it waits, runs or moves to another worker."""
        self.fixed = False
        """Whether its end was emitted, so that its place must not change any more."""
        self.rendering = ""
        """Id that ``step``, ``steps``, ``share`` and ``eta`` belong to."""
        self.step = self.steps = 0
        self.share: float | None = None
        """Fraction that the worker sent instead of steps."""
        self.eta: float | None = None
        self.shown: JobProgress | None = None
        """The last progress that was emitted."""

    @property
    def id(self) -> str:
        """The ``imgID`` under which it ended, else the newest one; empty if no worker has named it."""
        return self.end.job_id if self.end is not None else next(reversed(self.ids), "")

    @property
    def finished(self) -> bool:
        """Whether a result came."""
        return isinstance(self.end, JobFinished)

    @property
    def fraction(self) -> float:
        """0 to 1. protocol: a worker's own fraction takes precedence over its steps."""
        if self.finished:
            return 1.0
        if self.share is not None:
            return self.share
        return min(self.step / self.steps, 1.0) if self.steps else 0.0

    def render(self, job_id: str) -> None:
        """Start counting again if another worker renders now."""
        if job_id != self.rendering:
            self.rendering, self.step, self.steps, self.share, self.eta = job_id, 0, 0, None, None


class Jobs:
    """The jobs of one project."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._jobs: list[Job] = []
        self._by_id: dict[str, Job] = {}
        self.gone: set[str] = set()
        """Ids that the service took from their job (``jobRetry``)."""

    def __iter__(self) -> Iterator[Job]:
        return iter(sorted(self._jobs, key=lambda job: job.place))

    def meet(self, job_id: str, told: int | None) -> Job | None:
        """Return the job of an id, or give the id a job.

        None if there is none: for a late message of an id that is gone, or if there are too many ids.
        """
        told = self._index(told)
        holder = next((job for job in self._jobs if told is not None and job.told == told), None)
        job = self._by_id.get(job_id)
        if job is None:
            if job_id in self.gone and told is None:
                return None
            job = holder or self._seat(told)
            return self._join(job, job_id) if job is not None else None
        if told is None or job.told is not None:
            return job
        if holder is None:
            job.told = told
            self._move(job, told)
            return job
        return self._merge(job, holder, told)

    def all_seats(self) -> list[Job]:
        """Return every job that was requested, also those that no message has named."""
        taken = {job.place for job in self._jobs}
        while len(self._jobs) < self._count:
            place = next(place for place in range(self._count) if place not in taken)
            taken.add(place)
            self._jobs.append(Job(place))
        return list(self)

    def live(self, job: Job) -> list[str]:
        """Return the ids under which a job may still be rendered, the newest last."""
        return [job_id for job_id in job.ids if job_id not in self.gone and job_id not in job.failures]

    def failed(self, job: Job) -> str | None:
        """Return the id under which a job failed for good; None while another worker may have it."""
        if self.live(job):
            return None
        return next((job_id for job_id in reversed(job.ids) if job_id not in self.gone), None)

    def _index(self, told: int | None) -> int | None:
        if self._count == 1:
            return 0
        return told if told is not None and 0 <= told < self._count else None

    def _seat(self, told: int | None) -> Job | None:
        """Make a job at the first free place; if there is none, replace a job whose workers are all gone."""
        taken = {job.place for job in self._jobs}
        # Beyond the count: one id too many, whose result is kept, since it was paid for.
        free = next((place for place in range(2 * self._count) if place not in taken), None)
        if free is None or free >= self._count:
            left = next((job for job in self._jobs if job.ids and self.gone.issuperset(job.ids)), None)
            if left is not None:
                free = left.place
                self._jobs.remove(left)
                for job_id in left.ids:
                    del self._by_id[job_id]
        if free is None:
            return None
        job = Job(free)
        self._jobs.append(job)
        if told is not None:
            job.told = told
            self._move(job, told)
        return job

    def _join(self, job: Job, job_id: str) -> Job | None:
        if job.finished or len(job.ids) >= _MOST_IDS:
            return None
        job.ids.append(job_id)
        self._by_id[job_id] = job
        return job

    def _move(self, job: Job, place: int) -> None:
        other = next((other for other in self._jobs if other.place == place), None)
        if job.fixed or (other is not None and other.fixed):
            return
        if other is not None:
            other.place = job.place
        job.place = place

    def _merge(self, job: Job, holder: Job, told: int) -> Job:
        """Merge two jobs that are the same; if both have a result they stay two, since both were paid for."""
        if job.finished and holder.finished:
            return job
        keeps = job if job.finished or (job.fixed and not holder.finished and not holder.fixed) else holder
        other = holder if keeps is job else job
        keeps.told = told
        keeps.ids += other.ids
        keeps.started |= other.started
        keeps.failures |= other.failures
        self._jobs.remove(other)
        self._by_id |= dict.fromkeys(other.ids, keeps)
        if other.rendering and not keeps.rendering:
            keeps.render(other.rendering)
        self._move(keeps, told)
        return keeps
