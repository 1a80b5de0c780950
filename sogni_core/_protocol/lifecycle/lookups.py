"""The transitions by which it is found out what happened to a project: search, silence and recovery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sogni_core._protocol import recovery
from sogni_core._protocol.lifecycle import inputs, outputs
from sogni_core._protocol.lifecycle.evidence import Known, NeverArrived, NotNamed, Question
from sogni_core._protocol.lifecycle.life import (
    Asking,
    Cleared,
    Ended,
    Life,
    Lost,
    Recovering,
    Running,
    Searching,
    Unresolved,
    Writing,
)
from sogni_core._protocol.lifecycle.search import Found, Nowhere, Result, Search
from sogni_core.errors import SogniError, TransportError

Step = tuple[Life, tuple[outputs.Output, ...]]

_AFTER_SILENCE: Final[tuple[Question, ...]] = ("active", "finished", "status")
_AFTER_THE_END: Final[tuple[Question, ...]] = ("finished", "status", "active")
"""If the service said that the project has completed, that it runs is no news."""


def stay(life: Life) -> Step:
    """Return a life with nothing to do."""
    return life, ()


def connect(life: Life, phase: Writing | Recovering) -> Step:
    """Return a life in a phase that waits for a connection."""
    after, seconds = (phase.after, phase.seconds) if isinstance(phase, Writing) else (0, None)
    life = life.to(phase, ticket=life.ticket + 1)
    return life, (outputs.Connect(life.ticket, after, seconds),)


def lost(life: Life, error: SogniError) -> Step:
    """Return the life of a project of which no more can be learned here."""
    error = error.with_details({"projectId": life.project_id})
    return life.to(Lost()), (outputs.Fail(error),)


# a search


def search(life: Life, now: float) -> Step:
    """Return the life of a project that the newest greeting does not name."""
    return _go_on(life, Searching(Search()), now)


def _go_on(life: Life, phase: Searching | Recovering, now: float) -> Step:
    """Ask the next question of a search, after a pause if the protocol wants one."""
    life = life.to(phase, ticket=life.ticket + 1)
    patience = life.patience
    pause = phase.search.pause(now - life.written_at, old_enough=patience.old_enough, apart=patience.apart)
    if pause > 0:
        return life, (outputs.Pause(life.ticket, pause),)
    return life, (outputs.Ask(life.ticket, phase.search.question),)


def waited(life: Life, given: inputs.Waited, now: float) -> Step:
    """Ask after a pause."""
    match life.phase:
        case Searching() | Recovering(stage="searching") if given.ticket == life.ticket:
            life = replace(life, ticket=life.ticket + 1)
            assert isinstance(life.phase, Searching | Recovering)
            return life, (outputs.Ask(life.ticket, life.phase.search.question),)
        case _:
            return stay(life)


def answered(life: Life, given: inputs.Answered, now: float) -> Step:
    """Take the answer to the question that was asked last."""
    if given.ticket != life.ticket:
        return stay(life)
    match life.phase:
        case Searching(progress):
            progress = progress.take(given.answer, count=life.count, tries=life.patience.tries)
            if progress.result is None:
                return _go_on(life, Searching(progress), now)
            return _searched(life, progress.result, progress.answers)
        case Asking():
            return _asked(life, life.phase, given)
        case Recovering(stage="finished"):
            return _asked_first(life, life.phase, given)
        case Recovering(stage="searching"):
            phase = life.phase
            progress = phase.search.take(given.answer, count=life.count, tries=life.patience.tries)
            answers = tuple((dict(phase.answers) | progress.answers).items())
            phase = replace(phase, answers=answers, search=progress)
            if progress.result is None:
                return _go_on(life, phase, now)
            return _recovered(life, phase, progress.result)
        case _:
            return stay(life)


def _proof(life: Life, found: Result) -> NeverArrived | None:
    """Return the proof that the request may be written again; None if there is none."""
    if not isinstance(found, Nowhere) or not life.may_repeat or life.connection <= life.written_on:
        return None
    if any(one.project_id != life.project_id for one in found.answers):
        return None
    greeting = NotNamed(life.project_id, life.connection)
    return NeverArrived(life.project_id, life.written_on, greeting, found.answers)


def _searched(life: Life, found: Result, answers: dict[str, str]) -> Step:
    if isinstance(found, Found):
        return life.to(Running()), (outputs.Adopt(found.project),)
    if life.written_on and (proof := _proof(life, found)) is not None:
        return connect(replace(life, sent=False), Writing(proof, by_caller=False))
    return lost(life, _nobody_knows(life, found, answers))


# silence


def silent(life: Life, given: inputs.Silent, now: float) -> Step:
    """Ask what happened to a project that nothing was heard of."""
    if not isinstance(life.phase, Running):
        return stay(life)
    if not given.connected:
        # The greeting of the next connection will tell.
        return life, (outputs.Wait(life.patience.again),)
    questions = _AFTER_THE_END if life.overtaken else _AFTER_SILENCE
    life = life.to(Asking(questions, life.phase.misses), ticket=life.ticket + 1)
    return life, (outputs.Ask(life.ticket, questions[0]),)


def _asked(life: Life, phase: Asking, given: inputs.Answered) -> Step:
    question, *left = phase.questions
    answer, incomplete = given.answer, phase.incomplete
    if isinstance(answer, Known):
        ended = recovery.has_ended(answer.project)
        if recovery.accounts_for(answer.project, life.count) or not (ended or life.overtaken):
            return life.to(Running()), (outputs.Adopt(answer.project),)
        incomplete = answer.project if ended else incomplete
    answers = (*phase.answers, (question, str(answer)))
    if left:
        life = life.to(Asking(tuple(left), phase.misses, answers, incomplete), ticket=life.ticket + 1)
        return life, (outputs.Ask(life.ticket, left[0]),)
    misses = phase.misses + 1
    if misses < life.patience.look_ups:
        return life.to(Running(misses)), (outputs.Wait(life.patience.again),)
    if incomplete is not None:
        return life.to(Running(misses)), (outputs.Adopt(incomplete),)
    text = "The service has been silent about this project and does not say what happened to it"
    return lost(life, _error(life, f"{text}; it was not sent again.", dict(answers)))


# recovery


def recover(life: Life, given: inputs.RecoverAsked, now: float) -> Step:
    """Find out what happened to a project that another process sent."""
    match life.phase:
        case Ended():
            return life, (outputs.TellRecovery("ended", {}),)
        case Cleared():
            return life, (outputs.TellRecovery("never-arrived", {}),)
        case Unresolved() | Recovering():
            # By REST first: what has ended needs no connection, so another process can keep its own.
            life = life.to(Recovering("finished"), ticket=life.ticket + 1)
            return life, (outputs.Ask(life.ticket, "finished"),)
        case Lost():
            return life, (outputs.TellRecovery("lost", {}, _error(life, "Its state is not known.", {})),)
        case _:
            return life, (outputs.TellRecovery("running", {}),)


def _asked_first(life: Life, phase: Recovering, given: inputs.Answered) -> Step:
    answers = (*phase.answers, ("finished", str(given.answer)))
    if isinstance(given.answer, Known):
        life = replace(life, accepted=True)
        if recovery.accounts_for(given.answer.project, life.count):
            return life.to(Recovering("adopting", answers)), (outputs.Adopt(given.answer.project),)
    # Once its app id is connected here, no other process can be writing it.
    return connect(life, Recovering("connecting", answers))


def connected(life: Life, phase: Recovering, number: int, now: float) -> Step:
    """Search for a project that the greeting of the connection of this number does not name."""
    life = replace(life, connection=max(life.connection, number))
    return _go_on(life, Recovering("searching", (*phase.answers, ("greeting", "unknown"))), now)


def _recovered(life: Life, phase: Recovering, found: Result) -> Step:
    answers = dict(phase.answers)
    if isinstance(found, Found):
        return life.to(replace(phase, stage="adopting")), (outputs.Adopt(found.project),)
    if (proof := _proof(life, found)) is not None:
        life = life.to(Cleared(proof), sent=False)
        return life, (outputs.TellRecovery("never-arrived", answers),)
    error = _nobody_knows(life, found, answers)
    life, failed = lost(life, error)
    return life, (outputs.TellRecovery("lost", answers, error), *failed)


def after_word(life: Life, *, ended: bool) -> tuple[outputs.Output, ...]:
    """Return what a recovery tells once the service has named the project."""
    if not isinstance(life.phase, Recovering):
        return ()
    answers = dict(life.phase.answers)
    if life.phase.stage in {"finished", "connecting"}:
        answers["greeting"] = "known"
    return (outputs.TellRecovery("ended" if ended else "running", answers),)


def given_up(life: Life) -> tuple[outputs.Output, ...]:
    """Return what a recovery tells if the project is not wanted any more."""
    if not isinstance(life.phase, Recovering):
        return ()
    answers = dict(life.phase.answers)
    error = _error(life, "The search for this project was given up; it was not sent again.", answers)
    return (outputs.TellRecovery("lost", answers, error),)


# what to say


def _nobody_knows(life: Life, found: Result, answers: dict[str, str]) -> TransportError:
    if not isinstance(found, Nowhere):
        text = "The service did not say what happened to this project; it was not sent again."
    elif life.accepted:
        text = "The service had accepted this project and no longer knows it; it was not sent again."
    elif life.resent:
        text = "The service does not know this project, which was sent twice; it was not sent a third time."
    else:
        text = "The service does not know this project; it was not sent again."
    return _error(life, text, answers)


def _error(life: Life, text: str, answers: dict[str, Any]) -> TransportError:
    details = {"answers": answers, "resent": life.resent, "projectId": life.project_id}
    return TransportError("CONNECTION_LOST", text, details=details)
