"""``docs/explanation/paid-life.md``: the states of a paid request and its transitions, from the machine itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, get_args

from sogni_core._protocol.events import ProjectFailed
from sogni_core._protocol.lifecycle import inputs, life, outputs
from sogni_core._protocol.lifecycle.evidence import (
    QUESTIONS,
    Answer,
    Failed,
    Known,
    NeverArrived,
    NotAdmitted,
    NotNamed,
    Unknown,
)
from sogni_core._protocol.lifecycle.machine import step
from sogni_core._protocol.lifecycle.search import Search
from sogni_core.errors import TransportError
from tools.markdown import code, line, page, table

_INTRO = """\
How `sogni` decides when to send a paid request, when to ask about it and when to stop. One pure function makes every
decision: [`step`](../../sogni_core/_protocol/lifecycle/machine.py) takes a state, an input and the time, and returns
the next state and what to do. [`Submission`](../../sogni_core/_network/submission.py) does it. The tables on this page
are made by calling the function.

Three rules always hold:

- A request is written twice at most, by all processes together, and the second time only with a proof that the first
  never arrived.
- Once the service has named a project, its request is never written again.
- No wait is endless. What takes time always gets an answer, and silence is asked about three times at most.

A [model test](../../tests/unit/protocol/test_lifecycle_model.py) checks them against a service that charges every
request it receives, while messages get lost, late or repeated and processes are killed. See also
[When a request may be sent again](architecture.md#when-a-request-may-be-sent-again)."""

_P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
_ERROR = TransportError("CONNECTION_LOST", "")
_REFUSAL = ProjectFailed(1001, "", "", admitted=False)
_UNKNOWN = tuple(Unknown(question, _P) for question in QUESTIONS)
_LOST = NeverArrived(_P, 1, NotNamed(_P, 2), _UNKNOWN)
_REFUSED = NotAdmitted(_P, _REFUSAL)
_NOW = 100.0

_BASE = replace(
    life.prepared(_P, 1, life.Patience()),
    writes=1,
    sent=True,
    written_on=1,
    written_at=_NOW - 60,
    connection=2,
    ticket=7,
)
_NEW = life.prepared(_P, 1, life.Patience())
_EARLIER = replace(life.attached(_P, 1, life.Patience(), now=_NOW - 60, writes=1), connection=2, ticket=7)
_LAST = Search(_UNKNOWN[:3])

_SAMPLES: Final[tuple[tuple[str, life.Life], ...]] = (
    ("", _NEW),
    ("for the first time", _NEW.to(life.Writing(None, by_caller=True))),
    ("with proof that it never arrived", _BASE.to(life.Writing(_LOST, by_caller=False), sent=False)),
    ("with proof that it was refused", _BASE.to(life.Writing(_REFUSED, by_caller=False), sent=False)),
    ("", _BASE.to(life.Running())),
    ("before the last answer, all others *unknown*", _BASE.to(life.Searching(_LAST))),
    ("before the last answer of the third look-up", _BASE.to(life.Asking(("status",), misses=2))),
    ("", _EARLIER),
    ("asking for what has ended", _EARLIER.to(life.Recovering("finished"))),
    ("waiting for a connection", _EARLIER.to(life.Recovering("connecting"))),
    ("before the last answer, all others *unknown*", _EARLIER.to(life.Recovering("searching", search=_LAST))),
    ("", _EARLIER.to(life.Cleared(_LOST), sent=False)),
    ("", _BASE.to(life.TurnedAway(_REFUSED, 2), sent=False)),
    (
        "a cancel request was written on the previous connection",
        _BASE.to(life.Unwanted(), accepted=True, cancel=life.Cancel(waiting=True, times=1, asked_on=1)),
    ),
    ("", _BASE.to(life.Ended())),
    ("", _BASE.to(life.Lost())),
)


def _inputs(now: life.Life) -> Iterator[tuple[str, inputs.Input]]:
    """Yield every input, in each form that makes a difference."""
    ticket = now.ticket
    answers: dict[str, Answer] = {
        "unknown": Unknown("status", _P),
        "known to run": Known({"id": _P, "status": "active"}),
        "known to have ended": Known({"id": _P, "status": "completed", "workerJobs": [_JOB]}),
        "failed": Failed(_ERROR),
    }
    yield "", inputs.SendAsked()
    yield "", inputs.RecoverAsked()
    yield "", inputs.CancelAsked()
    yield "", inputs.CancelTimeUp()
    yield "", inputs.Abandoned()
    yield "", inputs.Ready(ticket, 3)
    yield "", inputs.CannotWrite(ticket, _ERROR)
    yield "", inputs.Written(3)
    yield "", inputs.NotWritten(ticket)
    yield "names it", inputs.Greeted(3, named=True)
    yield "does not name it", inputs.Greeted(3, named=False)
    yield "", inputs.ConnectionEnded(ticket)
    yield "", inputs.ConnectionStays(ticket)
    yield "", inputs.Broken(_ERROR)
    yield "it runs", inputs.Heard(3)
    yield "it ended", inputs.Heard(3, done=True)
    yield "", inputs.Refused(3, _REFUSAL)
    for said, answer in answers.items():
        yield said, inputs.Answered(ticket, answer)
    yield "", inputs.CancelReady(3)
    for said, did in {"yes": True, "no": False, "unreadable": None}.items():
        yield said, inputs.CancelAnswered(did)
    yield "", inputs.Waited(ticket)
    yield "connected", inputs.Silent(connected=True)
    yield "not connected", inputs.Silent(connected=False)
    yield "", inputs.Defect(_ERROR)


_JOB = {"imgID": "A", "status": "jobCompleted"}


def render() -> str:
    """Render the page."""
    return page("The paid life of a project", _INTRO, _body())


def _body() -> Iterator[str]:
    yield "## States"
    yield ""
    yield from table(("State", "Meaning"), ((code(one.__name__), line(one.__doc__)) for one in get_args(life.Phase)))
    yield "## Inputs and outputs"
    yield ""
    yield from table(("Input", "Meaning"), ((code(one.__name__), line(one.__doc__)) for one in get_args(inputs.Input)))
    yield from table(
        ("Output", "What to do"), ((code(one.__name__), line(one.__doc__)) for one in get_args(outputs.Output))
    )
    yield "## Transitions"
    yield ""
    yield "An input that a table does not list changes nothing and causes nothing in that state, except that a greeting"
    yield "and what was heard are remembered. A state with several forms has a table for each."
    yield ""
    for form, sample in _SAMPLES:
        name = type(sample.phase).__name__
        yield f"### {name}{f', {form}' if form else ''}"
        yield ""
        rows = list(_rows(sample))
        yield from table(("Input", "Do", "Next"), rows) if rows else ("Nothing changes it.", "")


def _rows(sample: life.Life) -> Iterator[tuple[str, ...]]:
    for form, given in _inputs(sample):
        after, todo = step(sample, given, _NOW)
        before_name, name = type(sample.phase).__name__, type(after.phase).__name__
        moved = after.phase != sample.phase or todo or (after.writes != sample.writes)
        if moved:
            what = ", ".join(_output(one) for one in todo) or "–"
            form = f", {form}" if form else ""
            yield f"{code(type(given).__name__)}{form}", what, code(name) if name != before_name else "stays"


def _output(one: outputs.Output) -> str:
    name = code(type(one).__name__)
    match one:
        case outputs.Ask(_, question):
            return f"{name} *{question}*"
        case outputs.Wait(seconds) | outputs.Pause(_, seconds) | outputs.AwaitEnd(_, _, seconds):
            return f"{name} {seconds:g} s"
        case outputs.TellRecovery(state) | outputs.TellCancel(state):
            return f"{name} *{state}*"
        case outputs.Write(_, proof):
            return f"{name} with {code(type(proof).__name__)}" if proof is not None else name
        case _:
            return name
