"""What the video workflows do before they submit: make the project, and report what was adjusted."""

from __future__ import annotations

from sogni_core.context import Context
from sogni_core.problem import Notice
from sogni_core.project import Asset
from sogni_video.project import VideoProject, frames_for
from sogni_video.references import prepare
from sogni_video.request import VideoOptions, VideoRequest
from sogni_video.size_choice import Sizing
from sogni_video.sizes import Size

RATES = (16, 32)
"""Frames per second of WAN 2.2 models. protocol: they render 16; 32 doubles them."""


async def project_of(ctx: Context, request: VideoRequest, size: Size) -> VideoProject:
    """Return the project of a request, with its reference images prepared."""
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
    """Report what was adjusted. It is a warning if the user chose a size that the reference does not allow."""
    if sizing.base != sizing.asked:
        ctx.progress(f"Auto-adjusted video dimensions from {sizing.asked} to {sizing.base} to meet video requirements.")
    if sizing.box != sizing.base:
        facts = {"from": str(sizing.base), "to": str(sizing.box), "scaled": str(sizing.before)}
        if request.given & {"width", "height"}:
            text = "The video is {to}, not {from}: the reference image would be scaled to {scaled}."
            ctx.warn(Notice("video.size-adjusted", ("width", "height"), text, facts))
        else:
            change = "from {from} to {to} because resized reference would be {scaled}.".format_map(facts)
            ctx.progress(f"Auto-adjusted i2v video size {change}")
    if sizing.cropped:
        text = "The {name} is cropped from {shape} to {sent}, since videos cannot have its shape."
        facts = {"name": _NAMES[sizing.reference], "shape": str(sizing.shape), "sent": str(sizing.sent)}
        ctx.warn(Notice("video.reference-cropped", (_FIELDS[sizing.reference],), text, facts))
    if request.model.startswith("wan_v2.2-") and request.fps not in RATES:
        text = "{model} supports {rates} fps, not {asked}; sending it anyway."
        rates = " or ".join(map(str, RATES))
        ctx.warn(Notice("video.fps", ("fps",), text, {"model": request.model, "rates": rates, "asked": request.fps}))


_NAMES = {"refImage": "reference image", "refImageEnd": "end reference image"}
_FIELDS = {"refImage": "ref", "refImageEnd": "ref_end"}
