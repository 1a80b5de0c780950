"""``currentControlNetsJob``: the ControlNet of an image or of a video."""

from __future__ import annotations

from typing import Any

from sogni_core._protocol.refusals import refuse, within
from sogni_core._protocol.values import plain
from sogni_core.project import ControlNet

MODES = {"balanced": 0, "prompt_priority": 1, "cn_priority": 2}


def of_image(control: ControlNet) -> dict[str, Any]:
    """Make the field for an image; what is not given is left out. The image itself was uploaded."""
    _check(control)
    entry: dict[str, Any] = {
        "name": control.name,
        "cnImageState": "original",
        "hasImage": control.image is not None,
        **_strength(control),
    }
    if control.mode is not None:
        if control.mode not in MODES:
            raise refuse("control_net's mode", f"must be one of: {', '.join(MODES)}")
        entry["controlMode"] = MODES[control.mode]
    for name, value in (
        ("controlGuidanceStart", control.guidance_start),
        ("controlGuidanceEnd", control.guidance_end),
    ):
        if value is not None:
            entry[name] = plain(value)
    return {"currentControlNetsJob": [entry]}


def of_video(control: ControlNet) -> dict[str, Any]:
    """Make the field for a video, which has a name and a strength."""
    _check(control)
    if any(value is not None for value in (control.image, control.mode, control.guidance_start, control.guidance_end)):
        raise refuse("control_net", "has a name and a strength only: a video follows its reference video")
    return {"currentControlNetsJob": [{"name": control.name, **_strength(control)}]}


def _strength(control: ControlNet) -> dict[str, Any]:
    return {} if control.strength is None else {"controlStrength": plain(control.strength)}


def _check(control: ControlNet) -> None:
    if not control.name.strip():
        raise refuse("control_net", "must have a name")
    within("control_net's strength", control.strength, 0, 1)
    within("control_net's guidance_start", control.guidance_start, 0, 1)
    within("control_net's guidance_end", control.guidance_end, 0, 1)
