"""Resume: a run that is complete answers the same object again, and a step that has changed is not passed over."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Install

Call = Callable[..., Any]


@pytest.fixture
def call(sogni_cli: Any, devnet: Any) -> Call:
    """Return the program with these plugins, on the devnet."""

    def call(*argv: Any, plugin: str = "wrapped", **options: Any) -> Any:
        return sogni_cli(*argv, "--json", plugins=[plugin], environ=devnet.environ, **options)

    return call


@pytest.mark.parametrize("saved", [True, False])
def test_a_complete_run_answers_the_same_object_again(
    install: Install, call: Call, devnet: Any, tmp_path: Path, saved: bool
) -> None:
    install("wrapped")
    output = ("-o", tmp_path / "cat.png") if saved else ()
    first = call("wrapped", "a cat", "-n", "2", "--steps", "999", "--force", *output)
    assert first.exit_code == 0, first
    assert any("--steps" in warning for warning in first.json["warnings"]), "said in the words of the command line"
    assert (first.json["model"], first.json["type"]) == ("z_image_turbo_bf16", "image"), "the inner mode's choice"
    assert first.json["cost"]["estimated"] > 0
    for _ in range(2):
        again = call("resume", first.json["runId"])
        assert again.exit_code == 0, again
        # The balance that is left: a run that sends nothing does not hear of it.
        expected = first.json | {"cost": {name: first.json["cost"][name] for name in ("token", "estimated")}}
        assert list(again.json.items()) == list(expected.items())
    assert len(devnet.job_requests) == 1


STEPS = """
import asyncio
from typing import Annotated
from sogni_core.errors import SogniError
from sogni_core.media import read_asset
from sogni_core.project import Asset, ImageProject
from sogni_core.request import Argument, ImageOptions
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]

async def render(ctx, request):
    made = {"model": "z_image_turbo_bf16"}
    first = await ctx.submit(ImageProject.of(request, **made), key="first", output=ctx.folder / "first.png")
    made |= {"starting_image": read_asset(Asset.of(first.require()[0]))}
    try:
        last = await ctx.submit(ImageProject.of(request, **made), key="last", output=request.output)
    except SogniError as error:
        last = await ctx.submit(ImageProject.of(request, **made), key="instead", output=request.output)
    return Result.of(last)
"""


def updated(tmp_path: Path, before: str, now: str) -> None:
    """Change the mode of the plugin as an update would."""
    path = tmp_path / "site/sogni_wrapped/mode.py"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, now))
    sys.modules.pop("sogni_wrapped.mode", None)
    importlib.invalidate_caches()


@pytest.fixture
def run(install: Install, call: Call, devnet: Any, tmp_path: Path) -> str:
    """Run a workflow of two steps; returns the id of its run."""
    install("wrapped", files={"mode": STEPS})
    called = call("wrapped", "a cat", "-o", tmp_path / "cat.png")
    assert (called.exit_code, len(devnet.job_requests)) == (0, 2), called.json["error"]
    return str(called.json["runId"])


def test_a_step_that_an_update_has_changed_is_not_passed_over(
    run: str, call: Call, devnet: Any, tmp_path: Path
) -> None:
    updated(tmp_path, 'key="last"', 'key="last"')
    assert call("resume", run).exit_code == 0, "a version that changes nothing is none"
    updated(tmp_path, "made |= {", "made |= {'prompt': request.prompt + ', at dusk', 'steps': 6, ")
    refused = call("resume", run)
    assert (refused.exit_code, refused.json["errorCode"]) == (2, "INVALID_ARGUMENT"), refused
    text = (
        "The step last was submitted with other values of prompt, steps than wrapped (sogni-wrapped 3.1) would submit"
    )
    text += " now."
    assert refused.json["error"] == text
    assert (
        refused.json["hint"]
        == f"Use sogni resume {run} --keep-changed to accept what was submitted, or begin a new run."
    )
    assert refused.json["mayChargeAgain"] is True
    kept = call("resume", run, "--keep-changed")
    assert (kept.exit_code, kept.json["warnings"]) == (0, [text])
    assert len(devnet.job_requests) == 2


def test_a_step_without_an_output_is_submitted_as_it_is_now(
    install: Install, call: Call, start_devnet: Any, sogni_cli: Any, tmp_path: Path
) -> None:
    install("wrapped", files={"mode": STEPS})
    failing = start_devnet(faults=["job_error"])
    first = sogni_cli("wrapped", "a cat", "--json", plugins=["wrapped"], environ=failing.environ)
    assert first.json["errorCode"] == "JOB_FAILED"
    updated(tmp_path, "made = {", 'made = {"steps": 6, ')
    argv = ("resume", first.json["errorDetails"]["runId"], "--json")
    again = sogni_cli(*argv, plugins=["wrapped"], environ=failing.environ)
    assert again.exit_code == 0, again
    text = "The step first has no output yet and is submitted with other values of steps than before."
    assert again.json["warnings"] == [text]
    assert failing.job_requests[1]["keyFrames"][0]["steps"] == 6


def test_a_file_that_has_moved_is_the_same_file(run: str, call: Call, devnet: Any, tmp_path: Path) -> None:
    moved = tmp_path / "moved.png"
    updated(tmp_path, "made |= {", f"import shutil; shutil.copy(first.artifacts[0], {str(moved)!r})\n    made |= {{")
    updated(tmp_path, "Asset.of(first.require()[0])", f"Asset.of({str(moved)!r})")
    again = call("resume", run)
    assert (again.exit_code, again.json["warnings"]) == (0, [])
    assert len(devnet.job_requests) == 2
