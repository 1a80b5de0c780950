"""How a run ends, for each way in which a service can answer: what is there stays, one error says the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from sogni_core.result import Progress
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

from .conftest import Failure, Run

pytestmark = pytest.mark.anyio


async def test_all_is_there(sogni_network: MemoryNetwork, run: Run, folder: Path) -> None:
    found = await run(2)
    (project,) = sogni_network.projects
    assert found.error is None
    assert [path.name for path in found.paths] == ["x-1.png", "x-2.png"]
    assert found.seeds == tuple(job.seed for job in project.jobs)
    assert (found.network, found.cost) == ("memory", {"token": "spark", "estimated": 1.0, "left": 999.0})


async def test_some_failed(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.fail("genfailure", job=1, message="broke")
    found = await run(3)
    assert [path.name for path in found.paths] == ["x-1.png", "x-3.png"]
    assert found.error is not None
    assert (found.error.code, found.error.exit_code) == ("PARTIAL", 8)
    assert found.error.details["failed"][0]["errorCode"] == "JOB_FAILED"
    assert found.as_json()["success"] is False


async def test_all_failed(sogni_network: MemoryNetwork, failure: Failure, folder: Path) -> None:
    sogni_network.fail("genfailure", job=0, message="bad \x1b[31mgpu")
    sogni_network.fail("genfailure", job=1)
    caught = await failure(2)
    assert (caught.code, caught.exit_code, caught.message) == ("JOB_FAILED", 6, "bad gpu")
    assert list(folder.iterdir()) == []


async def test_a_job_that_another_worker_takes_over_has_not_failed(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.move(job=0)
    assert (await run()).error is None


async def test_all_withheld(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.withhold()
    caught = await failure()
    assert (caught.code, caught.exit_code) == ("SENSITIVE_CONTENT", 6)
    assert "GET /v1/image/downloadUrl" not in sogni_network.calls


async def test_some_withheld(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.withhold(job=1)
    found = await run(2)
    assert found.error is not None
    assert found.error.code == "PARTIAL"
    assert "1 of 2 outputs were withheld" in found.error.message
    assert len(found.paths) == 1


async def test_labelled_is_delivered_with_a_warning(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.label()
    found = await run(safety_filter=False)
    assert (found.error, found.artifacts[0].labelled) == (None, True)
    assert found.warnings == ("The service marked an output as sensitive.",)


@pytest.mark.parametrize(
    ("reason", "code", "exit_code"),
    [
        ("insufficient funds", "INSUFFICIENT_BALANCE", 4),
        ("plan too small", "PLAN_REQUIRED", 4),
        ("queue full", "RATE_LIMITED", 6),
        ("no such model", "PROJECT_ERROR", 6),
    ],
)
async def test_the_project_is_refused(
    sogni_network: MemoryNetwork, failure: Failure, reason: str, code: str, exit_code: int
) -> None:
    sogni_network.refuse(reason)
    caught = await failure()
    assert (caught.code, caught.exit_code) == (code, exit_code)
    if code == "PROJECT_ERROR":
        assert caught.message == reason


async def test_what_the_balance_does_not_cover_is_refused(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.price(1.5)
    sogni_network.fund(spark=1.4)
    assert (await failure()).code == "INSUFFICIENT_BALANCE"


async def test_time_is_up(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.silent()
    caught = await failure(timeout=600)
    (project,) = sogni_network.projects
    assert (caught.code, caught.exit_code, caught.message) == ("TIMEOUT", 7, "Timeout after 600s of rendering.")
    assert caught.details["projects"][0]["state"] == "cancelled"
    assert (project.state, project.cancels) == ("cancelled", 1)
    assert sogni_network.seconds == 600


async def test_slow_is_not_too_slow(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.slow(290)
    assert (await run(2, timeout=600)).error is None
    assert sogni_network.seconds == 580


async def test_a_cancel_that_is_refused_leaves_it_running(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.silent()
    sogni_network.refuse_cancel()
    caught = await failure()
    assert (caught.code, caught.details["projects"][0]["state"]) == ("TIMEOUT", "running")
    assert caught.may_charge_again


async def test_a_cancel_without_an_answer_is_waited_for_five_seconds(
    sogni_network: MemoryNetwork, failure: Failure
) -> None:
    sogni_network.silent()
    sogni_network.ignore_cancel()
    caught = await failure(timeout=60)
    assert (caught.code, caught.details["projects"][0]["state"]) == ("TIMEOUT", "unknown")
    assert sogni_network.seconds == 65


async def test_a_project_that_ends_while_it_is_cancelled_is_taken(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.silent()
    sogni_network.late_cancel()
    found = await run()
    assert (found.error, len(found.paths)) == (None, 1)
    assert sogni_network.projects[0].cancels == 1


async def test_what_is_there_when_time_is_up_is_kept(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.silent(job=1)
    found = await run(2)
    assert [path.name for path in found.paths] == ["x-1.png"]
    assert found.error is not None
    assert found.error.details["failed"][0]["errorCode"] == "TIMEOUT"


async def test_no_workers_until_time_is_up(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.no_workers()
    caught = await failure()
    assert (caught.code, caught.exit_code) == ("NO_WORKERS", 6)
    assert caught.details["projects"][0]["state"] == "cancelled"


@pytest.mark.parametrize("code", [1000, 4010, 4015, 4021, 4061])
async def test_an_end_of_the_connection_for_good_leaves_work_behind(
    sogni_network: MemoryNetwork, failure: Failure, sogni_app: AppFactory, code: int
) -> None:
    sogni_network.drop_connection(after="accepted", code=code)
    caught = await failure()
    expected = "CONNECTION_REPLACED" if code == 4015 else "CONNECTION_LOST"
    assert (caught.code, caught.exit_code, caught.may_charge_again) == (expected, 5, True)
    assert caught.details["closeCode"] == code
    async with sogni_app(plugins=[]) as app:
        (kept,) = app.runs()
    assert kept.steps[0].state == "unknown"


async def test_what_is_rendered_and_not_here_is_paid_for(
    sogni_network: MemoryNetwork, failure: Failure, sogni_app: AppFactory
) -> None:
    def refuse(progress: Progress) -> None:
        if progress.kind == "job":
            sogni_network.refuse_login()

    caught = await failure(on_progress=refuse)
    assert (caught.code, caught.exit_code, caught.may_charge_again) == ("DOWNLOAD_FAILED", 5, True)
    assert caught.details["reason"] == "AUTHENTICATION_ERROR"
    async with sogni_app(plugins=[]) as app:
        (kept,) = app.runs()
    # Neither failed nor partial: a resumed run asks for it again, and pays nothing.
    assert kept.steps[0].state == "unknown"


async def test_a_result_that_cannot_be_downloaded_is_named(
    sogni_network: MemoryNetwork, run: Run, folder: Path
) -> None:
    sogni_network.fail_download(job=1, times=None)
    found = await run(2)
    assert found.error is not None
    assert found.error.details["failed"][0]["errorCode"] == "DOWNLOAD_FAILED"
    assert [path.name for path in folder.iterdir()] == ["x-1.png"]


async def test_a_download_that_fails_is_tried_again(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.fail_download(times=3)
    assert (await run()).error is None
    assert [call.partition(" ")[2].startswith("/files/") for call in sogni_network.calls].count(True) == 4


async def test_nothing_is_reached(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.unreachable()
    caught = await failure()
    assert (caught.code, caught.exit_code) == ("CONNECTION_ERROR", 5)
    assert caught.details["sent"] is False


async def test_the_credentials_are_refused(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.refuse_login()
    caught = await failure()
    assert (caught.code, caught.exit_code, caught.may_charge_again) == ("AUTHENTICATION_ERROR", 3, False)
    assert sogni_network.projects == ()
