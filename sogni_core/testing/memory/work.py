"""How the network renders a project: the frames it sends, in order, and the time between them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, Final

from sogni_core.testing.memory.clock import Timer, VirtualClock
from sogni_core.testing.memory.faults import Faults
from sogni_core.testing.memory.project import MemoryJob, MemoryProject

FOREVER: Final = 30 * 86400.0
"""Seconds that a silent network stays silent."""

Said = tuple[str, dict[str, Any]]
"""Type and payload of a frame; an empty type ends the connection with a ``code``."""


class Work:
    """Renders one project."""

    def __init__(
        self,
        project: MemoryProject,
        faults: Faults,
        clock: VirtualClock,
        say: Callable[[MemoryProject, str, Mapping[str, Any]], None],
    ) -> None:
        self.project = project
        self._faults = faults
        self._clock = clock
        self._say = say
        self._story = self._life()
        self._timer: Timer | None = None

    def go_on(self) -> None:
        """Send what comes next, up to the next wait."""
        for item in self._story:
            if isinstance(item, float):
                self._timer = self._clock.after(item, self.go_on)
                return
            self._say(self.project, *item)

    def hurry(self) -> None:
        """End the wait, and go on."""
        if self._timer is not None:
            self._timer.cancel()
        self.go_on()

    def stop(self) -> None:
        """Stop rendering."""
        self._story.close()
        if self._timer is not None:
            self._timer.cancel()

    def _life(self) -> Generator[Said | float]:
        project = self.project
        workers = self._fault("no workers") is None
        yield (
            "jobState",
            {
                "type": "queued",
                "queuePosition": 1,
                "estimatedStartSeconds": 1 if workers else None,
                "queueStatus": "waiting" if workers else "no-workers",
            },
        )
        yield from self._reached("accepted")
        if not workers:
            yield FOREVER
        project.state = "progress"
        failure = self._fault("fail project")
        if failure is not None:
            project.state = "errored"
            yield "jobError", failure.value
            return
        for job in project.jobs:
            yield from self._render(job)
        project.state = "completed" if any(job.state == "jobCompleted" for job in project.jobs) else "errored"
        yield "jobState", {"type": "jobCompleted"}

    def _render(self, job: MemoryJob) -> Iterator[Said | float]:
        moved = self._fault("move", job)
        if moved is not None:
            yield "jobState", {"type": "jobStarted", **_named(job)}
            yield "jobRetry", {**_named(job), "attempt": 1, "maxAttempts": 3, **moved.value}
            job.id = f"{job.id[:-1]}R"
        yield "jobState", {"type": "initiatingModel", **_named(job)}
        job.state = "jobStarted"
        yield "jobState", {"type": "jobStarted", **_named(job)}
        yield from self._reached("started")
        slow = self._fault("slow", job)
        if slow is not None:
            yield float(slow.value)
        if self._fault("silent", job) is not None:
            yield FOREVER
        failure = self._fault("fail job", job)
        if failure is not None:
            job.state, job.reason = "jobError", str(failure.value["error"])
            yield "jobError", {**_named(job), "isFromWorker": True, **failure.value}
            return
        yield "jobProgress", {**_named(job), "step": 4, "stepCount": 4, "hasImage": False}
        job.withheld = self._fault("withhold", job) is not None
        job.state = "jobCompleted"
        yield (
            "jobResult",
            {
                **_named(job),
                "performedStepCount": 4,
                "lastSeed": str(job.seed),
                "userCanceled": False,
                "triggeredNSFWFilter": job.withheld,
                "nsfwDetected": self._fault("label", job) is not None,
            },
        )
        yield from self._reached("result")

    def _reached(self, stage: str) -> Iterator[Said]:
        drop = self._fault(f"drop after {stage}")
        if drop is not None:
            yield "", {"code": drop.value}

    def _fault(self, kind: str, job: MemoryJob | None = None) -> Any:
        return self._faults.strike(kind, self.project.number, job.index if job is not None else None)


def _named(job: MemoryJob) -> dict[str, Any]:
    return {"imgID": job.id, "jobIndex": job.index, "workerName": "memory"}
