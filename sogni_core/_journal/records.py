"""What the journal gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from sogni_core.result import Artifact

StepState = Literal[
    "prepared", "sending", "sent", "completed", "partial", "failed", "withheld", "cancelled", "running", "unknown"
]
"""``prepared``: nothing was sent. ``sending``: the request may have left this machine. ``sent``: it has.
The others are how it ended, as in an Outcome; ``running`` and ``unknown`` may go on and be charged."""

STEP_STATES: frozenset[str] = frozenset(get_args(StepState))

RUNNING = "running"
"""State of a run that has not ended and whose process lives."""

INTERRUPTED = "interrupted"
"""State of a run that has not ended and whose process is gone."""


@dataclass(frozen=True)
class Step:
    """One project of a run."""

    key: str
    """Name, unique in its run."""
    project_id: str
    """Id on the wire, made before anything was sent."""
    project: Mapping[str, Any]
    """What was to be submitted."""
    state: str
    began: datetime
    changed: datetime
    """When ``state`` was last noted."""
    app_id: str | None = None
    """App id of the connection that it was sent on; only that one can take it over."""
    output: Path | None = None
    """Where its outputs were to go."""
    error_code: str | None = None
    error_message: str | None = None
    cost: Mapping[str, Any] | None = None
    """What the network named, ``{"token": "spark", "amount": 1.5, "usd": 0.01}``; None if it did not."""
    artifacts: tuple[Artifact, ...] = ()
    """What was received, by job index."""


@dataclass(frozen=True)
class Run:
    """One execution of a workflow."""

    id: str
    mode: str
    workflow: str
    network: str
    account: str | None
    state: str
    """``running``, ``interrupted``, or what it was finished with."""
    began: datetime
    request: Mapping[str, Any] = field(repr=False)
    """The resolved request."""
    random_seed: int = 0
    """Seed of the run's randomness."""
    ended: datetime | None = None
    error_code: str | None = None
    warnings: tuple[str, ...] = ()
    pid: int = 0
    """Process that ran it."""
    steps: tuple[Step, ...] = ()
    """In the order in which they began."""

    def step(self, key: str) -> Step | None:
        """Return one step, None if there is none of that name."""
        return next((step for step in self.steps if step.key == key), None)
