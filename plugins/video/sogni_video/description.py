"""What JSON says of a video besides its options: sizes and length as they came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sogni_video.size_choice import Sizing

if TYPE_CHECKING:
    from sogni_video.request import VideoOptions


def described(request: VideoOptions, sizing: Sizing, workflow: str) -> dict[str, Any]:
    """Return the mode's own fields of JSON output, and the model for modes that run this one."""
    length = request.frames / request.fps if request.frames else request.duration
    shown: dict[str, Any] = {
        "model": request.model,
        **sizing.box.as_json(),
        "workflow": workflow,
        "fps": request.fps,
        "duration": int(length) if length == int(length) else length,
        "strictSize": request.strict_size,
    }
    if request.frames:
        shown["frames"] = request.frames
    shown |= {"effectiveWidth": sizing.sent.width, "effectiveHeight": sizing.sent.height}
    if sizing.shape is not None:
        shown["effectiveFromReference"] = sizing.shape.as_json()
    adjusted = sizing.adjustment()
    if adjusted is not None:
        shown["adjustedVideoDims"] = adjusted
    return shown
