"""Whether the account of this call may continue or cancel a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sogni_core.errors import AuthError, InputError

if TYPE_CHECKING:
    from sogni_core._engine.networks import NetworkHandle
    from sogni_core._journal.entries import Run


def require_owner(run: Run, way: NetworkHandle) -> None:
    """Raise InputError for a run whose network ended with its call, AuthError for one of another account."""
    if way.endpoint.ends_with_call:
        raise InputError(
            "INVALID_ARGUMENT",
            f"Run {run.id} was on {run.network}, which ended with its call; there is nothing to continue.",
            details={"runId": run.id},
        )
    if run.account is not None and run.account != way.account.name:
        raise AuthError(
            "MISSING_CREDENTIALS",
            f"Run {run.id} belongs to another account than the one that is logged in.",
            hint="Log in as the account that began it.",
            details={"runId": run.id},
        )
