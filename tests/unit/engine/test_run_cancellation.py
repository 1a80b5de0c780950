"""``App.cancel``: what a run left on the network is cancelled only if the network says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sogni_core.errors import SogniError
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio


async def left_behind(sogni_app: AppFactory, network: MemoryNetwork, seconds: float = 1000) -> str:
    """Run an image that takes long and that the network refuses to cancel; returns the id of the run."""
    network.slow(seconds)
    network.refuse_cancel()
    async with sogni_app(plugins=[], network=network) as app:
        with pytest.raises(SogniError) as caught:
            await app.run("image", prompt="x", timeout=5)
    network.heal()
    return str(caught.value.details["runId"])


async def cancel(sogni_app: AppFactory, network: MemoryNetwork, run: str) -> list[str]:
    async with sogni_app(plugins=[], network=network) as app:
        return [str(one["state"]) for one in await app.cancel(run)]


def state(sogni_app: AppFactory, run: str) -> tuple[str, Any]:
    (step,) = sogni_app(plugins=[]).find_run(run).steps
    assert (step.cost or {}).get("token") == "spark"
    return step.state, (step.cost or {}).get("charged")


async def test_a_confirmed_cancel_is_noted_with_its_charge(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    run = await left_behind(sogni_app, sogni_network)
    assert state(sogni_app, run) == ("running", None)
    assert await cancel(sogni_app, sogni_network, run) == ["cancelled"]
    assert state(sogni_app, run) == ("cancelled", 0)
    assert sogni_network.projects[0].cancels == 2
    assert await cancel(sogni_app, sogni_network, run) == ["cancelled"]
    assert sogni_network.projects[0].cancels == 2, "there was nothing to cancel any more"


async def test_without_an_answer_it_is_not_called_cancelled(
    sogni_app: AppFactory, sogni_network: MemoryNetwork
) -> None:
    run = await left_behind(sogni_app, sogni_network)
    sogni_network.ignore_cancel()
    assert await cancel(sogni_app, sogni_network, run) == ["unknown"]
    assert state(sogni_app, run) == ("running", None)
    sogni_network.heal()
    sogni_network.refuse_cancel()
    assert await cancel(sogni_app, sogni_network, run) == ["running"]


async def test_one_that_had_ended_is_fetched_by_resuming(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    run = await left_behind(sogni_app, sogni_network, seconds=8)
    async with sogni_app(plugins=[], network=sogni_network) as app:
        sogni_network.heal()
        sogni_network.slow(20)
        await app.run("image", prompt="another")
    assert sogni_network.projects[0].ended
    assert await cancel(sogni_app, sogni_network, run) == ["ended"]
    async with sogni_app(plugins=[], network=sogni_network) as app:
        result = await app.resume(run)
    assert (result.error, len(result.paths), len(sogni_network.projects)) == (None, 1, 2)


async def test_a_run_that_a_process_works_on_is_refused(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    sogni_network.slow(5)
    async with sogni_app(plugins=[], network=sogni_network) as app, asyncio.TaskGroup() as group:
        group.create_task(app.run("image", prompt="x"))
        while not sogni_network.projects:
            await asyncio.sleep(0)
        with pytest.raises(SogniError) as caught:
            await app.cancel(app.runs()[0].id)
        assert caught.value.code == "RUN_ACTIVE"
