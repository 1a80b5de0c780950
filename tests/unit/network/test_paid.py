"""A paid request is made a frame once, and a second time only with a proof that has one source each."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from sogni_core._network.paid_request import PaidRequest
from sogni_core._protocol.events import ProjectFailed
from sogni_core._protocol.lifecycle.evidence import QUESTIONS, NeverArrived, NotAdmitted, NotNamed, Proof, Unknown
from sogni_core.errors import InputError, InternalError
from sogni_core.project import ImageProject, Project
from tests.media import medium_of

ROOT = Path(__file__).parents[3]
P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
Q = "02AD9B53-2508-43A7-9C85-9AF249C9BCA7"
TURNED_AWAY = ProjectFailed(1001, "", "restarting", admitted=False)


def paid(project: Project, *, earlier: bool) -> PaidRequest:
    return PaidRequest(project, P, medium=medium_of(project), comfy=True, earlier=earlier)


def request(earlier: bool = False) -> PaidRequest:
    return paid(ImageProject(model="m", prompt="p"), earlier=earlier)


def never_arrived(project_id: str = P) -> NeverArrived:
    answers = tuple(Unknown(question, project_id) for question in QUESTIONS)
    return NeverArrived(project_id, 1, NotNamed(project_id, 2), answers)


def test_the_first_frame_is_made_once() -> None:
    paid = request()
    assert paid.first().take()
    with pytest.raises(InternalError):
        paid.first()


def test_a_second_frame_says_the_same_and_there_is_no_third() -> None:
    proofs: list[Proof] = [never_arrived(), NotAdmitted(P, TURNED_AWAY)]
    for proof in proofs:
        paid = request()
        first = paid.first()
        assert paid.again(proof).take() == first.take()
        for spent in proofs:
            with pytest.raises(InternalError):
                paid.again(spent)


def test_there_is_no_second_frame_before_the_first() -> None:
    with pytest.raises(InternalError):
        request().again(never_arrived())


def test_what_another_process_sent_has_a_second_frame_only() -> None:
    paid = request(earlier=True)
    with pytest.raises(InternalError):
        paid.first()
    paid.again(never_arrived()).take()
    with pytest.raises(InternalError):
        paid.again(never_arrived())


def test_a_proof_is_about_one_project() -> None:
    paid = request()
    paid.first()
    for proof in (never_arrived(Q), NotAdmitted(Q, TURNED_AWAY), None, True, object(), P):
        with pytest.raises(InternalError):
            paid.again(proof)  # type: ignore[arg-type]
    assert paid.again(never_arrived()).take()


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
    assert calls_of("PaidRequest") == {str(Path("_network/submission.py"))}
    assert calls_of("spend") == {str(Path("_network/actions.py"))}
    assert calls_of("Write") == {str(Path("_protocol/lifecycle/machine.py"))}
    assert calls_of("NotAdmitted") == {str(Path("_protocol/lifecycle/machine.py"))}
    for name in ("NeverArrived", "NotNamed"):
        assert calls_of(name) == {str(Path("_protocol/lifecycle/lookups.py"))}
    # Answers are made only where the service is asked.
    for name in ("Unknown", "Known"):
        assert calls_of(name) == {str(Path("_network/lookups.py"))}
