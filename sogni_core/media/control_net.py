"""``currentControlNetsJob``: the ControlNet of an image or of a video."""

from __future__ import annotations

from typing import Any

from sogni_core.media.fields import check_choice, check_range, plain_number, refusal
from sogni_core.project import ControlNet

_MODES = {"balanced": 0, "prompt_priority": 1, "cn_priority": 2}


def image_control_net(control: ControlNet) -> dict[str, Any]:
    """Return the key frame's field for the ControlNet of an image; what is None is left out.

    The image that it follows is uploaded into the slot ``cnImage``. Raises InputError INVALID_ARGUMENT.
    """
    _check(control)
    check_choice("control_net's mode", control.mode, _MODES)
    entry: dict[str, Any] = {
        "name": control.name,
        "cnImageState": "original",
        "hasImage": control.image is not None,
        **_strength(control),
    }
    if control.mode is not None:
        entry["controlMode"] = _MODES[control.mode]
    for name, value in (
        ("controlGuidanceStart", control.guidance_start),
        ("controlGuidanceEnd", control.guidance_end),
    ):
        if value is not None:
            entry[name] = plain_number(value)
    return {"currentControlNetsJob": [entry]}


def video_control_net(control: ControlNet) -> dict[str, Any]:
    """Return the key frame's field for the ControlNet of a video, which has a name and a strength.

    Raises InputError INVALID_ARGUMENT, also for a ControlNet that has more.
    """
    _check(control)
    if any(value is not None for value in (control.image, control.mode, control.guidance_start, control.guidance_end)):
        raise refusal("control_net", "has a name and a strength only: a video follows its reference video")
    return {"currentControlNetsJob": [{"name": control.name, **_strength(control)}]}


def _strength(control: ControlNet) -> dict[str, Any]:
    return {} if control.strength is None else {"controlStrength": plain_number(control.strength)}


def _check(control: ControlNet) -> None:
    if not control.name.strip():
        raise refusal("control_net", "must have a name")
    check_range("control_net's strength", control.strength, 0, 1)
    check_range("control_net's guidance_start", control.guidance_start, 0, 1)
    check_range("control_net's guidance_end", control.guidance_end, 0, 1)
