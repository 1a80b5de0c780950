"""Workflows of several steps, one of which goes wrong: the others are kept, and only that one is bought again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from sogni_core.errors import SogniError
from sogni_core.result import Result
from sogni_core.testing import MemoryNetwork, plan_of
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio

PLUGIN = """
    from sogni_core.plugin import Mode, hookimpl

    @hookimpl
    def sogni_modes():
        return [Mode("diptych", "Make two pictures.", request="diptych:Diptych", workflow="diptych:render")]
"""

MODE = """
    import asyncio
    from typing import Annotated

    from sogni_core.project import ImageProject
    from sogni_core.request import Argument, RenderOptions
    from sogni_core.result import Result

    class Diptych(RenderOptions):
        prompt: Annotated[str, Argument("What both pictures show.")]

    def half(request, side):
        return ImageProject.of(request, prompt=f"{request.prompt}, {side}", count=1)

    async def render(ctx, request):
        async with asyncio.TaskGroup() as group:
            halves = [
                group.create_task(ctx.submit(half(request, side), side, output=ctx.folder / f"{side}.png"))
                for side in ("left", "right")
            ]
        return Result.of(*[task.result() for task in halves])
"""


@pytest.fixture(autouse=True)
def _diptych(sogni_site: Callable[..., Path], sogni_home: object) -> None:
    files = {"diptych_plugin.py": dedent(PLUGIN), "diptych.py": dedent(MODE)}
    sogni_site("sogni-diptych", plugins={"diptych": "diptych_plugin"}, files=files)


async def run(sogni_app: AppFactory, network: MemoryNetwork, **fields: object) -> Result:
    async with sogni_app(plugins=["diptych"], network=network) as app:
        return await app.run("diptych", prompt="the sea", model="z_image_turbo_bf16", **fields)


async def resume(sogni_app: AppFactory, network: MemoryNetwork, run_id: str) -> Result:
    network.heal()
    async with sogni_app(plugins=["diptych"], network=network) as app:
        return await app.resume(run_id)


async def test_both_steps_are_projects(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    found = await run(sogni_app, sogni_network)
    assert [path.name for path in found.paths] == ["left.png", "right.png"]
    assert {project.prompt for project in sogni_network.projects} == {"the sea, left", "the sea, right"}
    assert found.cost == {"token": "spark", "estimated": 2.0, "left": 998.0}


async def test_what_fails_is_bought_again_and_nothing_else(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    sogni_network.fail("genfailure", job=0, project=1)
    first = await run(sogni_app, sogni_network)
    assert first.error is not None
    assert (first.error.code, len(first.paths)) == ("PARTIAL", 1)
    second = await resume(sogni_app, sogni_network, first.run_id)
    assert (second.error, len(second.paths)) == (None, 2)
    assert [project.prompt for project in sogni_network.projects][2:] == [sogni_network.projects[1].prompt]


async def test_a_step_that_takes_too_long_takes_no_other_with_it(
    sogni_app: AppFactory, sogni_network: MemoryNetwork
) -> None:
    sogni_network.silent(project=0)
    found = await run(sogni_app, sogni_network, timeout=300)
    assert [outcome.state for outcome in found.outcomes] == ["cancelled", "completed"]
    assert sogni_network.seconds == 300


async def test_the_money_ends_after_the_first_step(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    sogni_network.fund(spark=1.5)
    found = await run(sogni_app, sogni_network)
    errors = [outcome.error.code for outcome in found.outcomes if outcome.error is not None]
    assert errors == ["INSUFFICIENT_BALANCE"]


async def test_all_steps_fail(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    sogni_network.refuse("model unavailable")
    with pytest.raises(SogniError) as caught:
        await run(sogni_app, sogni_network)
    assert caught.value.code == "PROJECT_ERROR"


def test_the_plan_has_both_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOGNI_PLUGINS", "diptych")
    plan = plan_of("diptych", prompt="the sea", model="z_image_turbo_bf16")
    assert [(step.key, step.project.prompt) for step in plan.steps] == [
        ("left", "the sea, left"),
        ("right", "the sea, right"),
    ]
