"""Reading of ``jobResult``, ``jobProgress`` and ``jobETA``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sogni_core._protocol import values
from sogni_core._protocol.events import JobFinished, JobProgress
from sogni_core._protocol.jobs import Job

_URLS = ("resultUrl", "videoUrl", "videoFile")
"""protocol: the field of today and the two older ones; absent for the network's own workers."""


def finished(payload: Mapping[str, Any], job: Job, job_id: str, *, safety_filter: bool) -> JobFinished:
    """Read ``jobResult``.

    ==============================  ==============================================================
    only ``triggeredNSFWFilter``    withheld: there is no file; but if the request had the filter
                                    off, the service's own client asks for a file anyway
    only ``nsfwDetected``           delivered and labelled
    both                            labelled, and perhaps there is no file
    ==============================  ==============================================================
    """
    triggered = payload.get("triggeredNSFWFilter") is True
    detected = payload.get("nsfwDetected") is True
    withheld = is_withheld(payload, safety_filter=safety_filter)
    canceled = payload.get("userCanceled") is True
    url = next((url for name in _URLS if (url := values.url(payload.get(name))) is not None), None)
    return JobFinished(
        index=job.place,
        job_id=job_id,
        seed=values.seed(payload.get("lastSeed")),
        withheld=withheld,
        labelled=(triggered or detected) and not withheld,
        uncertain=triggered and not withheld,
        result_url=None if withheld or canceled else url,
        canceled=canceled,
    )


def is_withheld(told: Mapping[str, Any], *, safety_filter: bool) -> bool:
    """Tell whether the filter kept a result, by ``jobResult`` or by the job of a recovered project.

    ``safety_filter``: whether the request asked for the filter.
    """
    return safety_filter and told.get("triggeredNSFWFilter") is True and told.get("nsfwDetected") is not True


def progressed(payload: Mapping[str, Any], job: Job, job_id: str) -> JobProgress:
    """Apply ``jobProgress`` or ``jobETA`` to the job, and return its progress.

    protocol: steps are a running maximum, since frames can come out of order. Some workers send ``progress`` instead: a
    value from 0 to 1 is a fraction, a larger one a percentage, and it takes precedence over steps.
    """
    job.render(job_id)
    job.step = max(job.step, values.count(payload.get("step")) or 0)
    job.steps = max(job.steps, values.count(payload.get("stepCount")) or 0)
    share = values.positive(payload.get("progress"))
    if share is not None:
        job.share = max(job.share or 0.0, min(share if share <= 1 else share / 100, 1.0))
    eta = values.positive(payload.get("etaSeconds"))
    if eta is not None:
        job.eta = eta
    return JobProgress(
        index=job.place,
        job_id=job_id,
        fraction=job.fraction,
        step=min(job.step, job.steps) if job.steps else job.step,
        steps=job.steps,
        eta=job.eta,
    )
