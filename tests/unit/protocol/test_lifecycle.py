"""The paid life of a project, input by input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._protocol.events import ProjectFailed
from sogni_core._protocol.lifecycle import inputs, outputs
from sogni_core._protocol.lifecycle.evidence import (
    QUESTIONS,
    Answer,
    Failed,
    Known,
    NeverArrived,
    NotAdmitted,
    NotNamed,
    Question,
    Unknown,
)
from sogni_core._protocol.lifecycle.life import Life, Lost, Patience, Running, attached, foreign, prepared
from sogni_core._protocol.lifecycle.machine import HANDLERS, step
from sogni_core.errors import InternalError, ServiceError, TransportError

P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
Q = "02AD9B53-2508-43A7-9C85-9AF249C9BCA7"
TURNED_AWAY = ProjectFailed(1001, "", "restarting", admitted=False)
ERROR = TransportError("CONNECTION_ERROR", "no connection")
FAILED = Failed(ServiceError("SERVICE_ERROR", "x"))


def known(status: str, *jobs: str) -> Known:
    done = [{"imgID": job, "status": "jobCompleted"} for job in jobs]
    return Known({"id": P, "status": status, "completedWorkerJobs": done})


class Play:
    """A life that inputs are given to; keeps what it was told to do last."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.now = 100.0
        self.done: tuple[outputs.Output, ...] = ()

    def __call__(self, one: inputs.Input) -> tuple[outputs.Output, ...]:
        self.life, self.done = step(self.life, one, self.now)
        return self.done

    @property
    def phase(self) -> str:
        return type(self.life.phase).__name__

    def ready(self, number: int = 1) -> tuple[outputs.Output, ...]:
        return self(inputs.Ready(self.life.ticket, number))

    def answer(self, answer: Answer | None = None) -> tuple[outputs.Output, ...]:
        """Answer the question that was just asked; unknown unless said otherwise."""
        (asked,) = self.done
        assert isinstance(asked, outputs.Ask)
        return self(inputs.Answered(asked.ticket, answer or Unknown(asked.question, P)))

    def fail(self) -> tuple[outputs.Output, ...]:
        return self(inputs.CannotWrite(self.life.ticket, ERROR))

    def search(self, **answers: Answer) -> tuple[list[str], list[float]]:
        """Answer what a search asks until it asks no more; return the questions and the pauses."""
        asked, pauses = list[str](), list[float]()
        while self.done:
            match self.done[-1]:
                case outputs.Ask(_, question):
                    asked.append(question)
                    self.done = self.done[-1:]
                    self.answer(answers.get(question))
                case outputs.Pause(ticket, seconds):
                    pauses.append(seconds)
                    self.now += seconds
                    self(inputs.Waited(ticket))
                case _:
                    break
        return asked, pauses


def written(count: int = 1) -> Play:
    """Return a project that was just written on connection 1."""
    play = Play(prepared(P, count, Patience()))
    play(inputs.Greeted(1, named=False))
    play(inputs.SendAsked())
    assert play.ready() == (outputs.Write(play.life.ticket, None),)
    play(inputs.Written(1))
    return play


def dropped(count: int = 1) -> Play:
    """Return a project whose connection broke, and that the greeting of the next one does not name."""
    play = written(count)
    play.now += 1
    play(inputs.Greeted(2, named=False))
    return play


def recovering(writes: int = 1) -> Play:
    play = Play(attached(P, 1, Patience(), now=99.0, writes=writes))
    play(inputs.RecoverAsked())
    return play


# sending


def test_a_request_is_written_when_a_connection_is_ready() -> None:
    play = Play(prepared(P, 1, Patience()))
    (wait,) = play(inputs.SendAsked())
    assert isinstance(wait, outputs.Connect)
    assert not play.life.sent
    assert play.ready() == (outputs.Write(wait.ticket, None),)
    assert play(inputs.Written(1)) == (outputs.Wait(120),)
    assert (play.phase, play.life.sent, play.life.writes) == ("Running", True, 1)
    assert play(inputs.SendAsked()) == ()


def test_what_was_not_written_is_written_on_the_next_connection() -> None:
    play = Play(prepared(P, 1, Patience()))
    play(inputs.SendAsked())
    play.ready()
    (wait,) = play(inputs.NotWritten(play.life.ticket))
    assert isinstance(wait, outputs.Connect)
    assert isinstance(play.ready(2)[0], outputs.Write)


def test_the_caller_is_told_why_it_was_not_written_and_may_ask_again() -> None:
    play = Play(prepared(P, 1, Patience()))
    play(inputs.SendAsked())
    assert play.fail() == (outputs.Raise(ERROR),)
    assert isinstance(play(inputs.SendAsked())[0], outputs.Connect)


def test_an_answer_with_an_old_ticket_changes_nothing() -> None:
    play = Play(prepared(P, 1, Patience()))
    play(inputs.SendAsked())
    old = play.life.ticket
    play(inputs.NotWritten(old))
    before = play.life
    for late in (inputs.Ready(old, 1), inputs.NotWritten(old), inputs.CannotWrite(old, ERROR), inputs.Waited(old)):
        assert play(late) == ()
    assert play.life == before


# a drop


def test_a_search_asks_everybody_in_order_and_waits_between() -> None:
    play = dropped()
    asked, pauses = play.search()
    assert asked == ["sync", *["finished"] * 4, "active", "status"]
    assert pauses == [4.0, 2.5, 2.5, 2.5]
    assert isinstance(play.done[0], outputs.Connect)
    (write,) = play.ready(2)
    assert isinstance(write, outputs.Write)
    assert isinstance(write.proof, NeverArrived)
    assert not play.life.sent
    play(inputs.Written(2))
    assert (play.life.writes, play.life.resent, play.life.sent) == (2, True, True)


def test_what_is_old_enough_is_not_waited_for() -> None:
    play = written()
    play.now += 5
    play(inputs.Greeted(2, named=False))
    assert play.search()[1] == [2.5] * 3


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_search_ends_where_it_finds(name: str) -> None:
    play = dropped()
    asked, _ = play.search(**{name: known("errored")})
    assert asked[-1] == name
    assert play.done == (outputs.Adopt(known("errored").project),)
    assert play.phase == "Running"


@pytest.mark.parametrize("name", QUESTIONS)
def test_one_failure_proves_nothing_and_all_are_asked(name: str) -> None:
    play = dropped()
    play.search(**{name: FAILED})
    (failed,) = play.done
    assert isinstance(failed, outputs.Fail)
    assert failed.error.details["answers"] == dict.fromkeys(QUESTIONS, "unknown") | {name: "failed: SERVICE_ERROR"}
    assert failed.error.details["projectId"] == P
    assert "not sent again" in failed.error.message


def test_what_was_known_to_have_ended_is_taken_even_if_its_results_never_come() -> None:
    play = dropped(count=2)
    asked, _ = play.search(finished=known("completed", "A"))
    assert asked == ["sync", *["finished"] * 4]
    assert isinstance(play.done[0], outputs.Adopt)


@pytest.mark.parametrize("after", range(7))
def test_a_word_of_the_service_ends_a_search(after: int) -> None:
    play = dropped()
    for _ in range(after):
        if isinstance(play.done[0], outputs.Pause):
            play(inputs.Waited(play.done[0].ticket))
        play.answer()
    if isinstance(play.done[0], outputs.Pause):
        play(inputs.Waited(play.done[0].ticket))
    late = play.life.ticket
    assert play(inputs.Heard(2, accepted=False)) == (outputs.Wait(120),)
    assert play(inputs.Answered(late, Unknown("status", P))) == ()
    assert play(inputs.Ready(late, 3)) == ()
    assert (play.phase, play.life.sent, play.life.writes) == ("Running", True, 1)


def test_what_is_lost_twice_is_not_written_a_third_time() -> None:
    play = dropped()
    play.search()
    play.ready(2)
    play(inputs.Written(2))
    play(inputs.Greeted(3, named=False))
    play.search()
    (failed,) = play.done
    assert isinstance(failed, outputs.Fail)
    assert "not sent a third time" in failed.error.message


def test_what_was_accepted_and_is_forgotten_is_lost() -> None:
    play = written()
    play(inputs.Heard(1))
    play(inputs.Greeted(2, named=False))
    play.search()
    assert isinstance(play.done[0], outputs.Fail)
    assert "had accepted this project" in play.done[0].error.message


def test_a_greeting_of_the_connection_it_was_written_on_means_nothing() -> None:
    play = written()
    assert play(inputs.Greeted(1, named=False)) == ()


def test_a_second_writing_that_fails_ends_it() -> None:
    play = dropped()
    play.search()
    (failed,) = play.fail()
    assert isinstance(failed, outputs.Fail)
    assert (failed.error.code, failed.error.details["projectId"]) == ("CONNECTION_ERROR", P)


# a stopping server


def test_what_a_stopping_server_refused_is_written_on_the_next_connection() -> None:
    play = written()
    (wait,) = play(inputs.Refused(1, TURNED_AWAY))
    assert wait == outputs.AwaitEnd(play.life.ticket, 1, 5)
    assert play(inputs.Refused(1, TURNED_AWAY)) == ()
    (connect,) = play(inputs.ConnectionEnded(wait.ticket))
    assert connect == outputs.Connect(play.life.ticket, after=1, seconds=120)
    (write,) = play.ready(2)
    assert isinstance(write, outputs.Write)
    assert isinstance(write.proof, NotAdmitted)
    play(inputs.Written(2))
    assert play(inputs.Refused(2, TURNED_AWAY)) == (outputs.TellRefusal(TURNED_AWAY),)
    assert play.phase == "Ended"


@pytest.mark.parametrize("late", [inputs.ConnectionStays, inputs.CannotWrite])
def test_what_was_refused_is_told_if_no_other_server_comes(late: type[Any]) -> None:
    play = written()
    play(inputs.Refused(1, TURNED_AWAY))
    if late is inputs.CannotWrite:
        play(inputs.ConnectionEnded(play.life.ticket))
        assert play.fail() == (outputs.TellRefusal(TURNED_AWAY),)
    else:
        assert play(inputs.ConnectionStays(play.life.ticket)) == (outputs.TellRefusal(TURNED_AWAY),)
    assert not play.life.sent


def test_what_was_refused_and_is_named_after_all_is_not_written_again() -> None:
    play = written()
    (wait,) = play(inputs.Refused(1, TURNED_AWAY))
    assert isinstance(wait, outputs.AwaitEnd)
    play(inputs.Heard(1))
    assert play.life.sent
    assert play(inputs.ConnectionEnded(wait.ticket)) == ()


# silence


def test_silence_is_asked_about_three_times() -> None:
    play = written()
    for wait in (30, 30, None):
        play(inputs.Silent(connected=True))
        assert isinstance(play.done[0], outputs.Ask)
        for _ in range(3):
            play.answer()
        assert (play.done == (outputs.Wait(30),)) is (wait is not None)
    assert isinstance(play.done[0], outputs.Fail)
    assert set(play.done[0].error.details["answers"]) == {"active", "finished", "status"}


def test_a_word_begins_the_silence_anew() -> None:
    play = written()
    play(inputs.Silent(connected=True))
    for _ in range(3):
        play.answer()
    assert play.life.phase == Running(misses=1)
    play(inputs.Heard(1))
    assert play.life.phase == Running()


def test_silence_without_a_connection_is_not_asked_about() -> None:
    assert written()(inputs.Silent(connected=False)) == (outputs.Wait(30),)


def test_missing_results_are_asked_for_where_they_are_written_down() -> None:
    play = written(count=2)
    assert play(inputs.Heard(1, overtaken=True)) == (outputs.Wait(5),)
    incomplete = known("completed", "A")
    for _ in range(3):
        play(inputs.Silent(connected=True))
        play.answer(incomplete)
        play.answer()
        play.answer(known("active"))
    assert play.done == (outputs.Adopt(incomplete.project),)


# another process


def test_what_has_ended_is_found_without_a_connection() -> None:
    play = recovering()
    assert play.answer(known("completed", "A")) == (outputs.Adopt(known("completed", "A").project),)
    told, _ = play(inputs.Heard(0, done=True))
    assert told == outputs.TellRecovery("ended", {"finished": "completed"})


def test_what_never_arrived_may_be_sent_by_the_caller() -> None:
    play = recovering()
    assert isinstance(play.answer()[0], outputs.Connect)
    play.ready()
    asked, pauses = play.search()
    assert asked == ["sync", *["finished"] * 4, "active", "status"]
    assert pauses[0] == 4.0
    (told,) = play.done
    assert isinstance(told, outputs.TellRecovery)
    assert told.state == "never-arrived"
    assert list(told.answers) == ["finished", "greeting", "sync", "active", "status"]
    assert not play.life.sent
    play(inputs.SendAsked())
    (write,) = play.ready()
    assert isinstance(write, outputs.Write)
    assert isinstance(write.proof, NeverArrived)


def test_what_was_written_twice_is_never_cleared() -> None:
    play = recovering(writes=2)
    play.answer()
    play.ready()
    play.search()
    told, failed = play.done
    assert isinstance(told, outputs.TellRecovery)
    assert isinstance(failed, outputs.Fail)
    assert told.state == "lost"
    assert told.error is not None
    assert "not sent again" in told.error.message
    assert play(inputs.SendAsked()) == ()


def test_a_recovery_without_a_connection_can_be_made_again() -> None:
    play = recovering()
    play.answer()
    assert play.fail() == (outputs.Raise(ERROR),)
    assert isinstance(play(inputs.RecoverAsked())[0], outputs.Ask)


def test_what_is_named_while_it_is_recovered_runs() -> None:
    play = recovering()
    play.answer()
    told, _ = play(inputs.Heard(1))
    assert told == outputs.TellRecovery("running", {"finished": "unknown", "greeting": "known"})
    assert play.ready() == ()


def test_nothing_of_another_process_is_sent_without_proof() -> None:
    play = Play(attached(P, 1, Patience(), now=0, writes=1))
    assert play(inputs.SendAsked()) == ()
    assert play(inputs.Ready(play.life.ticket, 1)) == ()


# cancelling


def test_what_was_never_sent_is_cancelled_without_a_word() -> None:
    play = Play(prepared(P, 1, Patience()))
    play(inputs.SendAsked())
    raised, *told = play(inputs.CancelAsked())
    assert isinstance(raised, outputs.Raise)
    assert told == [outputs.TellEnd(), outputs.TellCancel("cancelled")]
    assert play.ready() == ()


@pytest.mark.parametrize(
    ("accepted", "did", "told"),
    [(True, True, "cancelled"), (True, False, "running"), (False, False, "unknown"), (True, None, "unknown")],
)
def test_a_cancel_is_answered_with_what_the_service_says(accepted: bool, did: bool | None, told: Any) -> None:
    play = written()
    if accepted:
        play(inputs.Heard(1))
    assert play(inputs.CancelAsked()) == (outputs.ConnectToCancel(),)
    assert play(inputs.CancelAsked()) == ()
    assert play(inputs.CancelReady(1)) == (outputs.SendCancel(),)
    assert play(inputs.CancelReady(1)) == ()
    assert play(inputs.CancelAnswered(did)) == (outputs.TellCancel(told),)
    assert play(inputs.CancelAnswered(did)) == ()


@pytest.mark.parametrize("patient", [True, False])
def test_a_no_to_the_second_of_two_requests_may_be_due_to_the_first(patient: bool) -> None:
    play = written()
    play(inputs.Heard(1))
    play(inputs.CancelAsked())
    play(inputs.CancelReady(1))
    if patient:
        assert play(inputs.Greeted(2, named=True)) == (outputs.ConnectToCancel(),)
    else:
        assert play(inputs.CancelTimeUp()) == (outputs.TellCancel("unknown"),)
        assert play(inputs.CancelAsked()) == (outputs.ConnectToCancel(),)
    play(inputs.CancelReady(2))
    assert play(inputs.CancelAnswered(did_cancel=False)) == (outputs.TellCancel("unknown"),)


def test_the_end_of_a_project_answers_a_cancel() -> None:
    play = written()
    play(inputs.CancelAsked())
    assert outputs.TellCancel("ended") in play(inputs.Heard(1, done=True))
    assert play(inputs.CancelAsked()) == (outputs.TellCancel("ended"),)


def test_a_project_of_somebody_else_can_be_cancelled() -> None:
    play = Play(foreign(P))
    assert play(inputs.CancelAsked()) == (outputs.ConnectToCancel(),)
    play(inputs.CancelReady(1))
    assert play(inputs.CancelAnswered(did_cancel=False)) == (outputs.TellCancel("running"),)


def test_what_was_cancelled_is_neither_searched_for_nor_written_again() -> None:
    play = written()
    play(inputs.CancelAsked())
    play(inputs.CancelReady(1))
    play(inputs.CancelTimeUp())
    assert play(inputs.Greeted(2, named=False)) == ()
    assert play(inputs.Silent(connected=True)) == ()


# proofs


def unknown(project_id: str = P) -> tuple[Unknown, ...]:
    return tuple(Unknown(question, project_id) for question in QUESTIONS)


def test_a_proof_cannot_be_made_without_evidence() -> None:
    greeting = NotNamed(P, 2)
    assert NeverArrived(P, 1, greeting, unknown()).project_id == P
    for project_id, written_on, named, answers in [
        (Q, 1, greeting, unknown()),  # about another project
        (P, 1, NotNamed(Q, 2), unknown()),
        (P, 1, greeting, (*unknown()[:3], Unknown("status", Q))),
        (P, 1, greeting, unknown()[1:]),  # not every question
        (P, 1, greeting, (*unknown()[:3], Unknown("active", P))),
        (P, 2, greeting, unknown()),  # on the connection that it was written on
    ]:
        with pytest.raises(InternalError):
            NeverArrived(project_id, written_on, named, answers)
    with pytest.raises(InternalError):
        NotAdmitted(P, ProjectFailed(1001, "", ""))


# whatever comes


def answer_of(question: Question, kind: str) -> Answer:
    found: dict[str, Answer] = {"unknown": Unknown(question, P), "failed": FAILED}
    return found.get(kind) or known(kind, *(["A"] if kind == "completed" else []))


TICKETS = st.integers(-1, 0)
"""Relative to the newest ticket."""
NUMBERS = st.integers(0, 4)
ANY = st.one_of(
    st.sampled_from([
        inputs.SendAsked(), inputs.RecoverAsked(), inputs.CancelAsked(), inputs.CancelTimeUp(), inputs.Abandoned(),
        inputs.Broken(ERROR), inputs.Defect(ERROR),
    ]),
    st.builds(inputs.Ready, TICKETS, NUMBERS),
    st.builds(inputs.CannotWrite, TICKETS, st.just(ERROR)),
    st.builds(inputs.NotWritten, TICKETS),
    st.builds(inputs.Greeted, NUMBERS, st.booleans()),
    st.builds(inputs.ConnectionEnded, TICKETS),
    st.builds(inputs.ConnectionStays, TICKETS),
    st.builds(inputs.Heard, NUMBERS, st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    st.builds(inputs.Refused, NUMBERS, st.just(TURNED_AWAY)),
    st.builds(
        inputs.Answered,
        TICKETS,
        st.builds(answer_of, st.sampled_from(QUESTIONS), st.sampled_from(["unknown", "failed", "active", "completed"])),
    ),
    st.builds(inputs.CancelReady, NUMBERS),
    st.builds(inputs.CancelAnswered, st.sampled_from([True, False, None])),
    st.builds(inputs.Waited, TICKETS),
    st.builds(inputs.Silent, st.booleans()),
)  # fmt: skip
STARTS = st.sampled_from([
    prepared(P, 1, Patience()), foreign(P),
    attached(P, 1, Patience(), now=0, writes=1), attached(P, 2, Patience(), now=0, writes=2),
])  # fmt: skip


@given(STARTS, st.lists(ANY, max_size=60))
def test_every_input_has_an_answer_in_every_phase(life: Life, given_: list[inputs.Input]) -> None:
    for one in given_:
        relative = getattr(one, "ticket", None)
        current = one if relative is None else replace(one, ticket=life.ticket + relative)
        before = life
        life, done = step(life, current, 100.0)
        for output in done:
            if isinstance(output, outputs.Write):
                assert life.writes < 2
                assert (output.proof is None) is (life.writes == 0)
                life, _ = step(life, inputs.Written(getattr(current, "number", 9)), 100.0)
            if isinstance(output, outputs.Fail):
                assert output.error.details["projectId"] == P
                assert life.phase == Lost()
        assert sum(hasattr(output, "ticket") for output in done) <= 1
        assert before.writes <= life.writes <= 2


def test_every_input_is_handled() -> None:
    assert set(HANDLERS) == set(get_args(inputs.Input))
