"""A project as the network knows it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """Whether the safety filter keeps it: it completes, and there is no file."""
    reason: str = ""
    """Word of the error, if there was one."""

    @property
    def ended(self) -> bool:
        """Whether it completed or failed."""
        return self.state in ("jobCompleted", "jobError")


@dataclass(eq=False)
class MemoryProject:
    """A project that the network took or refused: what was asked for, and what became of it."""

    number: int
    """Place in the order of arrival, from 0."""
    payload: Mapping[str, Any] = field(repr=False)
    """The ``jobRequest`` as it was sent."""
    app_id: str
    """App id of the connection it came on."""
    assets: dict[str, bytes] = field(default_factory=dict, repr=False)
    """What was uploaded for it, slot to content: ``referenceImage``, ``contextImage1``, …"""
    state: str = "pending"
    """``pending``, ``progress``, ``completed``, ``errored`` or ``cancelled``."""
    jobs: list[MemoryJob] = field(init=False)
    """Its outputs, by index."""
    cancels: int = 0
    """How often it was asked to be cancelled."""
    told: bool = False
    """Whether its end was told to somebody who was connected."""

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
        """The key frame of the request: prompt, model, size, steps and what else a model takes."""
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
        """How many outputs were asked for."""
        return len(self.jobs)

    @property
    def format(self) -> str:
        """Format of the outputs: ``png``, ``jpg``, ``mp4``, …"""
        return str(self.payload.get("outputFormat", "png"))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels; 512 where they are not said."""
        return int(self.frame.get("width", 512)), int(self.frame.get("height", 512))

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("completed", "errored", "cancelled")

    def record(self) -> dict[str, Any]:
        """Describe it as a greeting and the look-ups do. protocol: section 6.2."""
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
