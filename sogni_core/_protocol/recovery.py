"""A recovered project, replayed as the frames that would have said the same.

protocol: a recovered project comes in the greeting (``activeProjects``, ``unclaimedCompletedProjects``), and as the
answer to look-ups. Its ``workerJobs`` and ``completedWorkerJobs`` name a job by ``imgID`` (``id`` is something else).
A project's state machine that is given these frames emits the events that it has missed.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Collection, Mapping
from typing import Any

from sogni_core._protocol.failures import SENSITIVE
from sogni_core._protocol.frames import Frame, shallow
from sogni_core._protocol.greeting import project_id
from sogni_core._protocol.messages import CANCELED
from sogni_core._protocol.values import identity, integer, items, record, seed, text

# protocol: the words of greeting and sync, and those of /v2/projects
_COMPLETED = ("completed",)
_FAILED = ("errored", "failed")
_CANCELLED = ("cancelled", "canceled")

_MOST_JOBS = 4096
_LONGEST_REQUEST = 512 * 1024
"""Characters of a request that are still read."""

_JOB_RUNS = ("jobStarted", "jobProgress")
_JOB_COMPLETED = ("jobCompleted", *_COMPLETED)
_JOB_FAILED = ("jobError", *_FAILED)


def has_ended(recovered: object) -> bool:
    """Tell whether a recovered project has ended; its list of jobs is complete then."""
    told = record(recovered)
    return told.get("status") in (*_COMPLETED, *_FAILED, *_CANCELLED) or told.get("finished") is True


def accounts_for(recovered: object, count: int) -> bool:
    """Tell whether a recovered project has ended and, if it completed, lists all of its ``count`` jobs."""
    told = record(recovered)
    if told.get("status") not in _COMPLETED:
        return has_ended(told)
    return sum(job.get("status") in (*_JOB_COMPLETED, *_JOB_FAILED) for job in _jobs(told)) >= count


def is_completed(job: Mapping[str, Any]) -> bool:
    """Tell whether a job of a recovered project rendered its output."""
    return job.get("status") in _JOB_COMPLETED


def keep(recovered: object) -> dict[str, Any] | None:
    """Return what is worth storing of a recovered project, in a form for :func:`replay`; None if it has no id.

    The request, the workers and URLs, which expire, are left out; ids of jobs are in upper case.
    """
    told = record(recovered)
    name = project_id(told)
    if not name:
        return None
    kept: dict[str, Any] = {"id": name, "status": text(told.get("status"), 50)}
    if told.get("finished") is True:
        kept["finished"] = True
    reason = told.get("reason")
    if isinstance(reason, str):
        kept["reason"] = text(reason, 100)
    model = text(record(told.get("model")).get("id"), 200)
    if model:
        kept["model"] = {"id": model}
    kept["workerJobs"] = [_kept_job(job) for job in _jobs(told)[:_MOST_JOBS]]
    return kept


def request_of(recovered: object) -> dict[str, Any] | None:
    """Read the ``jobRequest`` of a recovered project; None if there is none that can be read."""
    told = record(recovered).get("clientRequestData")
    if not isinstance(told, str) or len(told) > _LONGEST_REQUEST:
        return None
    try:
        request = json.loads(binascii.a2b_base64(told).decode("utf-8"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) and shallow(request) else None


def replay(
    recovered: object,
    count: int,
    *,
    gone: Collection[str] = (),
    replaced: Collection[str] = (),
    failed: Collection[str] = (),
) -> list[Frame]:
    """Return the frames of a recovered project; ``count`` is how many jobs were requested.

    The list of jobs does not tell retries from failures; what is known already does: ``gone`` are ids that were taken
    from their job, ``replaced`` are ids whose job got a newer one, ``failed`` are ids under which a job failed. A
    failed job of a project that still runs is left out: the service may be moving it to another worker.
    """
    told = record(recovered)
    project = {"jobID": project_id(told)}
    ended = has_ended(told)
    jobs = [job for job in _jobs(told) if identity(job.get("imgID")) not in gone or not _failed(job)]
    failures = [job for job in jobs if _failed(job) and identity(job.get("imgID")) not in failed] if ended else []
    # If there are more ids than jobs, other workers tried the first failures again.
    retried = [job for job in failures if identity(job.get("imgID")) in replaced]
    failures = [job for job in failures if job not in retried]
    more = max(len(jobs) - len(retried) - count, 0)
    retried += failures[:more]
    frames = [Frame("jobRetry", project | _named(job)) for job in retried]
    for job in jobs:
        if job.get("reason") == SENSITIVE:
            frames.append(Frame("jobError", project | _named(job) | {"error": SENSITIVE}))
        elif is_completed(job):
            frames.append(Frame("jobResult", project | _named(job) | _result(job)))
        elif job.get("status") in _JOB_RUNS and not ended:
            frames.append(Frame("jobState", project | _named(job) | {"type": "jobStarted"}))
    frames += [
        Frame("jobError", project | _named(job) | {"error": job.get("reason"), "isFromWorker": True})
        for job in failures[more:]
    ]
    return [*frames, _last(told, project)] if ended else frames


def _jobs(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the jobs, each id once; if one is listed as running and as completed, it has completed."""
    listed = [record(job) for name in ("workerJobs", "completedWorkerJobs") for job in items(told.get(name))]
    by_id = {job_id: job for job in listed if (job_id := identity(job.get("imgID")))}
    return list(by_id.values())


def _kept_job(job: Mapping[str, Any]) -> dict[str, Any]:
    kept = _named(job) | {"status": text(job.get("status"), 50), "reason": text(job.get("reason"), 100)}
    if (used := seed(job.get("seedUsed"))) is not None:
        kept["seedUsed"] = used
    return kept | {name: True for name in ("triggeredNSFWFilter", "nsfwDetected") if job.get(name) is True}


def _failed(job: Mapping[str, Any]) -> bool:
    return job.get("status") in _JOB_FAILED and job.get("reason") != SENSITIVE


def _named(job: Mapping[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {"imgID": identity(job.get("imgID"))}
    index = integer(job.get("jobIndex"))
    return named if index is None else named | {"jobIndex": index}


def _result(job: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: job.get(name) for name in ("triggeredNSFWFilter", "nsfwDetected", "resultUrl")}
    return kept | {"lastSeed": job.get("seedUsed"), "userCanceled": job.get("reason") == CANCELED}


def _last(told: Mapping[str, Any], project: dict[str, Any]) -> Frame:
    status = told.get("status")
    if status in _CANCELLED:
        return Frame("jobError", project | {"error": CANCELED})
    if status in _FAILED:
        return Frame("jobError", project | {"error": told.get("reason")})
    return Frame("jobState", project | {"type": "jobCompleted"})
