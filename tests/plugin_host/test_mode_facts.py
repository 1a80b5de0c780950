"""What a mode and its request say: kinds of files, needs, workflows by name, plans, and sizes in seeds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from sogni_core.errors import InputError

from .conftest import Install

SAMPLES = Path(__file__).parents[1] / "unit" / "media" / "samples"

MODULE = """
@hookimpl
def sogni_modes():
    return [
        Mode("mole", "Dig.", request="{package}.mode:Asked"),
        Mode("pump", "Pump.", request="{package}.mode:Pump", workflow="{package}.mode:dig",
             needs="{package}.mode:look"),
    ]

@hookimpl
def sogni_workflows():
    return [
        Workflow("mole", "plain", "{package}.mode:dig", aliases=("flat",),
                 default_model="wan_v2.2-14b-fp8_t2v_lightx2v"),
        Workflow("mole", "deep", "{package}.mode:dig", accepts=("film", "face"), default_model="flux1-schnell-fp8"),
    ]

@hookimpl
def sogni_validators():
    return [Validator(("mole",), "{package}.mode:rules")]

@hookimpl
def sogni_settings():
    return [Settings("mole", "{package}.mode:Table")]

@hookimpl
def sogni_models():
    return [Model("*_t2v*", media="video")]
"""

REQUEST = """
import os
from typing import Annotated
from pydantic import BaseModel
from sogni_core.problem import Problem
from sogni_core.project import Asset, ImageProject
from sogni_video.project import VideoProject
from sogni_core.request import Argument, Option, RenderOptions, Request
from sogni_core.result import Result

class Table(BaseModel):
    workflow: str = "plain"

class Asked(RenderOptions):
    prompt: Annotated[str, Argument("What.")]
    width: Annotated[int, Option("--width", help="Width.")] = 512
    height: Annotated[int, Option("--height", help="Height.")] = 512
    film: Annotated[Asset | None, Option("--film", help="Film.", kind="video")] = None
    face: Annotated[Asset | None, Option("--face", help="Face.")] = None
    way: Annotated[str, Option("--way", help="NetworkHandle.", names_workflow=True, setting="mole.workflow")]
    pumped: Annotated[bool, Option("--pumped", help="With a pump.")] = False
    price: Annotated[bool, Option("--price", help="Price alone.", plans=True)] = False

    def settled(self, facts):
        return {"width": 640, "height": 480} if self.face else {}

class Pump(Request):
    pass

def look():
    if not os.environ.get("PUMP"):
        yield Problem("pump.missing", (), "There is no pump.", code="UNSUPPORTED_MEDIA")

def rules(request, facts):
    if request.pumped:
        yield from facts.missing("pump:pump")

async def dig(ctx, request):
    film = getattr(request, "film", None)
    if getattr(request, "pumped", False):
        clip = await ctx.submit(VideoProject(model="wan_v2.2-14b-fp8_t2v_lightx2v", prompt="x", width=832, height=480,
                                             frames=33, fps=16), key="clip")
        await ctx.run("mole", key="again", prompt="y", film=clip.artifacts[0])
    extra = {"way": request.way, "film": [film.width, film.height, film.seconds] if film else None}
    if isinstance(request, Asked):
        project = ImageProject(model="flux1-schnell-fp8", prompt=request.prompt, seed=request.seed)
        made = await ctx.submit(project, key="i")
        return Result.of(made, extra=extra)
    return Result()
"""


@pytest.fixture
def mole(install: Install, sogni_cli: Any, devnet: Any, folder: Path) -> Any:
    from PIL import Image

    Image.new("RGB", (640, 480)).save("face.png")
    shutil.copy(SAMPLES / "clip.mp4", "clip.mp4")
    install("mole", MODULE, files={"mode": REQUEST})
    return lambda *argv, **environ: sogni_cli("mole", *argv, "--json", environ={**devnet.environ, **environ})


def test_a_file_has_to_be_of_the_kind_that_its_option_says(mole: Any) -> None:
    film = mole("a", "--film", "clip.mp4").json["film"]
    assert all(film)
    refused = mole("a", "--film", "face.png")
    assert refused.exit_code == 2
    assert refused.json["error"].endswith("as video: it is image/png.")
    assert mole("a", "--face", "clip.mp4").json["errorCode"] == "UNSUPPORTED_MEDIA"


@pytest.mark.parametrize(
    ("argv", "environ", "chosen"),
    [
        ((), {}, "plain"),
        ((), {"SOGNI_MOLE__WORKFLOW": "deep"}, "deep"),
        (("--way", "Flat"), {"SOGNI_MOLE__WORKFLOW": "deep"}, "plain"),
        (("--way", "deep"), {}, "deep"),
        (("--film", "clip.mp4"), {"SOGNI_MOLE__WORKFLOW": "plain"}, "deep"),
    ],
)
def test_a_workflow_is_named_by_its_option_then_by_assets_then_by_the_setting(
    mole: Any, argv: tuple[str, ...], environ: dict[str, str], chosen: str
) -> None:
    assert mole("a", *argv, **environ).json["way"] == chosen


def test_a_workflow_that_does_not_exist_is_named_with_those_that_do(mole: Any) -> None:
    refused = mole("a", "--way", "deeep").json
    assert refused["error"] == 'Unknown workflow "deeep". Use plain|deep.'
    assert refused["hint"] == "Did you mean 'deep'?"


def test_what_a_mode_needs_is_looked_for_before_anything_is_sent(
    mole: Any, sogni_cli: Any, devnet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = sogni_cli("pump", "--json", environ=devnet.environ)
    assert (called.exit_code, called.json["error"]) == (2, "There is no pump.")
    called = mole("a", "--pumped")
    assert (called.exit_code, called.json["error"]) == (2, "There is no pump.")
    assert devnet.requests == []


def test_a_stand_in_for_a_video_is_measured_as_the_video_would_be(mole: Any) -> None:
    plan = mole("a", "--pumped", "--dry-run", PUMP="1").json
    assert [step["key"] for step in plan["projects"]] == ["clip", "again/i", "i"]


def test_an_option_that_asks_for_a_plan_submits_nothing(mole: Any, devnet: Any) -> None:
    assert mole("a", "--price").json["type"] == "plan"
    assert devnet.job_requests == []


@pytest.mark.anyio
async def test_from_python_such_an_option_is_refused(
    install: Install, sogni_app: Any, devnet: Any, folder: Path
) -> None:
    install("mole", MODULE, files={"mode": REQUEST})
    async with sogni_app(environ=devnet.environ) as app:
        with pytest.raises(InputError, match="asks for a plan \\(price\\)"):
            await app.run("mole", prompt="a", price=True)
        assert (await app.plan("mole", prompt="a", price=True)).steps


def test_a_seed_counts_the_size_that_the_assets_make(mole: Any) -> None:
    asked = mole("a", "--face", "face.png", "--way", "plain").json["seed"]
    sized = mole("a", "--face", "face.png", "--way", "plain", "--width", "640", "--height", "480").json["seed"]
    plain = mole("a", "--way", "plain").json["seed"]
    assert asked == sized != plain
