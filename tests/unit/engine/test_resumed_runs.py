"""A run that did not end well is resumed: what is paid for is collected, and only what is missing is bought."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sogni_core.errors import SogniError
from sogni_core.result import Progress, Result
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

from .conftest import Failure, Run

pytestmark = pytest.mark.anyio

Resume = Callable[[], Awaitable[Result]]


@pytest.fixture
def resume(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> Resume:
    """Resume the newest run once nothing goes wrong any more."""

    async def once() -> Result:
        sogni_network.heal()
        async with sogni_app(plugins=[], network=sogni_network) as app:
            return await app.resume(app.runs(1)[0].id)

    return once


async def test_an_output_that_was_not_downloaded_is_collected(
    sogni_network: MemoryNetwork, failure: Failure, resume: Resume
) -> None:
    sogni_network.fail_download(times=None)
    assert (await failure()).code == "DOWNLOAD_FAILED"
    assert len((await resume()).paths) == 1
    assert len(sogni_network.projects) == 1


async def test_a_run_whose_connection_was_taken_is_collected(
    sogni_network: MemoryNetwork, failure: Failure, resume: Resume
) -> None:
    sogni_network.drop_connection(after="started", code=4015)
    assert (await failure()).code == "CONNECTION_REPLACED"
    assert len((await resume()).paths) == 1
    assert len(sogni_network.projects) == 1


async def test_a_project_that_still_runs_is_waited_for(
    sogni_network: MemoryNetwork, failure: Failure, resume: Resume
) -> None:
    sogni_network.slow(50)
    sogni_network.refuse_cancel()
    assert (await failure(timeout=30)).details["projects"][0]["state"] == "running"
    assert sogni_network.projects[0].state == "progress"
    assert len((await resume()).paths) == 1
    assert len(sogni_network.projects) == 1
    assert sogni_network.seconds == 50


@pytest.mark.parametrize("fault", ["failed", "refused", "cancelled"])
async def test_what_came_to_nothing_is_bought_anew(
    sogni_network: MemoryNetwork, failure: Failure, resume: Resume, fault: str
) -> None:
    if fault == "failed":
        sogni_network.fail("genfailure", job=0)
    elif fault == "refused":
        sogni_network.refuse("queue full")
    else:
        sogni_network.silent()
    await failure()
    found = await resume()
    first, second = sogni_network.projects
    assert found.error is None
    assert first.id != second.id
    assert first.prompt == second.prompt
    assert first.frame["seed"] == second.frame["seed"]


async def test_a_run_that_is_cancelled_asks_the_network_to_cancel(
    sogni_app: AppFactory, sogni_network: MemoryNetwork
) -> None:
    started = asyncio.Event()

    def receive(progress: Progress) -> None:
        if progress.kind == "started":
            started.set()

    sogni_network.slow(10_000)
    async with sogni_app(plugins=[], network=sogni_network) as app:
        running = asyncio.create_task(app.run("image", prompt="x", timeout=100_000, on_progress=receive))
        await started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        (left,) = app.interrupted
        (kept,) = app.runs()
    (project,) = sogni_network.projects
    assert (left["projectId"], left["state"]) == (project.id, "cancelled")
    assert (kept.state, kept.steps[0].state, project.state) == ("interrupted", "cancelled", "cancelled")


async def test_a_finished_run_is_answered_from_the_journal(
    sogni_network: MemoryNetwork, run: Run, resume: Resume
) -> None:
    first = await run()
    again = await resume()
    assert again.paths == first.paths
    assert len(sogni_network.projects) == 1


async def test_an_unknown_run_is_an_error(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    async with sogni_app(plugins=[], network=sogni_network) as app:
        with pytest.raises(SogniError) as caught:
            await app.resume("2099")
    assert caught.value.code == "UNKNOWN_RUN"
