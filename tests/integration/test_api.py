"""The Python API: many runs at once on one connection, cancelling, plans, and what the journal keeps."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sogni_devnet.server import Devnet

import sogni_core
from sogni_core.errors import InputError
from sogni_core.result import Progress
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio


async def test_the_words_of_the_docstring_work(sogni_home: object, folder: Path) -> None:
    async with sogni_core.open(network="devnet") as app:
        result = await app.run("image", prompt="a cat", output="cat.png")
        assert result.paths == (folder / "cat.png",)
        assert result.network == "devnet"
        assert result.urls == (), "what the network keeps is gone with it"
        assert isinstance(result.seeds[0], int)


async def test_two_hundred_images_on_one_connection(sogni_app: AppFactory, devnet: Devnet, folder: Path) -> None:
    async with sogni_app(environ=devnet.environ) as app:
        async with asyncio.TaskGroup() as group:
            runs = [
                group.create_task(app.run("image", prompt=f"cat {n}", width=256, height=256, output=f"{n}.png"))
                for n in range(200)
            ]
        results = [run.result() for run in runs]
        assert len({result.run_id for result in results}) == 200
        assert len(app.runs(1000)) == 200
    assert all(result.error is None for result in results)
    assert len(list(folder.glob("*.png"))) == 200
    with Image.open(folder / "199.png") as image:
        assert image.size == (256, 256)
    upgrades = [entry for entry in devnet.requests if entry.type == "upgrade" or (entry.path == "/" and entry.method)]
    assert len(upgrades) == 1
    assert len(devnet.job_requests) == 200


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 30}], indirect=True)
async def test_cancelling_the_task_cancels_the_project(sogni_app: AppFactory, devnet: Devnet) -> None:
    async with sogni_app(environ=devnet.environ) as app:
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
        assert run.steps[0].project_id == devnet.job_requests[0]["jobID"] == project["projectId"]


@pytest.mark.parametrize("kind", ["sending", "queued", "started", "step", "job", "saved", "finished"])
async def test_a_receiver_of_progress_that_raises_costs_nothing_but_progress(
    sogni_app: AppFactory, devnet: Devnet, folder: Path, kind: str
) -> None:
    seen: list[str] = []

    def receive(progress: Progress) -> None:
        seen.append(progress.kind)
        if progress.kind == kind:
            raise OSError(errno.ENOSPC, "No space left on device")

    async with sogni_app(environ=devnet.environ) as app:
        result = await app.run("image", prompt="a cat", output="cat.png", on_progress=receive)
        run = app.find_run(result.run_id)
    assert result.paths == (folder / "cat.png",)
    assert (result.error, run.state, run.steps[0].state) == (None, "completed", "completed")
    assert seen.count(kind) == 1
    assert seen[-1] == kind
    assert result.warnings == ("Progress could not be shown: OSError: [Errno 28] No space left on device",)


async def test_fields_may_be_typed_or_text(sogni_app: AppFactory, devnet: Devnet) -> None:
    async with sogni_app(environ=devnet.environ) as app:
        await app.run("image", prompt="x", width=768, steps=4, loras=("a",), lora_strengths=(0.5,))
        await app.run("image:text", prompt="x", width="768", steps="4", loras="a", lora_strengths="0.5")
    first, second = (request["keyFrames"][0] for request in devnet.job_requests)
    assert first == second


async def test_a_plan_names_the_steps_and_submits_nothing(sogni_app: AppFactory, devnet: Devnet, folder: Path) -> None:
    async with sogni_app(environ=devnet.environ) as app:
        plan = await app.plan("image", prompt="x", count=2, output=folder / "x.png")
    assert [step.key for step in plan.steps] == ["image"]
    assert plan.steps[0].files == (folder / "x-1.png", folder / "x-2.png")
    assert plan.price is not None
    assert plan.price["token"] == "spark"
    assert devnet.job_requests == []
    assert not (folder / "x-1.png").exists()


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("imag", {"prompt": "x"}, "There is no command 'imag'."),
        ("image:paint", {"prompt": "x"}, 'Unknown workflow "paint". Use text|edit.'),
        ("image", {"prompt": "x", "widht": 1}, "Unknown option 'widht'."),
        ("image", {"prompt": "x", "guidance": float("nan")}, "guidance must be a number."),
        ("image", {"prompt": "x", "context": [1]}, "context must be a path or a URL."),
    ],
)
async def test_bad_fields_are_input_errors(
    sogni_app: AppFactory, devnet: Devnet, name: str, fields: dict[str, Any], message: str
) -> None:
    async with sogni_app(environ=devnet.environ) as app:
        with pytest.raises(InputError) as caught:
            await app.run(name, **fields)
    assert caught.value.message == message


async def test_an_app_closes_without_having_connected(sogni_app: AppFactory) -> None:
    async with sogni_app() as app:
        assert app.registry.mode("image").record.name == "image"


async def test_no_task_is_left_behind(sogni_app: AppFactory, devnet: Devnet) -> None:
    before = asyncio.all_tasks()
    async with sogni_app(environ=devnet.environ) as app:
        await app.run("image", prompt="x")
    assert asyncio.all_tasks() == before


async def test_what_is_rendered_is_journaled_with_its_file(sogni_app: AppFactory, devnet: Devnet, folder: Path) -> None:
    async with sogni_app(environ=devnet.environ) as app:
        result = await app.run("image", prompt="x", output="x.png")
        run = app.find_run(result.run_id)
    (step,) = run.steps
    (artifact,) = step.artifacts
    assert (run.state, step.state, step.app_id is not None) == ("completed", "completed", True)
    assert run.request["options"]["prompt"] == "x"
    assert artifact.path == folder / "x.png"
    assert artifact.size == (folder / "x.png").stat().st_size
    assert len(artifact.sha256) == 64
