"""Errors of the wire: read, and turned into errors of :mod:`sogni_core.errors`.

protocol: a ``jobError`` without ``imgID`` fails the project, one with ``imgID`` a job. ``error`` is a number, a
number as text, or a word; words have the numbers 5001 to 5005, any other word is 5000 and keeps the word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sogni_core._protocol.events import CANCELED_CODE, JobFailed, ProjectFailed
from sogni_core._protocol.values import integer, record, text
from sogni_core.errors import MoneyError, ServiceError, SogniError
from sogni_core.frozen import frozen
from sogni_core.text import clean

UNKNOWN_CODE = 5000
NOT_ADMITTED_CODE = 1001
"""protocol: the request reached a stopping server, which neither took nor charged it; it may be sent again, once."""
SENSITIVE = "sensitiveContent"
"""protocol: the word of a recovered job that was withheld."""

WORDS: Mapping[str, int] = {
    "serverRestarting": 5001,
    "workerDisconnected": 5002,
    "jobTimedOut": 5003,
    "artistCanceled": CANCELED_CODE,
    "workerCancelled": 5005,
}

_WORKER_TEXTS = {
    5001: "The service restarted while the work was going on.",
    5002: "The worker was disconnected.",
    5003: "The worker did not finish in time.",
    5005: "The worker cancelled the work.",
}

_PLAN = "PLAN_REQUIRED"
_NUMBERS: Mapping[int, tuple[str, str, str | None]] = {
    # seen in public applications, not in the SDK: 4024, 4063, 4082; official documentation: 4078 to 4081
    4024: ("INSUFFICIENT_BALANCE", "Insufficient funds.", None),
    4063: (_PLAN, "This model needs Premium Spark.", "Buy Spark at https://app.sogni.ai/, or choose another model."),
    4078: (_PLAN, "The subscription does not cover this request.", None),
    4079: ("RATE_LIMITED", "The subscription's queue is full.", None),
    4080: (_PLAN, "The subscription's payment is overdue.", "Pay it at https://app.sogni.ai/, then try again."),
    4081: (_PLAN, "The subscription's plan is too small for this request.", None),
    4082: (
        "PROJECT_ERROR",
        "This model needs the safety filter to be off.",
        "Add --no-filter if that is right for you.",
    ),
    4103: ("PROJECT_ERROR", "This model needs your consent first.", "Give it at https://app.sogni.ai/."),
    4104: ("PROJECT_ERROR", "This model is not available on this network yet.", "Choose another model with -m."),
}

_DETAILS = ("requiredPlans", "feature", "limitation", "consentRequired", "vendorFailureCategory", "fairUse")


@frozen
class Refusal:
    """The content of a ``jobError``."""

    code: int
    word: str
    """Cleaned; empty if a number was given."""
    message: str
    """Cleaned; may be empty."""
    details: Mapping[str, Any]


def read(payload: Mapping[str, Any]) -> Refusal:
    """Read ``jobError``, or ``jobRetry``, which gives its reason in the same fields."""
    said = payload.get("error")
    number = integer(said)
    word = text(said, 100) if number is None else ""
    details = {name: value for name in _DETAILS if (value := _fact(payload.get(name))) is not None}
    if payload.get("subscriptionLimit") is True:
        details["subscriptionLimit"] = True
    return Refusal(
        code=WORDS.get(word, UNKNOWN_CODE) if number is None or abs(number) >= 2**31 else number,
        word=word,
        message=text(payload.get("error_message")),
        details=details,
    )


def project_error(event: ProjectFailed, *, project_id: str = "") -> SogniError:
    """Make the error of a project that failed."""
    return _error(
        event.code,
        event.word,
        event.message,
        otherwise="JOB_FAILED" if event.from_jobs else "PROJECT_ERROR",
        admitted=event.admitted,
        details=dict(event.details) | ({"projectId": project_id} if project_id else {}),
    )


def job_error(event: JobFailed, *, project_id: str = "") -> SogniError:
    """Make the error of one job that failed."""
    details = dict(event.details) | {"index": event.index, "fromWorker": event.from_worker}
    return _error(
        event.code,
        event.word,
        event.message,
        otherwise="JOB_FAILED",
        admitted=True,
        details=details | ({"projectId": project_id} if project_id else {}),
    )


def withheld_error(count: int, *, project_id: str = "") -> SogniError:
    """Make the error of a project of which the safety filter withheld every output; there are ``count``."""
    what = "The output was" if count == 1 else f"All {count} outputs were"
    details: dict[str, Any] = {"withheld": count}
    if project_id:
        details["projectId"] = project_id
    return ServiceError("SENSITIVE_CONTENT", f"{what} withheld by the safety filter.", details=details)


def _error(
    code: int, word: str, message: str, *, otherwise: str, admitted: bool, details: dict[str, Any]
) -> SogniError:
    details |= {"serviceCode": code} | ({"serviceWord": word} if word else {})
    low = message.lower()
    if code == 4024 or ("insufficient" in low and ("fund" in low or "balance" in low)):
        return MoneyError("INSUFFICIENT_BALANCE", message or _NUMBERS[4024][1], details=details)
    if code == NOT_ADMITTED_CODE and not admitted:
        said = "The service is restarting and did not accept the request; nothing was charged."
        return ServiceError("SERVICE_ERROR", said, details=details)
    if word == SENSITIVE:
        return ServiceError("SENSITIVE_CONTENT", message or "Sensitive content was detected.", details=details)
    if code == CANCELED_CODE:
        return ServiceError("CANCELLED", "The request was cancelled.", details=details)
    if code in _NUMBERS or details.get("subscriptionLimit"):
        registered, said, hint = _NUMBERS.get(code, _NUMBERS[4078])
        made = MoneyError if registered == _PLAN else ServiceError
        return made(registered, message or said, hint=_plans(details) or hint, details=details)
    if code in _WORKER_TEXTS or word == "genfailure":
        said = message if message not in ("", word) else _WORKER_TEXTS.get(code, "The worker failed to render.")
        return ServiceError("JOB_FAILED", said, details=details)
    return ServiceError(otherwise, message or f"The service gave the reason: {word or code}.", details=details)


def _plans(details: Mapping[str, Any]) -> str | None:
    plans = details.get("requiredPlans")
    names = [plan for plan in plans if isinstance(plan, str)] if isinstance(plans, list) else []
    return f"It needs one of these plans: {', '.join(names)}. See https://app.sogni.ai/." if names else None


def _fact(value: object, *, nested: bool = True) -> Any:
    """Return a value of the server in bounded form: a scalar, or one level of lists and objects of scalars."""
    if isinstance(value, str):
        return clean(value, 200)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 2**53 else None
    if not nested or value is None:
        return None
    if isinstance(value, list):
        return [kept for inner in value[:16] if (kept := _fact(inner, nested=False)) is not None]
    pairs = list(record(value).items())[:16]
    return {clean(name, 50): kept for name, inner in pairs if (kept := _fact(inner, nested=False)) is not None}
