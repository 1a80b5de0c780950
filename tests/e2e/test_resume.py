"""A run goes on after its process died, and nothing is paid for twice."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sogni_devnet.server import Devnet

from sogni_core._journal.journal import Journal
from sogni_core.settings.paths import Paths
from sogni_core.testing import Process
from sogni_core.testing.pytest_plugin import ProcessFactory, Program

pytestmark = pytest.mark.slow

SLOW = pytest.mark.parametrize("devnet", [{"seconds_per_image": 2}], indirect=True)


@pytest.fixture
def resume(sogni_cli: Program, devnet: Devnet, home: Paths) -> Any:
    """Resume the only run there is, in the home that the processes share; returns what was called."""

    def call(*argv: str, run: str | None = None, **environ: str) -> Any:
        name = run or journal(home).runs(1)[0].id
        return sogni_cli("resume", name, "--json", *argv, environ={**devnet.environ, **environ})

    return call


@pytest.fixture
def home(sogni_home: Paths) -> Paths:
    return sogni_home


def journal(home: Paths) -> Journal:
    return Journal(home.journal)


def kill(process: Process, devnet: Devnet, *, ended: bool = False) -> None:
    """Kill the process once its project has arrived; with ``ended``, wait until the project is over."""
    process.wait_until(lambda: devnet.projects)
    process.kill()
    process.wait()
    until = time.monotonic() + 120
    while ended and not devnet.projects[0].ended:
        assert time.monotonic() < until, "the project never ended"
        time.sleep(0.02)


@SLOW
@pytest.mark.parametrize("ended", [False, True])
def test_after_kill_9_the_paid_image_is_collected(
    sogni_process: ProcessFactory, resume: Any, devnet: Devnet, folder: Path, home: Paths, ended: bool
) -> None:
    kill(sogni_process("image", "a cat", "-o", "cat.png", environ=devnet.environ), devnet, ended=ended)
    assert journal(home).runs(1)[0].state == "interrupted"
    called = resume()
    found = called.json
    assert (called.exit_code, found["success"]) == (0, True), called.stdout
    assert found["localPaths"] == [str(folder / "cat.png")]
    assert (found["prompt"], found["seedStrategy"]) == ("a cat", "prompt-hash")
    assert found["projectIds"] == [devnet.job_requests[0]["jobID"]]
    assert len(devnet.job_requests) == 1
    with Image.open(folder / "cat.png") as image:
        image.load()
    again = resume().json
    assert (again["localPaths"], len(devnet.job_requests)) == (found["localPaths"], 1)


@SLOW
def test_a_run_at_work_is_left_alone(sogni_process: ProcessFactory, resume: Any, devnet: Devnet, folder: Path) -> None:
    process = sogni_process("image", "a cat", "-o", "cat.png", environ=devnet.environ)
    process.wait_until(lambda: devnet.projects)
    called = resume()
    assert (called.exit_code, called.json["errorCode"]) == (2, "RUN_ACTIVE")
    assert process.exit_code == 0


def test_a_run_that_was_cancelled_is_submitted_anew(resume: Any, devnet: Devnet, home: Paths, folder: Path) -> None:
    first = prepared(home, folder, devnet, state="cancelled")
    found = resume().json
    assert found["success"] is True
    assert [request["jobID"] for request in devnet.job_requests] == found["projectIds"] != [first]


def test_a_request_that_never_left_is_sent_with_its_id(resume: Any, devnet: Devnet, home: Paths, folder: Path) -> None:
    first = prepared(home, folder, devnet, state="prepared")
    assert resume().json["projectIds"] == [first]
    assert [request["jobID"] for request in devnet.job_requests] == [first]


@pytest.mark.slow
def test_a_request_that_never_arrived_is_sent_once_more_with_its_id(
    resume: Any, devnet: Devnet, home: Paths, folder: Path
) -> None:
    first = prepared(home, folder, devnet, state="sending")
    called = resume()
    assert called.exit_code == 0, called.stdout + called.stderr
    assert called.json["projectIds"] == [first]
    assert [request["jobID"] for request in devnet.job_requests] == [first]
    assert journal(home).runs(1)[0].steps[0].writes == 2


@pytest.mark.slow
def test_a_request_that_was_written_twice_is_never_written_again(
    resume: Any, devnet: Devnet, home: Paths, folder: Path
) -> None:
    prepared(home, folder, devnet, state="sending", writes=2)
    called = resume()
    assert (called.exit_code, called.json["errorCode"]) == (5, "CONNECTION_LOST")
    assert called.json["mayChargeAgain"] is True
    assert devnet.job_requests == []


def test_what_cannot_be_resumed_says_why(resume: Any, devnet: Devnet, home: Paths, folder: Path) -> None:
    assert resume(run="20990101").json["errorCode"] == "UNKNOWN_RUN"
    prepared(home, folder, devnet, state="sent")
    other = resume(SOGNI_API_KEY=devnet.accounts[1].api_key)
    assert (other.exit_code, other.json["errorCode"]) == (3, "MISSING_CREDENTIALS")
    assert journal(home).runs(1)[0].state == "interrupted", "a try that did nothing leaves it as it was"
    assert devnet.job_requests == []


def prepared(home: Paths, folder: Path, devnet: Devnet, *, state: str, writes: int = 1) -> str:
    """Write the journal of a process that died in this state, and return the id of its project."""
    import asyncio
    from datetime import UTC, datetime

    from sogni_core._core_app import CoreApp
    from sogni_core._engine.report import kept
    from sogni_core._journal.app_ids import lease_app_id

    async def resolved() -> Any:
        async with CoreApp(environ={**os.environ, **devnet.environ}) as app:
            ready = await app.engine.prepare("image", {"prompt": "a cat", "output": str(folder / "cat.png")})
            way = await app.engine.networks.open("fast")
            return ready, way.account.name

    ready, account = asyncio.run(resolved())
    project_id = "AAAAAAAA-0000-4000-8000-000000000001"
    book = journal(home)
    run = book.begin_run("image", "text", kept(ready), "fast", account, 1, datetime.now(UTC))
    book.begin_step(run, "image", project_id, {"seed": ready.request.seed}, output=folder / "cat.png")
    lease = lease_app_id(home.state, account, devnet.socket_url)
    if state != "prepared":
        for _ in range(writes):
            book.mark_step(run, "image", "sending", app_id=lease.app_id)
        if state != "sending":
            book.mark_step(run, "image", state)
    lease.release()
    book.close()
    return project_id


def test_the_journal_prints_as_json(resume: Any, devnet: Devnet, home: Paths, folder: Path) -> None:
    prepared(home, folder, devnet, state="sent")
    run = journal(home).runs(1)[0]
    assert json.loads(json.dumps(dict(run.request)))["options"]["output"] == str(folder / "cat.png")
