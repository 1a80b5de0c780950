"""What is done for a project after each input: the transitions of its paid life.

Three rules hold whatever happens:

* A request is written twice at most, and the second time only with a proof that the first never arrived. ``Write`` is
  made in one place, from the phase ``Writing``, and that phase has a proof for everything but the first time.
* Whatever the service says of a project ends every doubt: it is never written again, and is followed from then on.
* Nothing waits for ever: what takes time is answered, and silence is asked about three times at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sogni_core._protocol.lifecycle import cancellation, inputs, lookups, outputs
from sogni_core._protocol.lifecycle.evidence import NeverArrived, NotAdmitted
from sogni_core._protocol.lifecycle.life import (
    MOST_WRITES,
    Asking,
    Cleared,
    Ended,
    Life,
    Lost,
    Prepared,
    Recovering,
    Running,
    Searching,
    TurnedAway,
    Unresolved,
    Unwanted,
    Writing,
)
from sogni_core._protocol.lifecycle.lookups import Step, connect, lost, stay
from sogni_core.errors import InternalError, SogniError, TransportError


def step(life: Life, given: inputs.Input, now: float) -> Step:
    """Return the life after an input, and what is to be done, in order.

    ``now``: the time in seconds, by the clock of ``life``. Total: an input that means nothing in a phase changes
    nothing.
    """
    return HANDLERS[type(given)](life, given, now)


def _send_asked(life: Life, given: inputs.SendAsked, now: float) -> Step:
    match life.phase:
        case Prepared():
            return connect(life, Writing(None, by_caller=True))
        case Cleared(proof):
            return connect(life, Writing(proof, by_caller=True))
        case _:
            # It was written, it may have been, or it is not wanted.
            return stay(life)


def _ready(life: Life, given: inputs.Ready, now: float) -> Step:
    if given.ticket != life.ticket:
        return stay(life)
    match life.phase:
        case Writing() if life.writes >= MOST_WRITES:
            return lost(
                life, InternalError("INTERNAL", "A paid request was about to be sent too often; it was stopped.")
            )
        case Writing(proof, _, after):
            return (life, (outputs.Write(life.ticket, proof),)) if given.number > after else connect(life, life.phase)
        case Recovering(stage="connecting"):
            return lookups.connected(life, life.phase, given.number, now)
        case _:
            return stay(life)


def _written(life: Life, given: inputs.Written, now: float) -> Step:
    again = isinstance(life.phase, Writing) and life.phase.proof is not None
    life = replace(
        life,
        writes=life.writes + 1,
        sent=True,
        resent=life.resent or again,
        written_at=now,
        written_on=given.number,
    )
    if isinstance(life.phase, Writing):
        return life.to(Running()), (outputs.Wait(life.patience.silence),)
    return stay(life)


def _not_written(life: Life, given: inputs.NotWritten, now: float) -> Step:
    if given.ticket == life.ticket and isinstance(life.phase, Writing):
        return connect(life, life.phase)
    return stay(life)


def _cannot_write(life: Life, given: inputs.CannotWrite, now: float) -> Step:
    if given.ticket != life.ticket:
        return stay(life)
    failed = (outputs.Raise(given.error),)
    match life.phase:
        case Writing(proof=None):
            return life.to(Prepared()), failed
        case Writing(proof=NotAdmitted() as proof):
            # The service did not take it, and whatever stops it now, that is what the caller has to know.
            return life.to(Ended()), (outputs.TellRefusal(proof.refusal),)
        case Writing(proof=NeverArrived() as proof, by_caller=True):
            return life.to(Cleared(proof)), failed
        case Writing():
            return lost(life, given.error)
        case Recovering():
            return life.to(Unresolved()), failed
        case _:
            return stay(life)


def _greeted(life: Life, given: inputs.Greeted, now: float) -> Step:
    life = replace(life, connection=given.number)
    told = cancellation.after_greeting(life)
    unheard = not given.named and max(life.written_on, life.named_on) < given.number
    if unheard and isinstance(life.phase, Running | Asking):
        life, more = lookups.search(life, now)
        return life, (*told, *more)
    return life, told


def _connection_ended(life: Life, given: inputs.ConnectionEnded, now: float) -> Step:
    match life.phase:
        case TurnedAway(proof, number) if given.ticket == life.ticket:
            return connect(life, Writing(proof, by_caller=False, after=number, seconds=life.patience.restart))
        case _:
            return stay(life)


def _connection_stays(life: Life, given: inputs.ConnectionStays, now: float) -> Step:
    match life.phase:
        case TurnedAway(proof) if given.ticket == life.ticket:
            # There is no next connection, so it is for the caller to try again.
            return life.to(Ended()), (outputs.TellRefusal(proof.refusal),)
        case _:
            return stay(life)


def _broken(life: Life, given: inputs.Broken, now: float) -> Step:
    life, told = cancellation.answer(life, "unknown")
    if life.sent and isinstance(life.phase, Running | Searching | Asking | Unwanted):
        life, more = lost(life, given.error)
        return life, (*told, *more)
    # What waits for a connection is told there.
    return life, told


def _heard(life: Life, given: inputs.Heard, now: float) -> Step:
    if isinstance(life.phase, Ended | Lost):
        return stay(life)
    life = replace(
        life,
        sent=True,
        accepted=life.accepted or given.accepted,
        overtaken=given.overtaken,
        canceled=given.canceled,
        mentions=life.mentions + 1,
        named_on=given.number,
    )
    told = lookups.after_word(life, ended=given.done)
    if given.done:
        life, more = cancellation.answer(life, "cancelled" if given.canceled else "ended")
        return life.to(Ended()), (*told, outputs.TellEnd(), *more)
    if isinstance(life.phase, Unwanted):
        return stay(life)
    wait = life.patience.overtaken if life.overtaken else life.patience.silence
    return life.to(Running()), (*told, outputs.Wait(wait))


def _refused(life: Life, given: inputs.Refused, now: float) -> Step:
    match life.phase:
        case TurnedAway() | Writing(proof=NotAdmitted()):
            return stay(life)  # it was said before
        case Ended() | Lost():
            return stay(life)
        case Running() | Searching() | Asking() if life.written_on and life.may_repeat:
            proof = NotAdmitted(life.project_id, given.refusal)
            life = life.to(TurnedAway(proof, given.number), sent=False, ticket=life.ticket + 1)
            return life, (outputs.AwaitEnd(life.ticket, given.number, life.patience.stopping),)
        case _:
            told = lookups.after_word(life, ended=True)
            life, more = cancellation.answer(life, "ended")
            return life.to(Ended()), (*told, outputs.TellRefusal(given.refusal), *more)


def _abandoned(life: Life, given: inputs.Abandoned, now: float) -> Step:
    if isinstance(life.phase, Ended | Lost):
        return stay(life)
    if not life.sent:
        closed = TransportError("CONNECTION_ERROR", "The session is closed; nothing was sent.", details={"sent": False})
        return cancellation.withdrawn(life, closed)
    return _given_up(life, TransportError("CONNECTION_LOST", "The session was closed before this project ended."))


def _defect(life: Life, given: inputs.Defect, now: float) -> Step:
    if isinstance(life.phase, Ended | Lost):
        return cancellation.answer(life, "unknown")
    return _given_up(life, given.error)


def _given_up(life: Life, error: SogniError) -> Step:
    told = lookups.given_up(life)
    life, answered = cancellation.answer(life, "unknown")
    life, more = lost(life, error)
    return life, (*told, *answered, *more)


HANDLERS: Final[Mapping[type[inputs.Input], Callable[[Life, Any, float], Step]]] = {
    inputs.SendAsked: _send_asked,
    inputs.RecoverAsked: lookups.recover,
    inputs.CancelAsked: cancellation.asked,
    inputs.CancelTimeUp: cancellation.time_up,
    inputs.Abandoned: _abandoned,
    inputs.Ready: _ready,
    inputs.CannotWrite: _cannot_write,
    inputs.Written: _written,
    inputs.NotWritten: _not_written,
    inputs.Greeted: _greeted,
    inputs.ConnectionEnded: _connection_ended,
    inputs.ConnectionStays: _connection_stays,
    inputs.Broken: _broken,
    inputs.Heard: _heard,
    inputs.Refused: _refused,
    inputs.Answered: lookups.answered,
    inputs.CancelReady: cancellation.ready,
    inputs.CancelAnswered: cancellation.answered,
    inputs.Waited: lookups.waited,
    inputs.Silent: lookups.silent,
    inputs.Defect: _defect,
}
