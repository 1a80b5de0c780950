"""The records that the journal returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from sogni_core.frozen import frozen
from sogni_core.history import FoundJob, StepState
from sogni_core.result import Artifact

STEP_STATES: frozenset[str] = frozenset(get_args(StepState))

RUNNING = "running"
"""State of a run that has not ended and whose process is running."""

INTERRUPTED = "interrupted"
"""State of a run that has not ended and whose process has died."""


@frozen
class Attempt:
    """An earlier project of a step, which ended without all of its outputs."""

    project_id: str
    state: str
    jobs: int
    """How many outputs it was to have."""
    outputs: int
    """How many it had."""
    ended: datetime
    """When another one took its place."""
    app_id: str | None = None
    writes: int = 0
    error_code: str | None = None
    error_message: str | None = None
    cost: Mapping[str, Any] | None = None
    """The network's price of all its outputs."""


@frozen
class Step:
    """One project of a run, and those that it had before."""

    key: str
    """Name; unique in its run."""
    project_id: str
    """Id on the wire, made before anything was sent."""
    project: Mapping[str, Any]
    """The project to submit, as JSON."""
    state: str
    began: datetime
    changed: datetime
    """When ``state`` was last written."""
    app_id: str | None = None
    """App id of the connection that it was sent on; only a connection with this app id can take it over."""
    output: Path | None = None
    """Where its outputs belong."""
    error_code: str | None = None
    error_message: str | None = None
    cost: Mapping[str, Any] | None = None
    """The network's price of the project, ``{"token": "spark", "amount": 1.5, "usd": 0.01}``; None if it gave none."""
    artifacts: tuple[Artifact, ...] = ()
    """The outputs that were received, by job index."""
    writes: int = 0
    """How often its request may have been written: 0 while ``prepared``, at most 2, however often it is resumed."""
    found: Mapping[str, Any] | None = None
    """What the network said of it without being asked, in the form for ``Session.attach``; None if nothing."""
    indices: tuple[int, ...] | None = None
    """The outputs that this project is to have, of those of the step; None for all."""
    attempts: tuple[Attempt, ...] = ()
    """Its earlier projects, the first one first."""


@frozen
class FoundProject:
    """A project that a network named and that no step of this journal knows."""

    project_id: str
    endpoint: str
    """Socket host of the network, ``wss://…``."""
    account: str
    """Name of the account that it belongs to."""
    app_id: str
    status: str
    """As the service said it, cleaned: ``completed``, ``active``, …; empty if it did not."""
    ended: bool
    model: str
    """Id of its model; empty if the service did not say it."""
    prompt: str
    """Cleaned; empty if the service did not say it."""
    jobs: tuple[FoundJob, ...]
    project: Mapping[str, Any] = field(repr=False)
    """What the service said, in the form for ``Session.attach``; results can be asked for with it for 24 hours."""
    request: Mapping[str, Any] | None = field(repr=False)
    """Its ``jobRequest``; None if the service did not send one that can be read."""
    first: datetime
    """When the network named it first, UTC."""
    last: datetime
    """When the network named it last, UTC."""


@frozen
class Run:
    """One execution of a workflow."""

    id: str
    mode: str
    workflow: str
    network: str
    account: str | None
    state: str
    """``running``, ``interrupted``, or the state that it ended with."""
    began: datetime
    request: Mapping[str, Any] = field(repr=False)
    """The resolved request."""
    random_seed: int = 0
    """Seed of the run's randomness."""
    ended: datetime | None = None
    error_code: str | None = None
    warnings: tuple[Any, ...] = ()
    """In JSON types, as they were given."""
    pid: int = 0
    """Id of the process that ran it."""
    owner: str = ""
    """Name of the file that this process holds while it lives."""
    steps: tuple[Step, ...] = ()
    """In the order in which they began."""
    profile: str = ""
    labels: tuple[str, ...] = ()
    idempotency_key: str = ""
    digest: str = ""
    """Of what the caller asked for; empty for runs of earlier versions."""

    def step(self, key: str) -> Step | None:
        """Return the step with this key; None if there is none."""
        return next((step for step in self.steps if step.key == key), None)
