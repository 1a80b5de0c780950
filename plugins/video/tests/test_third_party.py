"""A plugin of somebody else's adds a workflow to the mode ``video``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .conftest import clip, film, picture

PLUGIN = """
from sogni_core.plugin import Model, Workflow, hookimpl

@hookimpl
def sogni_workflows():
    return [Workflow("video", "v2v", "restyle.mode:v2v", accepts=("ref", "ref_video"), aliases=("video-to-video",),
                     default_model="ltx23-22b-fp8_v2v_distilled", timeout_setting="video.timeout",
                     summary="A video in another style.")]

@hookimpl
def sogni_models():
    return [Model("*_v2v*", media="video", workflow="video:v2v", defaults={"steps": 8})]
"""

MODE = """
from sogni_core.project import ControlNet
from sogni_core.result import Result
from sogni_video.project import VideoProject, frames_for

async def v2v(ctx, request):
    project = VideoProject.of(
        request, width=640, height=640, frames=frames_for(request.model, request.duration, request.fps),
        reference_video=request.ref_video, control_net=ControlNet("canny", strength=0.85))
    return Result.of(await ctx.submit(project, key="video", output=request.output), extra={"workflow": "v2v"})
"""


def test_its_workflow_is_chosen_by_name_by_alias_and_by_model(
    sogni_site: Any, sogni_cli: Any, devnet: Any, folder: Path
) -> None:
    files = {"restyle/__init__.py": "", "restyle/plugin.py": PLUGIN, "restyle/mode.py": MODE}
    sogni_site("sogni-restyle", plugins={"restyle": "restyle.plugin"}, files=files)
    clip(folder / "v.mp4", 33)
    picture(folder / "a.png")

    def call(*argv: str) -> Any:
        options = {"plugins": ["video", "restyle", "devnet"], "environ": devnet.environ}
        return sogni_cli("video", "in oil", "--ref-video", "v.mp4", *argv, "-q", "--json", **options)

    for argv in (("--workflow", "v2v"), ("--workflow", "Video_to_video"), ("-m", "ltx23-22b-fp8_v2v_distilled")):
        called = call(*argv, "--duration", "2", "-o", "out.mp4", "--overwrite")
        assert called.exit_code == 0, called
        assert called.json["workflow"] == "v2v"
        frame = devnet.job_requests[-1]["keyFrames"][0]
        assert (frame["modelID"], frame["steps"], frame["frames"]) == ("ltx23-22b-fp8_v2v_distilled", 8, 33)
        assert frame["currentControlNetsJob"][0]["name"] == "canny"
        assert film(folder / "out.mp4").size == (640, 640)
    assert call("--workflow", "w2v").json["error"].endswith("t2v|i2v|s2v|animate-move|animate-replace|v2v.")
    assert devnet.job_requests[0]["keyFrames"][0]["hasReferenceVideo"] is True
    # What it takes too is still what the mode's own workflows take.
    assert call("--ref", "a.png", "--dry-run").json["workflow"] == "animate-move"
