"""How a run ends, for each way in which a service can answer: what is there stays, one error says the rest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core.app import App
from sogni_core.errors import SogniError
from sogni_core.result import Result
from sogni_core.testing.pytest_plugin import AppFactory

from .servers import Line, Net

pytestmark = pytest.mark.anyio

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def app(net: Net, sogni_app: AppFactory) -> App:
    """Make an App that takes the scripted service for the live network."""
    net.web.on("/store/", net.web.answer(200, net.web.picture()))
    for index in range(4):
        net.web.on(f"/store/J{index}", net.web.answer(200, net.web.picture()))
    net.web.on(
        "/v1/image/downloadUrl",
        lambda asked: net.web.ok({"downloadUrl": f"{net.web.url}/store/{asked.query['imageId']}?s=1"}),
    )
    environ = {"SOGNI_REST_URL": net.web.url, "SOGNI_SOCKET_URL": net.wire.url, "SOGNI_API_KEY": "key-1"}
    return sogni_app(environ=environ, plugins=[])


def script(net: Net, *steps: Callable[[Line, dict[str, Any]], Awaitable[None]]) -> None:
    """Let the socket greet, hear one request, and go through the steps."""

    async def follow(line: Line) -> None:
        await line.greet()
        request = await line.hear("jobRequest")
        for step in steps:
            await step(line, request)

    net.wire.scripts = [follow]


def result(index: int, **fields: Any) -> Callable[[Line, dict[str, Any]], Awaitable[None]]:
    async def say(line: Line, request: dict[str, Any]) -> None:
        facts = {"jobID": request["jobID"], "imgID": f"J{index}", "jobIndex": index}
        await line.say("jobState", {"type": "jobStarted", **facts})
        await line.say("jobResult", {**facts, "lastSeed": str(index), **fields})

    return say


def error(index: int | None = None, word: object = "genfailure", text: str = "broke") -> Any:
    async def say(line: Line, request: dict[str, Any]) -> None:
        facts = {} if index is None else {"imgID": f"J{index}"}
        if index is not None:
            started = {"jobID": request["jobID"], "imgID": f"J{index}", "jobIndex": index}
            await line.say("jobState", {"type": "jobStarted", **started})
        await line.say("jobError", {"jobID": request["jobID"], **facts, "error": word, "error_message": text})

    return say


async def completed(line: Line, request: dict[str, Any]) -> None:
    await line.say("jobState", {"type": "jobCompleted", "jobID": request["jobID"]})


async def queued(line: Line, request: dict[str, Any]) -> None:
    await line.say("jobState", {"type": "queued", "jobID": request["jobID"], "queuePosition": 1})


def cancel(**answer: Any) -> Any:
    """Wait for the cancel and confirm it like this; nothing if the answer is silence."""

    async def say(line: Line, request: dict[str, Any]) -> None:
        heard = await line.hear("jobError")
        assert (heard["jobID"], heard["error"]) == (request["jobID"], "artistCanceled")
        if answer:
            await line.say("artistCancelConfirmation", {"jobID": request["jobID"], **answer})

    return say


async def run(app: App, folder: Path, count: int = 1, **fields: Any) -> Result:
    async with app:
        return await app.run("image", prompt="x", count=count, output=folder / "x.png", **fields)


async def failure(app: App, folder: Path, count: int = 1, **fields: Any) -> SogniError:
    with pytest.raises(SogniError) as caught:
        await run(app, folder, count, **fields)
    return caught.value


async def test_some_failed(net: Net, app: App, folder: Path) -> None:
    script(net, result(0), error(1), result(2), completed)
    found = await run(app, folder, 3)
    assert [path.name for path in found.paths] == ["x-1.png", "x-3.png"]
    assert found.error is not None
    assert (found.error.code, found.error.exit_code) == ("PARTIAL", 8)
    assert found.error.details["failed"][0]["errorCode"] == "JOB_FAILED"
    assert found.as_json()["success"] is False


async def test_all_failed(net: Net, app: App, folder: Path) -> None:
    script(net, error(0, text="bad \x1b[31mgpu"), error(1), completed)
    caught = await failure(app, folder, 2)
    assert (caught.code, caught.exit_code, caught.message) == ("JOB_FAILED", 6, "bad gpu")
    assert list(folder.iterdir()) == []


async def test_a_job_that_another_worker_takes_over_has_not_failed(net: Net, app: App, folder: Path) -> None:
    async def moved(line: Line, request: dict[str, Any]) -> None:
        facts = {"jobID": request["jobID"], "imgID": "OLD", "jobIndex": 0}
        await line.say("jobState", {"type": "jobStarted", **facts})
        await line.say("jobRetry", {**facts, "attempt": 1, "maxAttempts": 3, "error_message": "worker left"})

    script(net, moved, result(0), completed)
    assert (await run(app, folder)).error is None


async def test_all_withheld(net: Net, app: App, folder: Path) -> None:
    script(net, result(0, triggeredNSFWFilter=True), completed)
    caught = await failure(app, folder)
    assert (caught.code, caught.exit_code) == ("SENSITIVE_CONTENT", 6)
    assert net.web.of("/v1/image/downloadUrl") == []


async def test_some_withheld(net: Net, app: App, folder: Path) -> None:
    script(net, result(0), result(1, triggeredNSFWFilter=True), completed)
    found = await run(app, folder, 2)
    assert found.error is not None
    assert found.error.code == "PARTIAL"
    assert "1 of 2 outputs were withheld" in found.error.message
    assert len(found.paths) == 1


async def test_labelled_is_delivered_with_a_warning(net: Net, app: App, folder: Path) -> None:
    script(net, result(0, nsfwDetected=True), completed)
    found = await run(app, folder, safety_filter=False)
    assert (found.error, found.artifacts[0].labelled) == (None, True)
    assert found.warnings == ("The service marked an output as sensitive.",)


@pytest.mark.parametrize(
    ("word", "text", "code", "exit_code"),
    [
        (4024, "Debit Error: Insufficient funds", "INSUFFICIENT_BALANCE", 4),
        ("4081", "", "PLAN_REQUIRED", 4),
        (4079, "", "RATE_LIMITED", 6),
        ("whatever", "no such model", "PROJECT_ERROR", 6),
    ],
)
async def test_the_project_is_refused(
    net: Net, app: App, folder: Path, word: object, text: str, code: str, exit_code: int
) -> None:
    script(net, error(word=word, text=text))
    caught = await failure(app, folder)
    assert (caught.code, caught.exit_code) == (code, exit_code)
    if text:
        assert caught.message == text


@pytest.mark.parametrize(("answer", "state"), [({"didCancel": True}, "cancelled"), ({"didCancel": False}, "running")])
async def test_time_is_up(net: Net, app: App, folder: Path, answer: dict[str, bool], state: str) -> None:
    script(net, queued, cancel(**answer))
    caught = await failure(app, folder, timeout=2)
    assert (caught.code, caught.exit_code) == ("TIMEOUT", 7)
    assert caught.details["projects"][0]["state"] == state


async def test_what_is_there_when_time_is_up_is_kept(net: Net, app: App, folder: Path) -> None:
    script(net, result(0), cancel(didCancel=True))
    found = await run(app, folder, 2, timeout=2)
    assert [path.name for path in found.paths] == ["x-1.png"]
    assert found.error is not None
    assert found.error.details["failed"][0]["errorCode"] == "TIMEOUT"


async def test_a_project_that_ends_while_it_is_cancelled_is_taken(net: Net, app: App, folder: Path) -> None:
    script(net, cancel(), result(0), completed)
    found = await run(app, folder, timeout=2)
    assert (found.error, len(found.paths)) == (None, 1)


async def test_no_workers_until_time_is_up(net: Net, app: App, folder: Path) -> None:
    async def none(line: Line, request: dict[str, Any]) -> None:
        state = {"type": "queued", "queuePosition": 1, "estimatedStartSeconds": None, "queueStatus": "no-workers"}
        await line.say("jobState", {"jobID": request["jobID"], **state})

    script(net, none, cancel(didCancel=True))
    caught = await failure(app, folder, timeout=2)
    assert (caught.code, caught.exit_code) == ("NO_WORKERS", 6)
    assert caught.details["projects"][0]["state"] == "cancelled"


async def test_a_taken_place_ends_it_and_may_charge(net: Net, app: App, folder: Path) -> None:
    async def replaced(line: Line, request: dict[str, Any]) -> None:
        await line.close(4015)

    script(net, replaced)
    caught = await failure(app, folder)
    assert (caught.code, caught.exit_code, caught.may_charge_again) == ("CONNECTION_REPLACED", 5, True)
    async with app:
        (run_kept,) = app.runs()
    assert run_kept.steps[0].state == "unknown"


@pytest.mark.parametrize("code", [1000, 4010, 4021, 4061])
async def test_an_end_of_the_connection_for_good_leaves_work_behind(
    net: Net, app: App, folder: Path, code: int
) -> None:
    async def closed(line: Line, request: dict[str, Any]) -> None:
        await queued(line, request)
        await line.close(code)

    script(net, closed)
    caught = await failure(app, folder)
    assert (caught.code, caught.exit_code, caught.may_charge_again) == ("CONNECTION_LOST", 5, True)
    assert caught.details["closeCode"] == code
    async with app:
        (run_kept,) = app.runs()
    assert run_kept.steps[0].state == "unknown"


async def test_what_is_rendered_and_not_here_is_paid_for(net: Net, app: App, folder: Path) -> None:
    net.web.on("/v1/image/downloadUrl", net.web.error(401))
    script(net, result(0), completed)
    caught = await failure(app, folder)
    assert (caught.code, caught.exit_code, caught.may_charge_again) == ("DOWNLOAD_FAILED", 5, True)
    assert caught.details["reason"] == "AUTHENTICATION_ERROR"
    async with app:
        (run_kept,) = app.runs()
    # Neither failed nor partial: a resumed run asks for it again, and pays nothing.
    assert run_kept.steps[0].state == "unknown"


async def test_a_result_that_cannot_be_downloaded_is_named(net: Net, app: App, folder: Path) -> None:
    net.web.on("/store/J1", net.web.answer(200, b"<html>gone</html>"))
    script(net, result(0), result(1), completed)
    found = await run(app, folder, 2)
    assert found.error is not None
    assert found.error.details["failed"][0]["errorCode"] == "DOWNLOAD_FAILED"
    assert sorted(path.name for path in folder.iterdir()) == ["x-1.png"]
    assert len(net.wire.lines) == 1


async def test_the_request_is_written_once_whatever_happens(net: Net, app: App, folder: Path) -> None:
    heard: list[str] = []

    async def first(line: Line) -> None:
        await line.greet()
        heard.append((await line.hear("jobRequest"))["jobID"])
        line.drop()

    async def second(line: Line) -> None:
        done = {"id": heard[0], "status": "completed", "imageCount": 1, "model": {"id": "m", "type": "image"}}
        job = {"id": "1", "imgID": "J0", "status": "jobCompleted", "seedUsed": 3}
        await line.greet(unclaimedCompletedProjects=[{**done, "completedWorkerJobs": [job]}])
        async with asyncio.timeout(1):
            while True:
                got = await line.hear("jobRequest")
                heard.append(got["jobID"])

    async def until_closed(line: Line) -> None:
        with contextlib.suppress(TimeoutError):
            await second(line)

    net.wire.scripts = [first, until_closed]
    found = await run(app, folder, timeout=20)
    assert len(found.paths) == 1
    assert len(heard) == 1
    assert net.wire.lines[0].query["appId"] == net.wire.lines[1].query["appId"]
