"""Projects and jobs as the network knows them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(eq=False)
class MemoryJob:
    """One output of a project."""

    index: int
    id: str
    seed: int
    state: str = "queued"
    """``queued``, ``jobStarted``, ``jobCompleted`` or ``jobError``."""
    withheld: bool = False
    """Whether the safety filter withholds it: the job completes without a file."""
    reason: str = ""
    """Error of a failed job, as the protocol spells it; empty otherwise."""

    @property
    def ended(self) -> bool:
        """Whether it completed or failed."""
        return self.state in ("jobCompleted", "jobError")

    @property
    def has_file(self) -> bool:
        """Whether its output can be downloaded."""
        return self.state == "jobCompleted" and not self.withheld


@dataclass(eq=False)
class MemoryProject:
    """A project that arrived: what was requested, and its state."""

    number: int
    """Position in the order of arrival, from 0."""
    payload: Mapping[str, Any] = field(repr=False)
    """The ``jobRequest`` as it was sent."""
    app_id: str
    """App id of the connection that it arrived on."""
    assets: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Content of the uploaded files by slot: ``referenceImage``, ``contextImage1``, …"""
    state: str = "pending"
    """``pending``, ``progress``, ``completed``, ``errored`` or ``cancelled``."""
    jobs: list[MemoryJob] = field(init=False)
    """Its outputs, in order."""
    cancels: int = 0
    """Number of cancel requests for it."""
    seen: bool = False
    """Whether its client has been sent its end."""

    def __post_init__(self) -> None:
        first = int(self.frame.get("seed", 7))
        self.jobs = [
            MemoryJob(index, f"{self.id[:-4]}{self.number:02X}{index:02X}", (first + index) % 2**32)
            for index in range(int(self.payload.get("numberOfImages", 1)))
        ]

    @property
    def id(self) -> str:
        """Its project id."""
        return str(self.payload["jobID"])

    @property
    def frame(self) -> Mapping[str, Any]:
        """The key frame of the request: prompt, model, size, steps and the other parameters."""
        found: Mapping[str, Any] = self.payload["keyFrames"][0]
        return found

    @property
    def prompt(self) -> str:
        """The positive prompt."""
        return str(self.frame.get("positivePrompt", ""))

    @property
    def model(self) -> str:
        """Id of the model."""
        return str(self.frame["modelID"])

    @property
    def count(self) -> int:
        """Number of outputs requested."""
        return len(self.jobs)

    @property
    def format(self) -> str:
        """Format of the outputs: ``png``, ``jpg``, ``mp4``, …"""
        return str(self.payload.get("outputFormat", "png"))

    @property
    def token(self) -> str:
        """Token that pays for it, ``spark`` or ``sogni``."""
        return str(self.payload.get("tokenType", "sogni"))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels; 512 where the request does not say."""
        return int(self.frame.get("width", 512)), int(self.frame.get("height", 512))

    @property
    def ended(self) -> bool:
        """Whether it completed, failed or was cancelled."""
        return self.state in ("completed", "errored", "cancelled")

    def charge(self, price: Decimal) -> Decimal:
        """Return what it is charged: of its price, the part of its outputs."""
        return price * sum(job.state == "jobCompleted" for job in self.jobs) / self.count

    def record(self) -> dict[str, Any]:
        """Describe it as greetings and lookups do. protocol: section 6.2."""
        return {
            "id": self.id,
            "appId": self.app_id,
            "model": {"id": self.model},
            "imageCount": self.count,
            "status": self.state,
            "clientRequestData": base64.b64encode(json.dumps(dict(self.payload)).encode()).decode(),
            "workerJobs": [_recorded(job) for job in self.jobs if job.state == "jobStarted"],
            "completedWorkerJobs": [_recorded(job) for job in self.jobs if job.ended],
        }


def _recorded(job: MemoryJob) -> dict[str, Any]:
    return {
        "imgID": job.id,
        "jobIndex": job.index,
        "status": job.state,
        "reason": job.reason or job.state,
        "seedUsed": job.seed,
        "triggeredNSFWFilter": job.withheld,
    }
