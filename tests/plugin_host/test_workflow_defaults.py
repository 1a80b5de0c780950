"""What a workflow fills in: above the catalogue, below settings and flags; and what of it moves a seed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from .conftest import Install

MODULE = """
@hookimpl
def sogni_modes():
    return [Mode("ant", "Ant it.", request="{package}.mode:Asked")]

@hookimpl
def sogni_workflows():
    return [
        Workflow("ant", "only", "{package}.mode:render", default_model="qwen_image_edit_2511_fp8_lightning",
                 defaults={"steps": 6, "sampler": "euler", "guidance": {"*lightning*": 1, "*qwen*": 4}})
    ]
"""

REQUEST = """
from typing import Annotated, ClassVar
from sogni_core.errors import PartialError, ServiceError
from sogni_core.project import Asset, ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Outcome, Result

class Asked(ImageOptions):
    seeded: ClassVar = frozenset({"guidance"})

    prompt: Annotated[str, Argument("What to show.")]
    angle_description: Annotated[str, Option("--description", help="Said again.")] = "studio portrait, same person"
    context: Annotated[tuple[Asset, ...], Option("-c", help="Image.")] = (Asset("subject.jpg"),)
    azimuth: Annotated[str, Option("--azimuth", help="Side.")] = "front-right"
    output_format: Annotated[str, Option("--output-format", help="Format.")] = "jpg"
    scheduler: Annotated[str, Option("--scheduler", help="Scheduler.")] = "simple"
    loras: Annotated[tuple[str, ...], Option("--lora", help="LoRAs.")] = ("multiple_angles",)
    lora_strengths: Annotated[tuple[float, ...], Option("--lora-strength", help="Strengths.")] = (0.9,)

async def render(ctx, request):
    made = await ctx.submit(
        ImageProject(model="z_image_turbo_bf16", prompt=request.prompt, seed=request.seed, steps=request.steps,
                     guidance=request.guidance, sampler=request.sampler),
        key="image", output=request.output)
    if request.prompt != "half":
        return Result.of(made)
    missed = Outcome("rest", "", "failed", error=ServiceError("JOB_FAILED", "The rest is missing."))
    whole = Result.of(made, missed)
    return Result(whole.outcomes, whole.artifacts, error=PartialError("PARTIAL", "The second half is missing."))
"""


@pytest.fixture
def ant(install: Install, sogni_cli: Any, devnet: Devnet, folder: Any) -> Any:
    from PIL import Image

    Image.new("RGB", (300, 300)).save("subject.jpg")
    install("ant", MODULE, files={"mode": REQUEST})
    return lambda *argv, **more: sogni_cli("ant", *argv, "-q", environ={**devnet.environ, **more})


def sent(devnet: Devnet) -> dict[str, Any]:
    frame: dict[str, Any] = devnet.job_requests[-1]["keyFrames"][0]
    return {name: frame.get(name) for name in ("steps", "guidanceScale", "comfySampler")}


def test_a_workflows_defaults_stand_above_the_catalogue(ant: Any, devnet: Devnet) -> None:
    assert ant("x").exit_code == 0
    assert sent(devnet) == {"steps": 6, "guidanceScale": 1, "comfySampler": "euler"}


def test_the_first_pattern_that_fits_the_model_counts(ant: Any, devnet: Devnet) -> None:
    assert ant("x", "-m", "qwen_image_edit_2511_fp8").exit_code == 0
    assert sent(devnet)["guidanceScale"] == 4


def test_what_fits_no_pattern_is_left_to_the_catalogue(ant: Any, devnet: Devnet) -> None:
    assert ant("x", "-m", "z_image_turbo_bf16").exit_code == 0
    assert sent(devnet)["guidanceScale"] is None


def test_settings_and_flags_stand_above_them(ant: Any, devnet: Devnet) -> None:
    table = json.dumps({"qwen_image_edit_2511_fp8_lightning": {"steps": 5, "guidance": 2}})
    assert ant("x", "--steps", "7", "--force", SOGNI_MODEL_DEFAULTS=table).exit_code == 0
    assert sent(devnet) == {"steps": 7, "guidanceScale": 2, "comfySampler": "euler"}


def test_only_what_the_request_says_moves_the_seed(ant: Any) -> None:
    """The original's vector for several angles: its guidance counts although nobody chose it, its steps do not."""
    made = ant("studio portrait, same person", "--sampler", "euler", "--json").json
    assert made["seed"] == 3836364664


def test_a_format_that_follows_from_the_name_moves_no_seed(ant: Any) -> None:
    argv = ("studio portrait, same person", "--sampler", "euler", "--json")
    assert ant(*argv, "-o", "ant.png").json["seed"] == 3836364664
    assert ant(*argv, "-o", "ant2.png", "--output-format", "png").json["seed"] != 3836364664


def test_a_workflow_says_itself_what_is_missing(ant: Any) -> None:
    called = ant("half", "-o", "half.png", "--json")
    assert called.exit_code == 8
    assert called.json["error"] == "The second half is missing."
    assert called.json["errorDetails"]["failed"][0]["errorCode"] == "JOB_FAILED"
    assert len(called.json["localPaths"]) == 1
