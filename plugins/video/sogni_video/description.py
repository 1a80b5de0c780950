"""Fields of a video in JSON besides its options: the final size and length."""

from __future__ import annotations

from typing import Any, Protocol

from sogni_video.size_choice import Sizing


class Options(Protocol):
    """The options that the description says something of."""

    model: str
    frames: int | None
    fps: int
    duration: int
    strict_size: bool


def described(request: Options, sizing: Sizing, workflow: str) -> dict[str, Any]:
    """Return the fields to add to JSON output. They include the model, for modes that run this one."""
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
