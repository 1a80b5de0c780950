"""Steps of an earlier process: what the journal already answers, and what has to be taken up again."""

from __future__ import annotations

from sogni_core import errors
from sogni_core._journal.entries import Step as StoredStep
from sogni_core.errors import CODES, SogniError
from sogni_core.result import Outcome

ANSWERED = ("completed", "partial", "withheld")
"""States whose outcome is known for good."""

AGAIN = ("failed", "cancelled")
"""States in which resuming submits a new project: the old one ended without an output."""


def answer(kept: StoredStep) -> Outcome | None:
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
        _error(kept),
    )


def may_be_paid(kept: StoredStep) -> bool:
    """Whether something of a step of an earlier process may have been paid for, or may yet be."""
    code = CODES.get(kept.error_code or "")
    if kept.state in AGAIN and code is not None:
        return code.may_charge_again
    return kept.state != "prepared"


def _error(kept: StoredStep) -> SogniError | None:
    code = CODES.get(kept.error_code or "")
    if code is None:
        return None
    kind: type[SogniError] = getattr(errors, code.kind)
    return kind(code.name, kept.error_message or code.meaning, details={"projectId": kept.project_id})
