"""What is known of earlier runs: each run, its steps, and projects that a network named and no run here submitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sogni_core.frozen import frozen
from sogni_core.result import Artifact

StepState = Literal[
    "prepared", "sending", "sent", "completed", "partial", "failed", "withheld", "cancelled", "running", "unknown"
]
"""``prepared``: nothing was sent. ``sending``: the request may have left this machine. ``sent``: it has.
The others are how it ended, as in an Outcome; ``running`` and ``unknown`` may go on and be charged."""


@frozen
class Attempt:
    """An earlier project of a step, which ended without all of its outputs."""

    project_id: str
    """Id on the wire; a charge of the network names it."""
    state: StepState
    jobs: int
    """How many outputs it was to have."""
    outputs: int
    """How many it had; they belong to the step."""
    ended: datetime
    """When another project took its place, UTC."""
    error_code: str | None = None
    error_message: str | None = None
    cost: Mapping[str, Any] | None = None
    """The network's price of all its outputs, ``{"token": "spark", "amount": 1.5, "usd": 0.01}``; None if unknown."""


@frozen
class Step:
    """One project of a run, and those that it had before."""

    key: str
    """Name, unique in its run."""
    project_id: str
    """Id on the wire, made before anything was sent."""
    project: Mapping[str, Any] = field(repr=False)
    """The project, its fields in JSON types; ``type`` is the name of its class. ``asked``, if observers changed some of
    them, has the values of the workflow."""
    state: StepState
    began: datetime
    """UTC."""
    changed: datetime
    """When ``state`` was last noted, UTC."""
    output: Path | None = None
    """Where its first output was to be saved; None if it was to stay on the network."""
    error_code: str | None = None
    error_message: str | None = None
    cost: Mapping[str, Any] | None = None
    """What it costs, ``{"token": "spark", "amount": 1.5, "usd": 0.01, "charged": 1.5, "source": "quote"}``: the price
    that the network named, and what was charged with where that comes from (:data:`sogni_core.costs.Source`), each only
    if it is known; None if nothing is."""
    artifacts: tuple[Artifact, ...] = ()
    """What was received, by index."""
    attempts: tuple[Attempt, ...] = ()
    """Its earlier projects, the first one first."""


@frozen
class Run:
    """One execution of a workflow."""

    id: str
    """Time (UTC) and four letters, ``20261123-101530-k3f9``; for ``App.resume`` and ``App.find_run``."""
    mode: str
    """Name of the mode."""
    workflow: str
    """Name of the workflow within the mode."""
    network: str
    account: str | None
    """Name of the account that began it; None if it had none."""
    state: str
    """``running``, ``interrupted``, ``completed``, ``partial`` or ``failed``."""
    began: datetime
    """UTC."""
    options: Mapping[str, Any] = field(repr=False)
    """The options of its request by the names of the fields, in JSON types; secrets are never kept."""
    ended: datetime | None = None
    """UTC; None if it has not ended."""
    error_code: str | None = None
    warnings: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    """In the order in which they began."""
    profile: str = ""
    """Name of the profile that paid; empty without one."""
    labels: tuple[str, ...] = ()
    idempotency_key: str = ""
    """Key of the call; empty without one."""

    def step(self, key: str) -> Step | None:
        """Return one step, None if there is none of that name."""
        return next((step for step in self.steps if step.key == key), None)


@frozen
class FoundJob:
    """One job of a project that a network named."""

    job_id: str
    status: str
    """As the service said it, cleaned: ``jobCompleted``, ``jobError``, …"""
    seed: int | None
    withheld: bool
    """The safety filter kept it: there is no file to ask for."""
    completed: bool = False
    """Whether it rendered its output."""


@frozen
class FoundProject:
    """A project that a network named and that no run here submitted."""

    project_id: str
    endpoint: str
    """Socket host of the network, ``wss://…``."""
    account: str
    """Name of the account that it belongs to."""
    status: str
    """As the service said it, cleaned: ``completed``, ``active``, …; empty if it did not."""
    ended: bool
    model: str
    """Id of its model; empty if the service did not say it."""
    prompt: str
    """Cleaned; empty if the service did not say it."""
    jobs: tuple[FoundJob, ...]
    request: Mapping[str, Any] | None = field(repr=False)
    """The ``jobRequest`` that began it; None if that was not said, or does not read."""
    first: datetime
    """When the network named it first, UTC."""
    last: datetime
    """When the network named it last, UTC."""

    @property
    def outputs(self) -> int:
        """How many outputs can be asked for; the network keeps each for 24 hours after it was rendered."""
        return sum(job.completed and not job.withheld for job in self.jobs)
