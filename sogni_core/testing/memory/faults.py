"""What goes wrong, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REFUSALS = {
    "insufficient funds": (4024, "Debit Error: Insufficient funds"),
    "premium required": (4063, "Premium Spark required"),
    "not subscribed": (4078, "The subscription does not cover this job"),
    "queue full": (4079, "The subscription's queue is full"),
    "plan too small": (4081, "The plan is too small"),
    "filter required off": (4082, "The Sensitive Content Filter must be disabled to use this model"),
    "consent required": (4103, "Accept the terms of this model first"),
    "model unavailable": (4104, "This model is not available on this network"),
}
"""Reason for a refusal to the error number and the text that are sent. protocol: section 8."""


@dataclass(eq=False)
class Fault:
    """One thing that goes wrong."""

    kind: str
    project: int | None = None
    """Number of the project, from 0 in the order of arrival; None for every project."""
    job: int | None = None
    """Number of the job within its project, from 0; None for every job."""
    times: int | None = None
    """How often it will still happen; None for every time."""
    value: Any = None


class Faults:
    """The faults of a network."""

    def __init__(self) -> None:
        self._set: list[Fault] = []

    def add(self, kind: str, value: Any = None, **where: int | None) -> None:
        """Add a fault."""
        self._set.append(Fault(kind, value=value, **where))

    def clear(self) -> None:
        """Remove all faults."""
        self._set.clear()

    def strike(self, kind: str, project: int | None = None, job: int | None = None) -> Fault | None:
        """Return the fault that happens here now, and count it; None if nothing goes wrong."""
        for fault in self._set:
            here = fault.project in (None, project) and fault.job in (None, job)
            if fault.kind == kind and here and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
