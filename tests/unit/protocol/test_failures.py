"""Refusals of the wire as errors that a user meets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._protocol import failures
from sogni_core._protocol.events import JobFailed, ProjectFailed
from sogni_core.errors import MoneyError, ServiceError, SogniError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["error", "error_message", "requiredPlans", "fairUse", "feature", "subscriptionLimit"])


def project_error(**payload: object) -> SogniError:
    told = failures.read(payload)
    return failures.project_error(ProjectFailed(told.code, told.word, told.message, told.details))


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (4024, 4024, ""),
        ("4024", 4024, ""),
        (4024.0, 4024, ""),
        ("serverRestarting", 5001, "serverRestarting"),
        ("workerDisconnected", 5002, "workerDisconnected"),
        ("jobTimedOut", 5003, "jobTimedOut"),
        ("artistCanceled", 5004, "artistCanceled"),
        ("workerCancelled", 5005, "workerCancelled"),
        ("genfailure", 5000, "genfailure"),
        ("gen\x1b[2Jfailure\n", 5000, "genfailure"),
        ("", 5000, ""),
        (None, 5000, ""),
        (True, 5000, ""),
        ({}, 5000, ""),
        (10**30, 5000, ""),
    ],
)
def test_words_have_numbers(error: object, code: int, word: str) -> None:
    told = failures.read({"error": error, "error_message": "why"})
    assert (told.code, told.word, told.message) == (code, word, "why")


@pytest.mark.parametrize(
    ("payload", "kind", "code", "message"),
    [
        (
            {"error": 4024, "error_message": "Debit Error: Insufficient funds"},
            MoneyError,
            "INSUFFICIENT_BALANCE",
            "Debit Error: Insufficient funds",
        ),
        (
            {"error": "refused", "error_message": "Debit Error: Insufficient funds"},
            MoneyError,
            "INSUFFICIENT_BALANCE",
            "Debit Error: Insufficient funds",
        ),
        ({"error": 4024}, MoneyError, "INSUFFICIENT_BALANCE", "Insufficient funds."),
        (
            {"error": 4063, "error_message": "Premium Spark required"},
            MoneyError,
            "PLAN_REQUIRED",
            "Premium Spark required",
        ),
        ({"error": 4078}, MoneyError, "PLAN_REQUIRED", "The subscription does not cover this request."),
        ({"error": 4079}, ServiceError, "RATE_LIMITED", "The subscription's queue is full."),
        ({"error": 4080}, MoneyError, "PLAN_REQUIRED", "The subscription's payment is overdue."),
        ({"error": 4081}, MoneyError, "PLAN_REQUIRED", "The subscription's plan is too small for this request."),
        ({"error": "x", "subscriptionLimit": True}, MoneyError, "PLAN_REQUIRED", None),
        ({"error": 4082}, ServiceError, "PROJECT_ERROR", "This model needs the safety filter to be off."),
        ({"error": 4103}, ServiceError, "PROJECT_ERROR", "This model needs your consent first."),
        ({"error": 4104}, ServiceError, "PROJECT_ERROR", "This model is not available on this network yet."),
        ({"error": "genfailure"}, ServiceError, "JOB_FAILED", "The worker failed to render."),
        ({"error": "genfailure", "error_message": "OOM"}, ServiceError, "JOB_FAILED", "OOM"),
        ({"error": "workerDisconnected"}, ServiceError, "JOB_FAILED", "The worker was disconnected."),
        ({"error": "jobTimedOut"}, ServiceError, "JOB_FAILED", "The worker did not finish in time."),
        ({"error": "serverRestarting"}, ServiceError, "JOB_FAILED", None),
        ({"error": "workerCancelled"}, ServiceError, "JOB_FAILED", "The worker cancelled the work."),
        ({"error": "artistCanceled"}, ServiceError, "CANCELLED", "The request was cancelled."),
        ({"error": "sensitiveContent"}, ServiceError, "SENSITIVE_CONTENT", "Sensitive content was detected."),
        ({"error": 1001}, ServiceError, "PROJECT_ERROR", None),
        ({"error": 9999, "error_message": "No."}, ServiceError, "PROJECT_ERROR", "No."),
        ({"error": "odd"}, ServiceError, "PROJECT_ERROR", "The service gave the reason: odd."),
        ({}, ServiceError, "PROJECT_ERROR", "The service gave the reason: 5000."),
    ],
)
def test_the_error_of_a_project(
    payload: dict[str, Any], kind: type[SogniError], code: str, message: str | None
) -> None:
    error = project_error(**payload)
    assert isinstance(error, kind)
    assert error.code == code
    if message is not None:
        assert error.message == message


def test_a_request_that_was_never_taken_can_be_repeated_without_charge() -> None:
    error = failures.project_error(ProjectFailed(1001, "", "", admitted=False), project_id="P")
    assert (error.code, error.retryable, error.may_charge_again) == ("SERVICE_ERROR", True, False)
    assert error.details == {"projectId": "P", "serviceCode": 1001}


def test_a_project_whose_jobs_failed_is_a_failure_of_workers() -> None:
    assert failures.project_error(ProjectFailed(7, "", "", from_jobs=True)).code == "JOB_FAILED"


def test_plans_are_named() -> None:
    error = project_error(
        error=4081,
        subscriptionLimit=True,
        requiredPlans=["Pro", "Max\x07", 7, {}],
        feature="video",
        limitation=None,
        fairUse={"pct": 80, "deep": {"x": 1}},
        consentRequired=True,
        other="dropped",
    )
    assert error.hint == "It needs one of these plans: Pro, Max. See https://app.sogni.ai/."
    assert error.details == {
        "requiredPlans": ["Pro", "Max", 7],
        "feature": "video",
        "fairUse": {"pct": 80},
        "consentRequired": True,
        "subscriptionLimit": True,
        "serviceCode": 4081,
    }


@pytest.mark.parametrize(
    ("code", "word", "message", "expected"),
    [
        (5000, "genfailure", "genfailure", ("JOB_FAILED", "The worker failed to render.")),
        (5000, "odd", "", ("JOB_FAILED", "The service gave the reason: odd.")),
        (4024, "", "Insufficient funds", ("INSUFFICIENT_BALANCE", "Insufficient funds")),
    ],
)
def test_the_error_of_a_job(code: int, word: str, message: str, expected: tuple[str, ...]) -> None:
    error = failures.job_error(JobFailed(1, "J", code, word, message, True), project_id="P")
    assert (error.code, error.message) == expected
    assert error.details["index"] == 1
    assert error.details["fromWorker"] is True
    assert error.details["projectId"] == "P"


@pytest.mark.parametrize(
    ("count", "message"),
    [(1, "The output was withheld by the safety filter."), (3, "All 3 outputs were withheld by the safety filter.")],
)
def test_withheld(count: int, message: str) -> None:
    error = failures.withheld_error(count, project_id="P")
    assert (error.code, error.message) == ("SENSITIVE_CONTENT", message)
    assert error.details == {"withheld": count, "projectId": "P"}
    assert failures.withheld_error(count).details == {"withheld": count}


def test_hostile_text_is_cleaned_and_cut() -> None:
    error = project_error(error="x", error_message="a\x1b]0;title\x07\u202eb\nc" + "d" * 10_000)
    assert error.message.startswith("ab c")
    assert len(error.message) <= 500


@given(st.dictionaries(NAMES, JSON))
def test_nothing_raises(payload: dict[str, Any]) -> None:
    error = project_error(**payload)
    assert str(error)
    assert len(repr(error.details)) < 100_000
