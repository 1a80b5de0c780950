"""A paid request is made a frame once, and a second time only with a proof that has one source each."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from sogni_core._network.clock import Timer
from sogni_core._network.lookups import Answer, Failed, Known, Unknown
from sogni_core._network.paid_request import NotAdmitted, PaidRequest
from sogni_core._network.search import Found, NeverArrived, NoAnswer, Result, Unclear, search
from sogni_core._protocol.events import ProjectFailed
from sogni_core.errors import InputError, InternalError, ServiceError
from sogni_core.project import ImageProject, Project
from tests.media import medium_of

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
Q = "02AD9B53-2508-43A7-9C85-9AF249C9BCA7"
QUESTIONS = ("sync", "finished", "active", "status")
TURNED_AWAY = ProjectFailed(1001, "", "restarting", admitted=False)


class Said:
    """Look-ups that answer what a test says, and nothing is known otherwise."""

    def __init__(self, **answers: Answer) -> None:
        self.asked: list[str] = []
        self.answers = answers

    def answer(self, name: str) -> Answer:
        self.asked.append(name)
        return self.answers.get(name, Unknown())

    async def sync(self, project_id: str) -> Answer:
        return self.answer("sync")

    async def finished(self, project_id: str) -> Answer:
        return self.answer("finished")

    async def active(self, project_id: str) -> Answer:
        return self.answer("active")

    async def status(self, project_id: str) -> Answer:
        return self.answer("status")


class Clock:
    def time(self) -> float:
        return 100.0

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        raise AssertionError

    async def pause(self, seconds: float, /) -> None:
        raise AssertionError


async def searched(
    said: Said, project_id: str = P, *, written_at: float = 99.0, moot: Callable[[], bool] = lambda: False
) -> tuple[Result, dict[str, str], list[float]]:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    answers: dict[str, str] = {}
    found = await search(
        said, project_id, count=1, written_at=written_at, clock=Clock(), pause=pause, is_moot=moot, answers=answers
    )
    return found, answers, waits


def paid(project: Project, *, earlier: bool) -> PaidRequest:
    return PaidRequest(project, P, medium=medium_of(project), comfy=True, earlier=earlier)


def request(earlier: bool = False) -> PaidRequest:
    return paid(ImageProject(model="m", prompt="p"), earlier=earlier)


async def never_arrived(project_id: str = P) -> NeverArrived:
    found, _, _ = await searched(Said(), project_id)
    assert isinstance(found, NeverArrived)
    return found


async def test_a_search_asks_everybody_in_order_and_waits_between() -> None:
    said = Said()
    found, answers, waits = await searched(said)
    assert type(found) is NeverArrived
    assert found.project_id == P
    assert said.asked == ["sync", *["finished"] * 4, "active", "status"]
    assert waits == [4.0, 2.5, 2.5, 2.5]
    assert answers == dict.fromkeys(QUESTIONS, "unknown")


async def test_what_is_old_enough_is_not_waited_for() -> None:
    assert (await searched(Said(), written_at=95.0))[2] == [2.5] * 3


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_search_ends_where_it_finds(name: str) -> None:
    said = Said(**{name: Known({"id": P, "status": "errored"})})
    found, answers, _ = await searched(said)
    assert isinstance(found, Found)
    assert answers[name] == "errored"
    assert said.asked[-1] == name
    assert list(answers)[-1] == name


@pytest.mark.parametrize("name", QUESTIONS)
async def test_one_failure_leaves_it_unclear_and_all_are_asked(name: str) -> None:
    said = Said(**{name: Failed(ServiceError("SERVICE_ERROR", "x"))})
    found, answers, _ = await searched(said)
    assert isinstance(found, Unclear)
    assert answers == dict.fromkeys(QUESTIONS, "unknown") | {name: "failed: SERVICE_ERROR"}


@pytest.mark.parametrize("after", range(8))
async def test_a_search_stops_where_it_becomes_moot(after: int) -> None:
    said = Said()
    found, _, _ = await searched(said, moot=lambda: len(said.asked) >= after)
    assert isinstance(found, NoAnswer)
    assert len(said.asked) == after


async def test_the_first_frame_is_made_once() -> None:
    paid = request()
    assert paid.first().take()
    with pytest.raises(InternalError):
        paid.first()


async def test_a_second_frame_says_the_same_and_there_is_no_third() -> None:
    proofs: list[NeverArrived | NotAdmitted] = [await never_arrived(), NotAdmitted(P, TURNED_AWAY)]
    for proof in proofs:
        paid = request()
        first = paid.first()
        assert paid.repeatable
        assert paid.again(proof).take() == first.take()
        assert not paid.repeatable
        for spent in proofs:
            with pytest.raises(InternalError):
                paid.again(spent)


async def test_there_is_no_second_frame_before_the_first() -> None:
    with pytest.raises(InternalError):
        request().again(await never_arrived())


async def test_what_another_process_sent_has_a_second_frame_only() -> None:
    paid = request(earlier=True)
    with pytest.raises(InternalError):
        paid.first()
    paid.again(await never_arrived()).take()
    with pytest.raises(InternalError):
        paid.again(await never_arrived())


async def test_a_proof_is_about_one_project() -> None:
    paid = request()
    paid.first()
    for proof in (await never_arrived(Q), NotAdmitted(Q, TURNED_AWAY), None, True, object(), P):
        with pytest.raises(InternalError):
            paid.again(proof)  # type: ignore[arg-type]
    assert paid.repeatable


def test_a_proof_cannot_be_made_without_evidence() -> None:
    for seal in (None, object()):
        with pytest.raises(InternalError):
            NeverArrived(P, seal)  # type: ignore[arg-type]
    with pytest.raises(InternalError):
        NotAdmitted(P, ProjectFailed(1001, "", ""))


def test_what_cannot_be_sent_is_refused_at_once() -> None:
    for earlier in (False, True):
        with pytest.raises(InputError):
            paid(ImageProject(model="", prompt="p"), earlier=earlier)


@cache
def calls() -> Mapping[str, set[str]]:
    """Map each name that is called in the core to the modules that call it."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "sogni_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                found.setdefault(name, set()).add(str(path.relative_to(ROOT / "sogni_core")))
    return found


def calls_of(name: str) -> set[str]:
    """Name the modules that call something by this name."""
    return calls().get(name, set())


def test_each_is_made_in_one_place() -> None:
    assert calls_of("PaidFrame") == {str(Path("_network/paid_request.py"))}
    assert calls_of("NeverArrived") == {str(Path("_network/search.py"))}
    assert calls_of("spend") == {str(Path("_network/submission.py"))}
    for name in ("NotAdmitted", "PaidRequest"):
        assert calls_of(name) == {str(Path("_network/submission.py"))}
