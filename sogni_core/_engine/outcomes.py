"""Steps of an earlier process: what the journal already answers, and what has to be taken up again."""

from __future__ import annotations

from collections.abc import Mapping

from sogni_core import errors
from sogni_core._journal.entries import Step as StoredStep
from sogni_core.errors import ServiceError, SogniError
from sogni_core.plugin import ErrorCode
from sogni_core.result import Outcome

ANSWERED = ("completed", "partial", "withheld")
"""States whose outcome is known for good."""

AGAIN = ("failed", "cancelled")
"""States in which resuming submits a new project: the old one ended without an output."""


def answer(kept: StoredStep, codes: Mapping[str, ErrorCode]) -> Outcome | None:
    """Return a step's outcome if it is known and its files are still there; None if it has to be taken up."""
    if kept.state not in ANSWERED:
        return None
    for artifact in kept.artifacts:
        if artifact.path is not None and not artifact.path.is_file():
            return None
    return Outcome(
        kept.key,
        kept.project_id,
        kept.state,  # type: ignore[arg-type]
        kept.artifacts,
        _error(kept, codes),
    )


def may_be_paid(kept: StoredStep, codes: Mapping[str, ErrorCode]) -> bool:
    """Whether something of a step of an earlier process may have been paid for, or may yet be."""
    code = codes.get(kept.error_code or "")
    if kept.state in AGAIN and code is not None:
        return code.may_charge_again
    return kept.state != "prepared"


def _error(kept: StoredStep, codes: Mapping[str, ErrorCode]) -> SogniError | None:
    # A step that was completed in the end may have failed before: the journal keeps that.
    if not kept.error_code or kept.state == "completed":
        return None
    details = {"projectId": kept.project_id}
    code = codes.get(kept.error_code)
    if code is None:  # of a plugin that is not installed any more
        message = kept.error_message or "The project failed."
        return ServiceError("PROJECT_ERROR", message, details={**details, "errorCode": kept.error_code})
    kind: type[SogniError] = getattr(errors, code.kind)
    return kind(code, kept.error_message or code.meaning, details=details)
