"""The five ways to make a video. Each is one project; a looping i2v is two and a join."""

from __future__ import annotations

from sogni_core.context import Context
from sogni_core.project import Asset
from sogni_core.result import Result
from sogni_video.description import described
from sogni_video.project import VideoProject, frames_for
from sogni_video.references import prepare
from sogni_video.request import VideoOptions, VideoRequest
from sogni_video.size_choice import Sizing
from sogni_video.sizes import Size

RATES = (16, 32)
"""Frames a second of WAN 2.2 models. protocol: they render 16, and 32 doubles them."""


async def t2v(ctx: Context, request: VideoRequest) -> Result:
    """Make a video of a prompt."""
    return await _render(ctx, request, "t2v")


async def i2v(ctx: Context, request: VideoRequest) -> Result:
    """Make a video from a first frame, to a last one, or between both."""
    if request.looping:
        from sogni_video.loop import render_loop

        return await render_loop(ctx, request)
    return await _render(ctx, request, "i2v")


async def s2v(ctx: Context, request: VideoRequest) -> Result:
    """Make a video of a face that speaks."""
    return await _render(ctx, request, "s2v")


async def animate_move(ctx: Context, request: VideoRequest) -> Result:
    """Make a video of a subject that moves as somebody in a video does."""
    return await _render(ctx, request, "animate-move")


async def animate_replace(ctx: Context, request: VideoRequest) -> Result:
    """Make a video in which a subject takes somebody's place."""
    return await _render(ctx, request, "animate-replace")


async def _render(ctx: Context, request: VideoRequest, workflow: str) -> Result:
    sizing = request.sizing(workflow)
    say(ctx, request, sizing)
    project = await project_of(ctx, request, sizing.sent)
    outcome = await ctx.submit(project, key="video", output=request.output)
    return Result.of(outcome, type="video", extra=described(request, sizing, workflow))


async def project_of(ctx: Context, request: VideoRequest, size: Size) -> VideoProject:
    """Make the project of a request, its reference images prepared."""
    return VideoProject.of(
        request,
        frames=frames_of(request),
        reference_image=await _image(ctx, request, request.ref, size),
        reference_image_end=await _image(ctx, request, request.ref_end, size),
        reference_audio=request.ref_audio,
        reference_video=request.ref_video,
        **size._asdict(),
    )


async def _image(ctx: Context, request: VideoRequest, image: Asset | None, size: Size) -> Asset | None:
    if image is None or request.auto_resize_assets is False:
        return image
    return await prepare(ctx, image, size)


def frames_of(request: VideoOptions) -> int:
    """Return the length in frames."""
    return request.frames or frames_for(request.model, request.duration, request.fps)


def say(ctx: Context, request: VideoOptions, sizing: Sizing) -> None:
    """Tell what was adjusted; what somebody chose and loses to the shape of a reference is a warning."""
    if sizing.base != sizing.asked:
        ctx.progress(f"Auto-adjusted video dimensions from {sizing.asked} to {sizing.base} to meet video requirements.")
    if sizing.box != sizing.base:
        change = f"from {sizing.base} to {sizing.box} because resized reference would be {sizing.before}."
        if request.given & {"width", "height"}:
            ctx.warn(f"Adjusted i2v video size {change}")
        else:
            ctx.progress(f"Auto-adjusted i2v video size {change}")
    if sizing.cropped:
        ctx.warn(f"The {_NAMES[sizing.reference]} {sizing.shape} is cropped to {sizing.sent}: no video has its shape.")
    if request.model.startswith("wan_v2.2-") and request.fps not in RATES:
        ctx.warn(f"--fps {request.fps} is none of {request.model}'s ({_listed(RATES)}); it is sent as it is.")


_NAMES = {"refImage": "reference image", "refImageEnd": "end reference image"}


def _listed(rates: tuple[int, ...]) -> str:
    return " or ".join(map(str, rates))
