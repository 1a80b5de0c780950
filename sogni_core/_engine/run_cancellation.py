"""Cancel what a run of an ended process left on the network."""

from __future__ import annotations

from typing import Any, Protocol

from sogni_core._engine.networks import NetworkHandle, Networks
from sogni_core._engine.run_owner import require_owner
from sogni_core._journal.entries import Run, Step
from sogni_core._journal.journal import Journal
from sogni_core.errors import SogniError
from sogni_core.text import clean

OPEN = ("sending", "sent", "running", "unknown")
"""States of a step whose project may go on, and be charged."""

CANCEL_SECONDS = 25.0
"""How long the network's answer is waited for. protocol: it takes one cancel request of an account in 20 s."""


class CancelServices(Protocol):
    """What is needed of the engine."""

    networks: Networks

    @property
    def journal(self) -> Journal: ...


async def cancel_run(engine: CancelServices, run_id: str) -> list[dict[str, Any]]:
    """Ask the network to cancel the projects of a run that may go on; see :meth:`sogni_core.app.App.cancel`."""
    journal = engine.journal
    run = journal.run(run_id)
    steps = [step for step in run.steps if step.state in OPEN]
    if not steps:
        return [_said(step, step.state) for step in run.steps]
    run = journal.resume_run(run.id)
    try:
        # The projects belong to the app id that sent them.
        app_id = next((step.app_id for step in steps if step.app_id is not None), None)
        way = await engine.networks.open(run.network, app_id=app_id)
        require_owner(run, way)
        way.session.open()
        with way.explaining():
            answers = await way.session.cancel([step.project_id for step in steps], CANCEL_SECONDS)
        return [await _noted(journal, way, run, step, answers.get(step.project_id)) for step in run.steps]
    finally:
        journal.finish_run(run.id, run.state, error_code=run.error_code, warnings=run.warnings)


async def _noted(journal: Journal, way: NetworkHandle, run: Run, step: Step, answer: str | None) -> dict[str, Any]:
    """Note what the network said of a step. One that had ended is left as it is: ``resume`` fetches its outputs."""
    if answer is None:
        return _said(step, step.state)
    if answer == "cancelled":
        journal.mark_step(run.id, step.key, "partial" if step.artifacts else "cancelled")
        try:
            charged = await way.session.charged(step.project_id)
        except SogniError:
            charged = None
        if charged is not None:
            journal.ledger.confirm(step.project_id, charged.amount, usd=charged.usd, payment=charged.payment)
    elif answer in ("running", "unknown") and await _ended(way, step):
        answer = "ended"
    elif answer == "running":
        journal.mark_step(run.id, step.key, "running")
    return _said(step, answer)


async def _ended(way: NetworkHandle, step: Step) -> bool:
    """Whether a project is over: the network does not cancel one that is, and does not say why."""
    try:
        return await way.session.has_ended(step.project_id)
    except SogniError:
        return False


def _said(step: Step, state: str) -> dict[str, Any]:
    return {"projectId": step.project_id, "key": clean(step.key, 80), "state": state}
