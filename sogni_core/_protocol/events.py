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
    """The project waits; comes again whenever the position changes."""

    position: int | None
    """Place in the queue, from 1."""
    eta_seconds: float | None
    """Seconds until it starts."""
    no_workers: bool
    """No worker serves the model: nothing more comes until one appears."""


@frozen
class Assigned:
    """A worker took the project."""

    worker: str
    """Its name, cleaned."""


@frozen
class JobPreparing:
    """A worker gets ready for a job."""

    index: int
    job_id: str
    phase: str
    """``downloadingAssets``, ``loadingModel``, ``unloadingModel``; empty if it was not said."""


@frozen
class JobStarted:
    """A worker renders a job."""

    index: int
    job_id: str


@frozen
class JobProgress:
    """A job got further; emitted only if something changed."""

    index: int
    job_id: str
    fraction: float
    """0 to 1, never falling unless the job moves to another worker."""
    step: int
    steps: int
    """Both 0 until the worker says them, and for workers that only say a fraction."""
    eta: float | None
    """Seconds until this job is done."""


@frozen
class JobRetried:
    """A job moves to another worker; no failure."""

    index: int
    job_id: str
    """The id that is gone."""
    message: str
    """Why, cleaned; empty if it was not said."""


@frozen
class JobFinished:
    """A job came to its end on a worker; its file is there unless it is ``withheld`` or ``canceled``."""

    index: int
    job_id: str
    seed: int | None = None
    withheld: bool = False
    """The safety filter kept it: no file exists, do not ask for one."""
    labelled: bool = False
    """Delivered, and marked as sensitive."""
    uncertain: bool = False
    """The service said both; if no file is there, it was withheld."""
    result_url: str | None = field(default=None, repr=False)
    """Where the file is, if the result said so; otherwise the URL is asked for."""
    canceled: bool = False

    @property
    def delivered(self) -> bool:
        """Whether there is a file to ask for."""
        return not (self.withheld or self.canceled)


@frozen
class JobFailed:
    """A job failed; the others of its project go on."""

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
    """Every job ended and at least one did not fail; look at the jobs for what there is."""


@frozen
class ProjectFailed:
    """The project ended without success. Jobs that finished before stay finished."""

    code: int
    """The service's number, or 5000 to 5005 for a word."""
    word: str
    """The service's word, cleaned; empty if it gave a number."""
    message: str
    """The service's text, cleaned; may be empty."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Facts the service gave: ``requiredPlans``, ``consentRequired``, …; cleaned and bounded."""
    from_jobs: bool = False
    """True if the request was taken and all its jobs failed."""
    admitted: bool = True
    """False if the service said that it never took the request: nothing is charged, and it may be sent again."""

    @property
    def canceled(self) -> bool:
        """Whether it ended because somebody cancelled it."""
        return self.code == CANCELED_CODE


@frozen
class CancelConfirmed:
    """The service's answer to a cancel."""

    did_cancel: bool
    """False: it still runs."""
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
