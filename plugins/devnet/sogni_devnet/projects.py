"""Projects and their jobs, which the server remembers even while the client is disconnected."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sogni_devnet.accounts import Account
from sogni_devnet.balance import plain
from sogni_devnet.faults import Armed
from sogni_devnet.order import Order
from sogni_devnet.prices import SOGNI_PER_SPARK, USD_PER_SPARK
from sogni_devnet.tiers import Media

UNCLAIMED_SECONDS = 3600
"""How long a project that ended unseen is stored for its client (protocol: one hour)."""

ENDED = frozenset({"completed", "errored", "cancelled"})
"""Final values of the ``status`` of a project."""

_PUBLIC_STATUS = {"assigned": "processing", "progress": "processing", "errored": "failed", "cancelled": "canceled"}


@dataclass(eq=False)
class Job:
    """One image, video or piece of music of a project."""

    id: str
    """``imgID`` on the wire."""
    index: int
    seed: int
    worker: str | None = None
    status: str = "created"
    """``created``, ``initiatingModel``, ``jobStarted``, ``jobProgress``, ``jobCompleted`` or ``jobError``."""
    steps_done: int = 0
    reason: str | None = None
    moved: bool = False
    """Whether it moved from its first worker."""
    withheld: bool = False
    """Whether its result was withheld as sensitive."""
    refunded: Decimal = Decimal(0)
    """Part of its price that was refunded, in the token of its project."""

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.status in {"jobCompleted", "jobError"}

    def payload(self) -> dict[str, Any]:
        """Return the job as look-ups and recovery describe it."""
        return {
            "id": f"w-{self.id.lower()}", "imgID": self.id, "status": self.status, "performedSteps": self.steps_done,
            "seedUsed": self.seed, "triggeredNSFWFilter": self.withheld, "reason": self.reason, "jobIndex": self.index,
            "worker": {"username": self.worker, "name": self.worker}, "resultUrl": None,
        }  # fmt: skip


@dataclass(eq=False)
class Project:
    """One paid submission."""

    order: Order
    account: Account
    app_id: str
    network: str
    created: float
    """Seconds since 1970."""
    status: str = "pending"
    updated: float = 0.0
    jobs: list[Job] = field(default_factory=list)
    claimed: bool = False
    """Whether its client was told that it ended."""
    repeats: int = 0
    """How often the same request was repeated. A repeated request is neither run nor charged again."""
    faults: tuple[Armed, ...] = ()
    """Its faults."""
    late_results: list[tuple[Job, dict[str, Any]]] = field(default_factory=list)
    """Results with their flags that are sent only after ``jobCompleted``."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when its results are no longer needed."""

    def fault(self, action: str, **options: Any) -> Armed | None:
        """Return the fault with this action and these options; None if there is none."""
        return next((f for f in self.faults if f.fault.action == action and options.items() <= f.options.items()), None)

    @property
    def id(self) -> str:
        """Project id, ``jobID`` on the wire."""
        return self.order.project_id

    @property
    def media(self) -> Media:
        """``image``, ``video`` or ``audio``."""
        return self.order.model.media

    @property
    def ended(self) -> bool:
        """Whether it has ended, in any way."""
        return self.status in ENDED

    def payload(self) -> dict[str, Any]:
        """Return the project as recovery and ``/v1/projects`` describe it; times in milliseconds."""
        running, ended = self._worker_jobs()
        return {
            "id": self.id, "appId": self.app_id, "jobType": self.media,
            "model": {"id": self.order.model.id, "type": self.media},
            "imageCount": self.order.count, "stepCount": self.order.steps, "previewCount": self.order.previews,
            "status": self.status, "reason": self._reason(), "createTime": int(self.created * 1000),
            "updateTime": int(self.updated * 1000), "network": self.network, "tokenType": self.order.token,
            "clientRequestData": base64.b64encode(json.dumps(self.order.raw).encode()).decode(),
            "costEstimate": {"quote": self.order.price.payload(self.order.token)}, **self._charged(),
            "workerJobs": running, "completedWorkerJobs": ended,
        }  # fmt: skip

    @property
    def charge(self) -> Decimal:
        """The amount that was debited and not refunded, in the token of the order."""
        return self.order.cost - sum((job.refunded for job in self.jobs), Decimal(0))

    def _charged(self) -> dict[str, Any]:
        if not self.ended:
            return {}
        rate = USD_PER_SPARK if self.order.token == "spark" else USD_PER_SPARK / SOGNI_PER_SPARK  # noqa: S105
        return {"costActual": {"costInToken": plain(self.charge), "costInUSD": plain(self.charge * rate)}}

    def live_payload(self) -> dict[str, Any]:
        """Return the project as ``/v2/projects`` describes it."""
        running, ended = self._worker_jobs()
        status = _PUBLIC_STATUS.get(self.status, self.status)
        return {"id": self.id, "status": status, "finished": self.ended, "imageCount": self.order.count,
                "workerJobs": running, "completedWorkerJobs": ended}  # fmt: skip

    def _worker_jobs(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return (
            [job.payload() for job in self.jobs if not job.ended],
            [job.payload() for job in self.jobs if job.ended],
        )

    def _reason(self) -> str | None:
        if self.status == "errored":
            return next((job.reason for job in self.jobs if job.status == "jobError"), "serverError")
        return {"completed": "allJobsCompleted", "cancelled": "artistCanceled"}.get(self.status)


class Projects:
    """All projects of a server, by id."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all: dict[str, Project] = {}

    def __iter__(self) -> Iterator[Project]:
        return iter(list(self._all.values()))

    def add(self, project: Project) -> None:
        """Add a project."""
        self._all[project.id] = project

    def forget(self, project: Project) -> None:
        """Remove a project without a trace."""
        del self._all[project.id]

    def get(self, project_id: str, account: Account | None = None) -> Project | None:
        """Return a project; with an account, only if it belongs to that account."""
        project = self._all.get(project_id.upper())
        return None if project is None or account not in {None, project.account} else project

    def active(self, account: Account, app_id: str | None = None) -> list[Project]:
        """Return the running projects, of one app id or of all."""
        return [p for p in self if p.account is account and not p.ended and app_id in {None, p.app_id}]

    def unclaimed(self, account: Account, app_id: str, *, claim: bool) -> list[Project]:
        """Return the projects that ended unseen within the last hour; ``claim`` returns them for the last time."""
        since = self._clock() - UNCLAIMED_SECONDS
        found = [
            p for p in self
            if p.account is account and p.app_id == app_id and p.ended and not p.claimed and p.updated > since
        ]  # fmt: skip
        if claim:
            for project in found:
                project.claimed = True
        return found
