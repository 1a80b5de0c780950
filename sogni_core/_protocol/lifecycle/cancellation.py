"""The transitions of a cancel request: asked in bounded time, and answered with no more than is known."""

from __future__ import annotations

from dataclasses import replace

from sogni_core._protocol.lifecycle import inputs, lookups, outputs
from sogni_core._protocol.lifecycle.evidence import NotAdmitted
from sogni_core._protocol.lifecycle.life import Ended, Life, Lost, TurnedAway, Unwanted, Writing
from sogni_core._protocol.lifecycle.lookups import Step, stay
from sogni_core.errors import ServiceError, SogniError


def asked(life: Life, given: inputs.CancelAsked, now: float) -> Step:
    """Begin to cancel: from now on nothing is written again."""
    if isinstance(life.phase, Ended):
        return life, (outputs.TellCancel("cancelled" if life.canceled else "ended"),)
    if not life.sent:
        # The service does not have it, and will not get it.
        life, told = withdrawn(life, ServiceError("CANCELLED", "The request was cancelled before it was sent."))
        return life, (*told, outputs.TellCancel("cancelled"))
    told = lookups.given_up(life)
    life = life if isinstance(life.phase, Lost) else life.to(Unwanted())
    if life.cancel.waiting:
        return life, told
    life = replace(life, cancel=replace(life.cancel, waiting=True, asked_on=0))
    return life, (*told, outputs.ConnectToCancel())


def withdrawn(life: Life, why: SogniError) -> Step:
    """Return the life of a project that is not wanted, and that the service does not have."""
    match life.phase:
        case TurnedAway(proof=NotAdmitted() as proof) | Writing(proof=NotAdmitted() as proof):
            return life.to(Ended(), canceled=True), (outputs.TellRefusal(proof.refusal),)
        case Lost():
            return stay(life)
        case Writing(by_caller=True):
            return life.to(Unwanted()), (outputs.Raise(why), outputs.TellEnd())
        case _:
            return life.to(Unwanted()), (outputs.TellEnd(),)


def after_greeting(life: Life) -> tuple[outputs.Output, ...]:
    """Return what a cancel request needs after a greeting: its answer may have been lost with a connection."""
    unanswered = life.cancel.waiting and 0 < life.cancel.asked_on < life.connection
    return (outputs.ConnectToCancel(),) if unanswered else ()


def ready(life: Life, given: inputs.CancelReady, now: float) -> Step:
    """Write a cancel request, once on each connection."""
    if not life.cancel.waiting or given.number <= life.cancel.asked_on:
        return stay(life)
    cancel = replace(life.cancel, times=life.cancel.times + 1, asked_on=given.number)
    return replace(life, cancel=cancel), (outputs.SendCancel(),)


def answered(life: Life, given: inputs.CancelAnswered, now: float) -> Step:
    """Take the service's answer.

    If it did not cancel, the project may still not be running: when the service never named it, or when an earlier
    request to cancel, whose answer was lost, did it.
    """
    if not life.cancel.waiting:
        return stay(life)
    if given.did_cancel is None:
        return answer(life, "unknown")
    if given.did_cancel:
        return answer(replace(life, canceled=True), "cancelled")
    if life.accepted and life.cancel.times == 1:
        life = replace(life, cancel=replace(life.cancel, times=0))
        return answer(life, "running")
    return answer(life, "unknown")


def time_up(life: Life, given: inputs.CancelTimeUp, now: float) -> Step:
    """Stop waiting for an answer."""
    return answer(life, "unknown")


def answer(life: Life, state: outputs.CancelState) -> Step:
    """Tell everybody who waits for the answer to a cancel request."""
    if not life.cancel.waiting:
        return stay(life)
    return replace(life, cancel=replace(life.cancel, waiting=False)), (outputs.TellCancel(state),)
