"""Steps of an earlier process: what the journal already answers, and what has to be taken up again."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sogni_core import errors
from sogni_core._journal.entries import Step as StoredStep
from sogni_core.errors import ServiceError, SogniError
from sogni_core.plugin import ErrorCode
from sogni_core.result import Artifact, Outcome

ANSWERED = ("completed", "partial", "withheld")
"""States whose outcome is known for good."""

AGAIN = ("failed", "cancelled")
"""States in which resuming submits a new project for all outputs: the old one ended without any."""


def missing_of(kept: StoredStep) -> tuple[int, ...]:
    """Return the outputs that resuming a step buys: those it has not, if it has some; empty if it buys none or all.

    What the safety filter withheld is paid for and would be withheld again.
    """
    if kept.state != "partial" or kept.error_code == "SENSITIVE_CONTENT" or not kept.artifacts:
        return ()
    there = {artifact.index for artifact in kept.artifacts}
    return tuple(index for index in range(int(kept.project.get("count", 1))) if index not in there)


def was_accepted(kept: StoredStep) -> bool:
    """Whether the network certainly had a step's project: whatever it says later, it is not submitted again."""
    return kept.state in (*ANSWERED, "running") or bool(kept.artifacts)


def files_are_there(kept: StoredStep) -> bool:
    """Whether every output that was saved is still where it was saved."""
    return all(artifact.path is None or artifact.path.is_file() for artifact in kept.artifacts)


def kept_artifacts(kept: StoredStep, indices: Collection[int]) -> tuple[Artifact, ...]:
    """Return the outputs that a step has beside those that its project is to have now."""
    return tuple(
        artifact
        for artifact in kept.artifacts
        if artifact.index not in indices and (artifact.path is None or artifact.path.is_file())
    )


def begins_anew(kept: StoredStep) -> bool:
    """Whether resuming a step submits a new project, for all of its outputs or for the missing ones."""
    return kept.state in AGAIN or (bool(missing_of(kept)) and files_are_there(kept))


def answer(kept: StoredStep, codes: Mapping[str, ErrorCode]) -> Outcome | None:
    """Return a step's outcome if it is known and its files are still there; None if it has to be taken up."""
    if kept.state not in ANSWERED or begins_anew(kept) or not files_are_there(kept):
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
