"""Resuming a step that has some of its outputs: what is there stays, and only what is missing is bought."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core.errors import InputError
from sogni_core.history import Run
from sogni_core.result import Progress, Result
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio

Render = Callable[..., Awaitable[Result]]


@pytest.fixture
def four(sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path) -> Render:
    """Render ``x-1.png`` to ``x-4.png`` with the seed 7."""

    async def render(**fields: Any) -> Result:
        async with sogni_app(plugins=[], network=sogni_network) as app:
            return await app.run("image", prompt="x", count=4, seed=7, output=folder / "x.png", **fields)

    return render


@pytest.fixture
def resume(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> Render:
    async def again(run: str, **options: Any) -> Result:
        async with sogni_app(plugins=[], network=sogni_network) as app:
            return await app.resume(run, **options)

    return again


@pytest.fixture
def kept(sogni_app: AppFactory) -> Callable[[str], Run]:
    return lambda run: sogni_app(plugins=[]).find_run(run)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.glob("x*"))}


async def test_only_the_missing_output_is_bought(
    four: Render, resume: Render, sogni_network: MemoryNetwork, folder: Path, kept: Callable[[str], Run]
) -> None:
    sogni_network.fail("worker lost", job=2)
    first = await four()
    assert (first.error and first.error.code, sorted(files(folder))) == ("PARTIAL", ["x-1.png", "x-2.png", "x-4.png"])
    before = files(folder)
    assert first.run_id is not None
    result = await resume(first.run_id)
    assert result.error is None
    assert [artifact.index for artifact in result.artifacts] == [0, 1, 2, 3]
    assert sorted(files(folder)) == ["x-1.png", "x-2.png", "x-3.png", "x-4.png"]
    assert {name: files(folder)[name] for name in before} == before, (
        "what was there is neither fetched nor written again"
    )
    assert [len(project.jobs) for project in sogni_network.projects] == [4, 1]
    run = kept(first.run_id)
    (step,) = run.steps
    (attempt,) = step.attempts
    assert (run.state, step.state, len(step.artifacts)) == ("completed", "completed", 4)
    assert (attempt.project_id, attempt.state) == (sogni_network.projects[0].id, "partial")
    assert (attempt.jobs, attempt.outputs, attempt.error_code) == (4, 3, "JOB_FAILED")
    assert step.project_id == sogni_network.projects[1].id


async def test_a_second_resume_changes_nothing(
    four: Render, resume: Render, sogni_network: MemoryNetwork, folder: Path
) -> None:
    sogni_network.fail("worker lost", job=0, project=0)
    run = str((await four()).run_id)
    first = await resume(run)
    before = files(folder)
    second = await resume(run)
    assert (second.paths, second.seeds) == (first.paths, first.seeds)
    assert files(folder) == before
    assert len(sogni_network.projects) == 2


async def test_what_is_still_missing_is_bought_by_the_next(
    four: Render, resume: Render, sogni_network: MemoryNetwork, kept: Callable[[str], Run]
) -> None:
    sogni_network.fail("worker lost", job=1, project=0)
    sogni_network.fail("worker lost", job=3, project=0)
    sogni_network.fail("worker lost", job=1, project=1)
    run = str((await four()).run_id)
    second = await resume(run)
    assert (second.error and second.error.code, len(second.artifacts)) == ("PARTIAL", 3)
    assert [artifact.index for artifact in (await resume(run)).artifacts] == [0, 1, 2, 3]
    assert [len(project.jobs) for project in sogni_network.projects] == [4, 2, 1]
    (step,) = kept(run).steps
    assert [(attempt.jobs, attempt.outputs) for attempt in step.attempts] == [(4, 2), (2, 1)]


@pytest.mark.parametrize(("lost", "seed"), [(0, 7), (3, None)], ids=["the one with the seed", "another"])
async def test_the_seed_is_sent_again_only_if_its_output_is_missing(
    four: Render, resume: Render, sogni_network: MemoryNetwork, lost: int, seed: int | None
) -> None:
    # The first job gets the seed; the service chooses the others.
    sogni_network.fail("worker lost", job=lost)
    run = str((await four()).run_id)
    await resume(run)
    sent = [project.payload["keyFrames"][0].get("seed") for project in sogni_network.projects]
    assert sent == [7, seed]


async def test_what_the_time_limit_left_is_bought_with_another_limit(
    four: Render, resume: Render, sogni_network: MemoryNetwork, folder: Path, kept: Callable[[str], Run]
) -> None:
    sogni_network.slow(300, job=2, project=0)
    sogni_network.slow(300, job=3, project=0)
    sogni_network.slow(300, project=1)
    first = await four(timeout=60)
    run = str(first.run_id)
    assert (first.error and first.error.code, sorted(files(folder))) == ("PARTIAL", ["x-1.png", "x-2.png"])
    assert kept(run).steps[0].state == "partial", "not cancelled: something is there"
    assert (await resume(run)).error is not None, "the run's own limit is too short"
    assert (await resume(run, timeout=700)).error is None
    assert [len(project.jobs) for project in sogni_network.projects] == [4, 2, 2]


async def test_what_was_withheld_is_not_bought_again(
    four: Render, resume: Render, sogni_network: MemoryNetwork
) -> None:
    sogni_network.withhold(job=1)
    first = await four()
    again = await resume(str(first.run_id))
    assert again.paths == first.paths
    assert len(sogni_network.projects) == 1


async def test_a_file_that_was_removed_is_asked_for_and_not_bought(
    four: Render, resume: Render, sogni_network: MemoryNetwork, folder: Path
) -> None:
    first = await four()
    (folder / "x-2.png").unlink()
    assert len((await resume(str(first.run_id))).artifacts) == 4
    assert (folder / "x-2.png").is_file()
    assert len(sogni_network.projects) == 1


async def test_a_run_that_is_stopped_half_way_is_completed(
    sogni_app: AppFactory, resume: Render, sogni_network: MemoryNetwork, folder: Path, kept: Callable[[str], Run]
) -> None:
    sogni_network.slow(1000, job=2, project=0)
    sogni_network.slow(1000, job=3, project=0)
    saved: list[str] = []
    async with sogni_app(plugins=[], network=sogni_network) as app:

        def heard(progress: Progress) -> None:
            saved.extend([progress.message] if progress.kind == "saved" else [])
            if len(saved) == 2:
                task.cancel()

        output = folder / "x.png"
        fields = {"prompt": "x", "count": 4, "output": output, "timeout": 5000}
        task = asyncio.create_task(app.run("image", fields, on_progress=heard))
        with pytest.raises(asyncio.CancelledError):
            await task
        (run,) = app.runs()
    there = len(run.steps[0].artifacts)
    assert (run.state, run.steps[0].state, 2 <= there < 4) == ("interrupted", "partial", True)
    assert len((await resume(run.id)).artifacts) == 4
    assert [len(project.jobs) for project in sogni_network.projects] == [4, 4 - there]
    assert kept(run.id).state == "completed"


async def test_a_time_limit_that_cannot_be(resume: Render) -> None:
    with pytest.raises(InputError, match="timeout must be above 0"):
        await resume("x", timeout=0)
