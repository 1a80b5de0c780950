"""What is kept of a recovered project says the same as the whole of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._protocol.recovery import accounts_for, keep, request_of
from sogni_core._protocol.state import ProjectState

P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
JOB = st.fixed_dictionaries(
    {"imgID": st.sampled_from(["a", "A", "b", "c"])},
    optional={
        "status": st.sampled_from(["queued", "jobStarted", "jobProgress", "jobCompleted", "jobError", "completed"]),
        "reason": st.sampled_from(["genfailure", "sensitiveContent", "artistCanceled", "jobTimedOut"]),
        "seedUsed": st.integers(0, 9),
        "jobIndex": st.integers(0, 3),
        "triggeredNSFWFilter": st.booleans(),
        "nsfwDetected": st.booleans(),
    },
)
PROJECT = st.fixed_dictionaries(
    {"id": st.sampled_from([P, P.lower()])},
    optional={
        "status": st.sampled_from(["active", "queued", "completed", "errored", "cancelled", "processing"]),
        "finished": st.booleans(),
        "reason": st.sampled_from(["genfailure", "artistCanceled"]),
        "workerJobs": st.lists(JOB, max_size=3),
        "completedWorkerJobs": st.lists(JOB, max_size=3),
    },
)


@given(PROJECT, st.integers(1, 3), st.booleans())
def test_it_tells_the_same_events(project: dict[str, Any], count: int, safety_filter: bool) -> None:
    whole, kept = (ProjectState(P, count, safety_filter=safety_filter) for _ in range(2))
    stored = json.loads(json.dumps(keep(project)))
    assert kept.adopt(stored) == whole.adopt(project)
    assert accounts_for(stored, count) == accounts_for(project, count)


@given(JSON, JSON, JSON)
def test_nothing_raises(one: object, other: object, third: object) -> None:
    for odd in (one, {"id": "p", "status": other, "workerJobs": third, "model": one, "clientRequestData": other}):
        json.dumps(keep(odd))
        request_of(odd)
        accounts_for(odd, 1)


@pytest.mark.parametrize(
    ("status", "jobs", "whole"),
    [
        ("active", ["jobCompleted"] * 2, False),
        ("completed", ["jobCompleted"] * 2, True),
        ("completed", ["jobCompleted", "jobError"], True),
        ("completed", ["jobCompleted"], False),
        ("completed", ["jobCompleted", "jobProgress"], False),
        ("completed", [], False),
        ("errored", [], True),
        ("cancelled", ["jobCompleted"], True),
    ],
)
def test_whether_all_results_are_there(status: str, jobs: list[str], whole: bool) -> None:
    listed = [{"imgID": f"job-{place}", "status": job} for place, job in enumerate(jobs)]
    assert accounts_for({"id": P, "status": status, "workerJobs": listed}, 2) is whole


def test_who_was_told_of_a_project_knows_that_it_was_taken() -> None:
    state = ProjectState(P, 1)
    state.adopt({"id": "another", "status": "active"})
    assert not state.seen
    state.adopt({"id": P, "status": "active"})
    assert state.seen
