"""The Python API over a network in memory: cancelling, plans, fields, progress, and what the journal keeps."""

from __future__ import annotations

import asyncio
import errno
from contextlib import closing
from pathlib import Path

import pytest

from sogni_core._journal.journal import Journal
from sogni_core.errors import InputError
from sogni_core.result import Progress
from sogni_core.settings import Paths
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio


async def test_cancelling_the_task_cancels_the_project(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    sogni_network.slow(30)
    async with sogni_app(network=sogni_network) as app:
        started = asyncio.Event()
        task = asyncio.create_task(
            app.run("image", prompt="a cat", on_progress=lambda p: started.set() if p.kind == "started" else None)
        )
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (project,) = app.interrupted
        assert project["state"] == "cancelled"
        run = app.runs(1)[0]
        assert (run.state, run.steps[0].state) == ("interrupted", "cancelled")
        assert run.steps[0].project_id == sogni_network.projects[0].id == project["projectId"]


@pytest.mark.parametrize("kind", ["sending", "queued", "started", "step", "job", "saved", "finished"])
async def test_a_receiver_of_progress_that_raises_costs_nothing_but_progress(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path, kind: str
) -> None:
    seen: list[str] = []

    def receive(progress: Progress) -> None:
        seen.append(progress.kind)
        if progress.kind == kind:
            raise OSError(errno.ENOSPC, "No space left on device")

    async with sogni_app(network=sogni_network) as app:
        result = await app.run("image", prompt="a cat", output="cat.png", on_progress=receive)
        run = app.find_run(result.run_id)
    assert result.paths == (folder / "cat.png",)
    assert (result.error, run.state, run.steps[0].state) == (None, "completed", "completed")
    assert seen.count(kind) == 1
    assert seen[-1] == kind
    assert result.warnings == ("Progress could not be shown: OSError: [Errno 28] No space left on device",)


async def test_fields_may_be_typed_or_text(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    async with sogni_app(network=sogni_network) as app:
        await app.run("image", prompt="x", width=768, steps=4, loras=("a",), lora_strengths=(0.5,))
        await app.run("image:text", prompt="x", width="768", steps="4", loras="a", lora_strengths="0.5")
    first, second = (project.frame for project in sogni_network.projects)
    assert first == second


async def test_a_plan_names_the_steps_and_submits_nothing(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path
) -> None:
    async with sogni_app(network=sogni_network) as app:
        plan = await app.plan("image", prompt="x", count=2, output=folder / "x.png")
    assert [step.key for step in plan.steps] == ["image"]
    assert plan.steps[0].files == (folder / "x-1.png", folder / "x-2.png")
    assert plan.price is not None
    assert plan.price["token"] == "spark"
    assert sogni_network.projects == ()
    assert not (folder / "x-1.png").exists()


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("imag", {"prompt": "x"}, "Unknown command 'imag'."),
        ("image:paint", {"prompt": "x"}, 'Unknown workflow "paint". Use text|edit.'),
        ("image", {"prompt": "x", "widht": 1}, "Unknown option 'widht'."),
        ("image", {"prompt": "x", "guidance": float("nan")}, "guidance must be a number."),
        ("image", {"prompt": "x", "context": [1]}, "context must be a path or a URL."),
    ],
)
async def test_bad_fields_are_input_errors(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, name: str, fields: dict[str, object], message: str
) -> None:
    async with sogni_app(network=sogni_network) as app:
        with pytest.raises(InputError) as caught:
            await app.run(name, **fields)
    assert caught.value.message == message


async def test_an_app_closes_without_having_connected(sogni_app: AppFactory) -> None:
    async with sogni_app() as app:
        assert app.modes["image"].name == "image"


async def test_no_task_is_left_behind(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    before = asyncio.all_tasks()
    async with sogni_app(network=sogni_network) as app:
        await app.run("image", prompt="x")
    assert asyncio.all_tasks() == before


async def test_what_is_rendered_is_journaled_with_its_file(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, sogni_home: Paths, folder: Path
) -> None:
    async with sogni_app(network=sogni_network) as app:
        result = await app.run("image", prompt="x", output="x.png")
    with closing(Journal(sogni_home.journal)) as journal:
        run = journal.run(result.run_id)
    (step,) = run.steps
    (artifact,) = step.artifacts
    assert (run.state, step.state, step.app_id is not None) == ("completed", "completed", True)
    assert run.request["options"]["prompt"] == "x"
    assert artifact.path == folder / "x.png"
    assert artifact.size == (folder / "x.png").stat().st_size
    assert len(artifact.sha256) == 64
