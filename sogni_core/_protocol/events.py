"""What happened to a project, as values. ``index`` is the job's place among those of its project, from 0.

The order of a job's events is: ``JobPreparing``, ``JobStarted``, ``JobProgress``…, and one of ``JobFinished`` or
``JobFailed``. A job that moves to another worker (``JobRetried``) goes through them again, under another
``job_id`` and the same ``index``; the last event about an index is the one that counts.
A project ends with exactly one of ``ProjectCompleted`` and ``ProjectFailed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from sogni_core.frozen import frozen

CANCELED_CODE = 5004
"""protocol: the number for ``artistCanceled``."""


@frozen
class Queued:
    """The project is in the queue; repeated whenever the position changes."""

    position: int | None
    """Place in the queue, from 1."""
    eta_seconds: float | None
    """Seconds until it is expected to start."""
    no_workers: bool
    """Whether no worker serves the model, so that nothing happens until one appears."""


@frozen
class Assigned:
    """A worker took the project."""

    worker: str
    """Its name, cleaned."""


@frozen
class JobPreparing:
    """A worker prepares a job."""

    index: int
    job_id: str
    phase: str
    """``downloadingAssets``, ``loadingModel``, ``unloadingModel``; empty if unknown."""


@frozen
class JobStarted:
    """A worker began to render a job."""

    index: int
    job_id: str


@frozen
class JobProgress:
    """A job made progress; emitted only if something changed."""

    index: int
    job_id: str
    fraction: float
    """0 to 1; falls only if the job moves to another worker."""
    step: int
    steps: int
    """Both are 0 until the worker sends them, and for workers that only send a fraction."""
    eta: float | None
    """Seconds until this job is expected to end."""


@frozen
class JobRetried:
    """A job moves to another worker; this is not a failure."""

    index: int
    job_id: str
    """The id that is no longer valid."""
    message: str
    """The reason, cleaned; empty if unknown."""


@frozen
class JobFinished:
    """A job ended on a worker; there is a file unless it is ``withheld`` or ``canceled``."""

    index: int
    job_id: str
    seed: int | None = None
    withheld: bool = False
    """The safety filter withheld the output: there is no file."""
    labelled: bool = False
    """The output was delivered and marked as sensitive."""
    uncertain: bool = False
    """The service's flags contradict each other: if there is no file, the output was withheld."""
    result_url: str | None = field(default=None, repr=False)
    """URL of the file, if the result contained it; otherwise it has to be asked for."""
    canceled: bool = False

    @property
    def delivered(self) -> bool:
        """Whether there is a file to ask for."""
        return not (self.withheld or self.canceled)


@frozen
class JobFailed:
    """A job failed; the other jobs of its project continue."""

    index: int
    job_id: str
    """Empty if no worker ever named it."""
    code: int
    """The service's number, or 5000 to 5005 for a word."""
    word: str
    """The service's word, cleaned; empty if it gave a number."""
    message: str
    """The service's text, cleaned; may be empty."""
    from_worker: bool
    details: Mapping[str, Any] = field(default_factory=dict)
    """Facts the service gave, as for :class:`ProjectFailed`."""


@frozen
class ProjectCompleted:
    """Every job ended, and at least one did not fail; the events of the jobs say which."""


@frozen
class ProjectFailed:
    """The project failed. Jobs that finished before stay finished."""

    code: int
    """The service's number, or 5000 to 5005 for a word."""
    word: str
    """The service's word, cleaned; empty if it gave a number."""
    message: str
    """The service's text, cleaned; may be empty."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Facts the service gave: ``requiredPlans``, ``consentRequired``, …; cleaned and bounded."""
    from_jobs: bool = False
    """Whether the request was accepted and all of its jobs failed."""
    admitted: bool = True
    """False if the service said that it did not accept the request: nothing is charged, and it may be sent again."""

    @property
    def canceled(self) -> bool:
        """Whether it ended because somebody cancelled it."""
        return self.code == CANCELED_CODE


@frozen
class CancelConfirmed:
    """The service's answer to a cancel request."""

    did_cancel: bool
    """False if the project still runs."""
    message: str
    """The service's text, cleaned; may be empty."""


Event = (
    Queued
    | Assigned
    | JobPreparing
    | JobStarted
    | JobProgress
    | JobRetried
    | JobFinished
    | JobFailed
    | ProjectCompleted
    | ProjectFailed
    | CancelConfirmed
)
