"""A recovered project tells a state machine what it missed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogni_core._protocol import recovery
from sogni_core._protocol.events import (
    JobFailed,
    JobFinished,
    JobRetried,
    JobStarted,
    ProjectCompleted,
    ProjectFailed,
)
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.state import ProjectState

P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
MISSING = "The service does not know what happened to this output."
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def job(job_id: str, status: str = "jobCompleted", **more: object) -> dict[str, Any]:
    return {
        "id": "not this one",
        "imgID": job_id,
        "status": status,
        "performedSteps": 8,
        "seedUsed": 123,
        "triggeredNSFWFilter": False,
        "reason": status,
        "worker": {"username": "w"},
        "resultUrl": None,
    } | more


def project(status: str, *jobs: object, completed: tuple[object, ...] = (), **more: object) -> dict[str, Any]:
    told = {"id": P.lower(), "status": status, "imageCount": 1, "workerJobs": list(jobs)}
    return told | {"completedWorkerJobs": list(completed)} | more


@pytest.mark.parametrize(
    ("recovered", "events"),
    [
        (project("completed", completed=(job("a"),)), [JobFinished(0, "A", 123), ProjectCompleted()]),
        (
            project("completed", job("a", "jobProgress"), completed=(job("A"),)),
            [JobFinished(0, "A", 123), ProjectCompleted()],
        ),
        (
            project("completed", job("a", resultUrl="https://x.test/a")),
            [JobFinished(0, "A", 123, result_url="https://x.test/a"), ProjectCompleted()],
        ),
        (
            project("completed", job("a", triggeredNSFWFilter=True)),
            [JobFinished(0, "A", 123, withheld=True), ProjectCompleted()],
        ),
        (
            project("completed", job("a", "jobError", reason="sensitiveContent")),
            [JobFinished(0, "A", withheld=True), ProjectCompleted()],
        ),
        (
            project("completed", job("a", triggeredNSFWFilter=True, nsfwDetected=True)),
            [JobFinished(0, "A", 123, labelled=True, uncertain=True), ProjectCompleted()],
        ),
        (
            project("completed", job("a", "jobError", reason="workerDisconnected"), job("b")),
            [JobRetried(0, "A", ""), JobFinished(0, "B", 123), ProjectCompleted()],
        ),
        (
            project("errored", job("a", "jobError", reason="genfailure"), reason="genfailure"),
            [
                JobFailed(0, "A", 5000, "genfailure", "", True),
                ProjectFailed(5000, "genfailure", "", from_jobs=True),
            ],
        ),
        (project("errored", reason="jobTimedOut"), [ProjectFailed(5003, "jobTimedOut", "")]),
        (project("failed"), [ProjectFailed(5000, "", "")]),
        (project("cancelled"), [ProjectFailed(5004, "artistCanceled", "")]),
        (project("canceled"), [ProjectFailed(5004, "artistCanceled", "")]),
        (
            project("completed"),
            [
                JobFailed(0, "", 5000, "missing", MISSING, False),
                ProjectFailed(5000, "missing", MISSING, from_jobs=True),
            ],
        ),
        (project("processing", finished=True, completed=(job("a"),)), [JobFinished(0, "A", 123), ProjectCompleted()]),
        (project("active"), []),
        (project("active", job("a", "queued"), job("b", "initiatingModel")), []),
        (project("active", job("a", "jobStarted")), [JobStarted(0, "A")]),
        # the service may be moving it to another worker
        (project("active", job("a", "jobError")), []),
        (project("active", job("a")), [JobFinished(0, "A", 123), ProjectCompleted()]),
        ({"id": "other", "status": "completed"}, []),
        ({"status": "completed"}, []),
        ("odd", []),
        (None, []),
    ],
)
def test_one_job(recovered: dict[str, Any] | str | None, events: object) -> None:
    state = ProjectState(P, 1)
    assert state.adopt(recovered) == events
    assert state.done is any(isinstance(event, ProjectCompleted | ProjectFailed) for event in events)
    assert state.adopt(recovered) == []


def live(count: int, *jobs: tuple[str, int]) -> ProjectState:
    state = ProjectState(P, count)
    for job_id, index in jobs:
        state.receive(Frame("jobState", {"jobID": P, "type": "jobStarted", "imgID": job_id, "jobIndex": index}))
    return state


def test_what_ended_meanwhile_is_told_and_what_was_known_is_not() -> None:
    state = live(3, ("A", 0), ("B", 1), ("C", 2))
    state.receive(Frame("jobResult", {"jobID": P, "imgID": "B", "lastSeed": "7"}))
    recovered = project("completed", job("A"), job("B"), job("C", "jobError", reason="jobTimedOut"))
    assert state.adopt(recovered) == [
        JobFinished(0, "A", 123),
        JobFailed(2, "C", 5003, "jobTimedOut", "", True),
        ProjectCompleted(),
    ]


def test_a_retry_that_was_missed_keeps_the_place() -> None:
    state = live(2, ("A", 0), ("B", 1))
    recovered = project("completed", job("A", "jobError"), job("B"), job("C"))
    assert state.adopt(recovered) == [
        JobRetried(0, "A", ""),
        JobFinished(1, "B", 123),
        JobFinished(0, "C", 123),
        ProjectCompleted(),
    ]


def test_indexes_are_used_where_they_are_told() -> None:
    state = ProjectState(P, 2)
    recovered = project("completed", job("A", jobIndex=1), job("B", jobIndex=0))
    assert state.adopt(recovered)[:2] == [JobFinished(1, "A", 123), JobFinished(0, "B", 123)]


def test_jobs_that_an_ended_project_does_not_account_for_have_failed() -> None:
    state = live(3, ("A", 0), ("B", 1))
    assert state.adopt(project("completed", job("A"))) == [
        JobFinished(0, "A", 123),
        JobFailed(1, "B", 5000, "missing", MISSING, False),
        JobFailed(2, "", 5000, "missing", MISSING, False),
        ProjectCompleted(),
    ]


def test_a_project_that_runs_goes_on_after_it_was_adopted() -> None:
    state = live(2, ("A", 0), ("B", 1))
    assert state.adopt(project("active", job("A"), job("B", "jobProgress"))) == [JobFinished(0, "A", 123)]
    events = state.receive(Frame("jobResult", {"jobID": P, "imgID": "B", "lastSeed": "7"}))
    assert events == [JobFinished(1, "B", 7), ProjectCompleted()]


@pytest.mark.parametrize(
    ("recovered", "ended"),
    [
        ({"status": "completed"}, True),
        ({"status": "errored"}, True),
        ({"status": "queued"}, False),
        ({"status": ["completed"]}, False),
        ({"finished": True}, True),
        ({"finished": 1}, False),
        (None, False),
    ],
)
def test_whether_it_is_over(recovered: dict[str, Any] | None, ended: bool) -> None:
    assert recovery.has_ended(recovered) is ended


@settings(deadline=None)
@given(
    st.sampled_from(["completed", "active", "errored", "cancelled"]),
    st.lists(st.fixed_dictionaries({"imgID": st.text() | JSON, "status": JSON, "reason": JSON, "jobIndex": JSON})),
    JSON,
)
def test_nothing_raises(status: str, jobs: list[dict[str, Any]], odd: object) -> None:
    for told in (project(status, *jobs), project(status, odd), project(status) | {"workerJobs": odd, "reason": odd}):
        state = ProjectState(P, 2)
        state.adopt(told)
        assert state.done or status == "active"
