"""The life of a project as tables: messages in, events out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sogni_core._protocol import frames
from sogni_core._protocol.events import (
    Assigned,
    CancelConfirmed,
    Event,
    JobFailed,
    JobFinished,
    JobPreparing,
    JobProgress,
    JobRetried,
    JobStarted,
    ProjectCompleted,
    ProjectFailed,
    Queued,
)
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.state import ProjectState

P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
CONVERSATION = Path(__file__).parent / "samples" / "edit.conversation"


def state(kind: str, **payload: object) -> Frame:
    return Frame("jobState", {"jobID": P, "type": kind, **payload})


def started(job: str, index: int | None = None) -> Frame:
    return state("jobStarted", imgID=job, **({} if index is None else {"jobIndex": index}))


def progress(job: str, **payload: object) -> Frame:
    return Frame("jobProgress", {"jobID": P, "imgID": job, **payload})


def result(job: str, **payload: object) -> Frame:
    return Frame("jobResult", {"jobID": P, "imgID": job, "lastSeed": "7", **payload})


def error(job: str | None = None, word: object = "genfailure", **payload: object) -> Frame:
    named = {} if job is None else {"imgID": job}
    return Frame("jobError", {"jobID": P, "error": word, "error_message": "", "isFromWorker": True} | named | payload)


def retry(job: str, index: int | None = None, **payload: object) -> Frame:
    named = {} if index is None else {"jobIndex": index}
    return Frame("jobRetry", {"jobID": P, "imgID": job} | named | payload)


COMPLETED = state("jobCompleted")


def run(project: ProjectState, *received: Frame) -> list[Event]:
    return [event for frame in received for event in project.receive(frame)]


def ends(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, JobFinished | JobFailed | ProjectCompleted | ProjectFailed)]


def test_the_recorded_edit() -> None:
    project = ProjectState(P, 1)
    job = "B37623E6-0013-43A2-8BC3-C3F2B3DB68B5"
    lines = [line for line in CONVERSATION.read_text("utf-8").splitlines() if not line.startswith("#")]
    events: list[Event] = []
    for line in lines:
        type, _, payload = line.partition(" ")
        frame = frames.decode(frames.encode(type, json.loads(payload)))
        assert frame is not None
        events += project.receive(frame)
    assert events == [
        Queued(1, 2.0, False),
        Assigned("worker-1"),
        JobPreparing(0, job, ""),
        JobStarted(0, job),
        JobProgress(0, job, 0.25, 1, 4, 0.04),
        JobProgress(0, job, 0.5, 2, 4, 0.03),
        JobProgress(0, job, 0.75, 3, 4, 0.01),
        JobProgress(0, job, 1.0, 4, 4, 0.0),
        JobFinished(0, job, 3627379225),
        ProjectCompleted(),
    ]
    assert project.done
    assert project.failure is None


def test_frames_of_others_and_unknown_messages_are_ignored() -> None:
    project = ProjectState(P, 1)
    strange = (
        Frame("jobResult", {"jobID": "OTHER", "imgID": "A"}),
        Frame("jobResult", {"imgID": "A"}),
        Frame("jobResult", ["not", "an", "object"]),
        Frame("balanceUpdate", {"jobID": P}),
        Frame("jobState", {"jobID": P, "type": "unheardOf"}),
        Frame("jobState", {"jobID": P, "type": ["x"]}),
        Frame("jobResult", {"jobID": P}),
        Frame("jobProgress", {"jobID": P, "imgID": 7}),
    )
    assert run(project, *strange) == []
    assert project.jobs == ()


def test_ids_are_compared_in_upper_case() -> None:
    project = ProjectState(P.lower(), 1)
    lower = Frame("jobState", {"jobID": P.lower(), "imgID": "a", "type": "jobStarted"})
    assert run(project, lower, result("A")) == [
        JobStarted(0, "A"),
        JobFinished(0, "A", 7),
        ProjectCompleted(),
    ]


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        ({"queuePosition": 3, "estimatedStartSeconds": 9, "queueStatus": "waiting"}, Queued(3, 9.0, False)),
        ({"queuePosition": 1, "estimatedStartSeconds": None, "queueStatus": "no-workers"}, Queued(1, None, True)),
        ({}, Queued(None, None, False)),
        ({"queuePosition": -1, "estimatedStartSeconds": "x", "queueStatus": 7}, Queued(None, None, False)),
        ({"queuePosition": "2", "estimatedStartSeconds": "4.5"}, Queued(2, 4.5, False)),
    ],
)
def test_the_queue(payload: dict[str, Any], event: Queued) -> None:
    project = ProjectState(P, 1)
    assert run(project, state("queued", **payload), state("queued", **payload)) == [event]
    assert project.queue == event


def test_a_queue_message_that_comes_after_the_start_is_late() -> None:
    project = ProjectState(P, 1)
    events = run(project, started("A"), state("queued", queuePosition=1))
    assert events == [JobStarted(0, "A")]
    assert project.queue is None


def test_a_worker_is_named_once_and_its_name_is_cleaned() -> None:
    named = state("assigned", workerName="w\x1b[31m1\n")
    assert run(ProjectState(P, 1), named, named, state("assigned")) == [Assigned("w1"), Assigned("")]


def test_preparation_names_its_phase_once() -> None:
    loading = {"phase": "loadingModel", "model": "WAN21", "step": "start"}
    events = run(
        ProjectState(P, 1),
        state("initiatingModel", imgID="A", preparation={"phase": "downloadingAssets"}),
        state("initiatingModel", imgID="A", preparation=loading),
        state("initiatingModel", imgID="A", preparation=loading | {"step": "end"}),
        state("initiatingModel", imgID="A", preparation="odd"),
        started("A"),
        state("initiatingModel", imgID="A"),
    )
    assert events == [
        JobPreparing(0, "A", "downloadingAssets"),
        JobPreparing(0, "A", "loadingModel"),
        JobPreparing(0, "A", ""),
        JobStarted(0, "A"),
    ]


@pytest.mark.parametrize(
    ("told", "fractions"),
    [
        ([{"step": 1, "stepCount": 4}, {"step": 3, "stepCount": 4}, {"step": 2, "stepCount": 4}], [0.25, 0.75]),
        ([{"step": 9, "stepCount": 4}], [1.0]),
        ([{"step": 1, "stepCount": 0}], [0.0]),
        ([{"step": "2", "stepCount": "4"}], [0.5]),
        ([{"step": -1, "stepCount": "x"}], [0.0]),
        ([{"progress": "0." + "5" * 40}], [0.0]),
        ([{"progress": 0.25}, {"progress": 50}, {"progress": 40}, {"progress": 900}], [0.25, 0.5, 1.0]),
        ([{"progress": 1}], [1.0]),
        ([{"progress": 1.5}], [0.015]),
        ([{"progress": 0.5, "step": 1, "stepCount": 10}, {"step": 2, "stepCount": 10}], [0.5, 0.5]),
        ([{"progress": float("inf")}, {"progress": True}], [0.0]),
        ([{"step": 10**400, "stepCount": 10**300}], [0.0]),
    ],
)
def test_progress(told: list[dict[str, Any]], fractions: list[float]) -> None:
    events = run(ProjectState(P, 1), started("A"), *(progress("A", **payload) for payload in told))
    assert [event.fraction for event in events if isinstance(event, JobProgress)] == pytest.approx(fractions)


def test_a_duplicate_of_progress_is_silent_and_an_estimate_is_progress() -> None:
    events = run(
        ProjectState(P, 1),
        progress("A", step=1, stepCount=4, etaSeconds=9, hasImage=True),
        progress("A", step=1, stepCount=4, etaSeconds=9, hasImage=True),
        Frame("jobETA", {"jobID": P, "imgID": "A", "etaSeconds": 30}),
        Frame("jobETA", {"jobID": P, "imgID": "A", "etaSeconds": -1}),
    )
    assert events == [
        JobStarted(0, "A"),
        JobProgress(0, "A", 0.25, 1, 4, 9.0),
        JobProgress(0, "A", 0.25, 1, 4, 30.0),
    ]


@pytest.mark.parametrize(
    ("payload", "safety_filter", "expected"),
    [
        ({}, True, JobFinished(0, "A", 7)),
        ({"triggeredNSFWFilter": False, "nsfwDetected": False}, True, JobFinished(0, "A", 7)),
        ({"triggeredNSFWFilter": True}, True, JobFinished(0, "A", 7, withheld=True)),
        ({"nsfwDetected": True, "nsfwSources": ["prompt"]}, False, JobFinished(0, "A", 7, labelled=True)),
        (
            {"triggeredNSFWFilter": True, "nsfwDetected": True},
            True,
            JobFinished(0, "A", 7, labelled=True, uncertain=True),
        ),
        ({"triggeredNSFWFilter": True}, False, JobFinished(0, "A", 7, labelled=True, uncertain=True)),
        ({"triggeredNSFWFilter": "true", "nsfwDetected": 1}, True, JobFinished(0, "A", 7)),
        ({"resultUrl": "https://x.test/a?sig=1"}, True, JobFinished(0, "A", 7, result_url="https://x.test/a?sig=1")),
        ({"videoUrl": "https://x.test/v"}, True, JobFinished(0, "A", 7, result_url="https://x.test/v")),
        (
            {"resultUrl": None, "videoFile": "https://x.test/f"},
            True,
            JobFinished(0, "A", 7, result_url="https://x.test/f"),
        ),
        ({"resultUrl": "file:///etc/passwd"}, True, JobFinished(0, "A", 7)),
        ({"resultUrl": "https://x.test/a", "triggeredNSFWFilter": True}, True, JobFinished(0, "A", 7, withheld=True)),
        ({"lastSeed": 9}, True, JobFinished(0, "A", 9)),
        ({"lastSeed": "4294967296"}, True, JobFinished(0, "A", None)),
        ({"lastSeed": "-1"}, True, JobFinished(0, "A", None)),
        ({"lastSeed": "x"}, True, JobFinished(0, "A", None)),
        ({"lastSeed": None}, True, JobFinished(0, "A", None)),
    ],
)
def test_results(payload: dict[str, Any], safety_filter: bool, expected: JobFinished) -> None:
    project = ProjectState(P, 1, safety_filter=safety_filter)
    events = run(project, result("A", **payload))
    assert events == [expected, ProjectCompleted()]
    assert project.finished == (expected,)
    assert expected.delivered is not expected.withheld


def test_a_result_does_not_show_its_url() -> None:
    assert "sig" not in repr(run(ProjectState(P, 1), result("A", resultUrl="https://x.test/a?sig=1")))


def test_a_job_error_that_says_sensitive_is_withheld() -> None:
    project = ProjectState(P, 1)
    assert run(project, error("A", "sensitiveContent")) == [JobFinished(0, "A", withheld=True), ProjectCompleted()]


def test_a_job_that_was_cancelled_has_no_file() -> None:
    project = ProjectState(P, 1)
    assert run(project, result("A", userCanceled=True, resultUrl="https://x.test/a")) == [
        JobFinished(0, "A", 7, canceled=True),
        ProjectFailed(5004, "artistCanceled", "", from_jobs=True),
    ]
    assert project.failure is not None
    assert project.failure.canceled


def test_completed_waits_for_the_result_it_overtook() -> None:
    project = ProjectState(P, 2)
    assert ends(run(project, started("A", 0), started("B", 1), result("B"), COMPLETED)) == [JobFinished(1, "B", 7)]
    assert project.overtaken
    assert not project.done
    assert run(project, result("A")) == [JobFinished(0, "A", 7), ProjectCompleted()]


def test_a_completed_that_was_lost_is_not_waited_for() -> None:
    project = ProjectState(P, 2)
    assert ends(run(project, result("A"), result("B")))[-1] == ProjectCompleted()
    assert run(project, COMPLETED, result("B"), error(), error("A"), started("C")) == []


def test_duplicates_are_dropped() -> None:
    project = ProjectState(P, 2)
    once = [started("A", 0), progress("A", step=1, stepCount=2), result("A")]
    twice = [frame for frame in once for _ in range(2)]
    assert run(project, *twice, *once) == [
        JobStarted(0, "A"),
        JobProgress(0, "A", 0.5, 1, 2, None),
        JobFinished(0, "A", 7),
    ]


def test_some_jobs_fail_and_the_project_completes() -> None:
    project = ProjectState(P, 3)
    events = run(project, result("A"), error("B", 7, error_message="out of\nmemory"), COMPLETED, result("C"))
    assert ends(events) == [
        JobFinished(0, "A", 7),
        JobFailed(1, "B", 7, "", "out of memory", True),
        JobFinished(2, "C", 7),
        ProjectCompleted(),
    ]
    assert [end.job_id for end in project.finished] == ["A", "C"]
    assert [end.job_id for end in project.failed] == ["B"]


def test_all_jobs_fail_and_the_project_fails_with_the_first() -> None:
    project = ProjectState(P, 2)
    events = run(project, started("A", 0), started("B", 1), error("B", "odd"), error("A", 4081, requiredPlans=["Pro"]))
    assert ends(events)[-1] == ProjectFailed(4081, "", "", {"requiredPlans": ["Pro"]}, from_jobs=True)
    assert project.failure == events[-1]


def test_the_only_job_fails_and_the_project_fails_at_once() -> None:
    events = run(ProjectState(P, 1), error("A"))
    assert events == [
        JobFailed(0, "A", 5000, "genfailure", "", True),
        ProjectFailed(5000, "genfailure", "", from_jobs=True),
    ]


@pytest.mark.parametrize("job", [None, "", 7])
def test_an_error_without_job_fails_the_project(job: int | str | None) -> None:
    project = ProjectState(P, 2)
    events = run(project, result("A"), error(None, 4024, error_message="Debit Error: Insufficient funds", imgID=job))
    assert events == [JobFinished(0, "A", 7), ProjectFailed(4024, "", "Debit Error: Insufficient funds")]
    assert project.done
    assert [end.job_id for end in project.finished] == ["A"]


@pytest.mark.parametrize(
    ("before", "code", "admitted"),
    [([], 1001, False), ([], "1001", False), ([state("queued")], 1001, True), ([], 4024, True), ([], "odd", True)],
)
def test_a_request_that_was_never_taken_says_so(before: list[Frame], code: int | str, admitted: bool) -> None:
    events = run(ProjectState(P, 1), *before, error(None, code))
    assert isinstance(events[-1], ProjectFailed)
    assert events[-1].admitted is admitted


def test_a_late_error_of_a_finished_job_is_ignored() -> None:
    project = ProjectState(P, 2)
    assert run(project, result("A"), error("A")) == [JobFinished(0, "A", 7)]


def test_a_retry_is_the_same_job_under_a_new_id() -> None:
    project = ProjectState(P, 2)
    events = run(
        project,
        started("A", 0),
        started("B", 1),
        progress("A", step=3, stepCount=4),
        retry("A", 0, attempt=1, maxAttempts=3, error="workerDisconnected", error_message=""),
        progress("A", step=4, stepCount=4),
        error("A"),
        started("C", 0),
        progress("C", step=1, stepCount=4),
        result("C"),
        result("B"),
        COMPLETED,
    )
    assert events == [
        JobStarted(0, "A"),
        JobStarted(1, "B"),
        JobProgress(0, "A", 0.75, 3, 4, None),
        JobRetried(0, "A", "workerDisconnected"),
        JobStarted(0, "C"),
        JobProgress(0, "C", 0.25, 1, 4, None),
        JobFinished(0, "C", 7),
        JobFinished(1, "B", 7),
        ProjectCompleted(),
    ]
    assert [job.ids for job in project.jobs] == [["A", "C"], ["B"]]


def test_a_retry_as_a_kind_of_state_is_a_retry() -> None:
    events = run(ProjectState(P, 1), started("A", 0), state("jobRetry", imgID="A", jobIndex=0, attempt="x"))
    assert events[-1] == JobRetried(0, "A", "")


def test_a_retry_without_its_message_is_seen_by_the_index() -> None:
    project = ProjectState(P, 2)
    run(project, started("A", 0), started("B", 1), started("C", 0), result("C"), result("B"))
    assert project.done
    assert [end.job_id for end in project.finished] == ["C", "B"]


def test_a_failed_job_that_another_worker_takes_over_has_not_failed() -> None:
    project = ProjectState(P, 2)
    events = run(project, started("A", 0), error("A"), started("C", 0), result("C"), result("B"))
    assert ends(events) == [
        JobFailed(0, "A", 5000, "genfailure", "", True),
        JobFinished(0, "C", 7),
        JobFinished(1, "B", 7),
        ProjectCompleted(),
    ]
    assert project.failed == ()


def test_a_retried_job_that_fails_again_has_failed_once() -> None:
    events = run(ProjectState(P, 1), started("A", 0), retry("A", 0), started("C", 0), error("C"))
    assert [event for event in events if isinstance(event, JobFailed)] == [
        JobFailed(0, "C", 5000, "genfailure", "", True)
    ]


def test_a_retry_that_is_told_after_its_failure_takes_the_failure_back() -> None:
    project = ProjectState(P, 2)
    events = run(project, error("A"), retry("A", 0), result("B"), COMPLETED)
    assert not project.done
    assert isinstance(events[1], JobRetried)
    assert ends(run(project, result("C")))[-1] == ProjectCompleted()


def test_an_id_that_is_first_heard_of_in_its_result() -> None:
    project = ProjectState(P, 2)
    run(project, started("A", 1))
    assert run(project, result("B")) == [JobFinished(0, "B", 7)]


def test_an_index_told_late_moves_a_job_that_has_not_ended() -> None:
    project = ProjectState(P, 2)
    events = run(project, progress("A", step=1, stepCount=2), started("B", 0), result("B"), started("A", 1))
    assert [job.ids for job in project.jobs] == [["B"], ["A"]]
    assert JobFinished(0, "B", 7) in events


def test_an_index_told_late_does_not_move_a_result() -> None:
    project = ProjectState(P, 2)
    run(project, result("A"), started("B", 0), started("A", 1), result("B"))
    assert [(end.index, end.job_id) for end in project.finished] == [(0, "A"), (1, "B")]


def test_two_results_that_claim_one_index_stay_two() -> None:
    project = ProjectState(P, 3)
    events = run(project, result("A"), result("B"), started("A", 0), started("B", 0), result("C"))
    assert ends(events) == [JobFinished(0, "A", 7), JobFinished(1, "B", 7), JobFinished(2, "C", 7), ProjectCompleted()]


@pytest.mark.parametrize("index", [-1, 2, 10**30, "x", None, 1.5, True])
def test_an_index_that_cannot_be_is_none(index: bool | float | str | None) -> None:
    project = ProjectState(P, 2)
    run(project, state("jobStarted", imgID="A", jobIndex=index), result("A"), result("B"))
    assert [end.index for end in project.finished] == [0, 1]


def test_one_job_was_asked_for_so_every_id_is_that_job() -> None:
    project = ProjectState(P, 1)
    events = run(project, progress("A", step=1, stepCount=2), result("B"))
    assert ends(events) == [JobFinished(0, "B", 7), ProjectCompleted()]


def test_ids_past_all_reason_are_dropped() -> None:
    project = ProjectState(P, 2)
    run(project, *(started(f"J{number}") for number in range(1000)))
    assert len(project.jobs) == 4
    project = ProjectState(P, 1)
    run(project, *(started(f"J{number}") for number in range(1000)))
    assert len(project.jobs[0].ids) == 64
    assert run(project, retry("J1000", 0)) == []


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (
            {"didCancel": True, "error_message": ""},
            [CancelConfirmed(True, ""), ProjectFailed(5004, "artistCanceled", "")],
        ),
        ({"didCancel": False, "error_message": "too\nlate"}, [CancelConfirmed(False, "too late")]),
        ({}, [CancelConfirmed(False, "")]),
    ],
)
def test_the_answer_to_a_cancel(payload: dict[str, Any], expected: list[Event]) -> None:
    project = ProjectState(P, 2)
    run(project, result("A"))
    assert run(project, Frame("artistCancelConfirmation", {"jobID": P, **payload})) == expected
    assert project.done is payload.get("didCancel", False)
    assert [end.job_id for end in project.finished] == ["A"]


def test_the_answer_to_a_cancel_is_heard_after_the_end() -> None:
    project = ProjectState(P, 1)
    confirmed = Frame("artistCancelConfirmation", {"jobID": P, "didCancel": True})
    assert run(project, error(None, "artistCanceled"), confirmed, confirmed) == [
        ProjectFailed(5004, "artistCanceled", ""),
        CancelConfirmed(True, ""),
    ]
