"""The key frame of a video project: sizes, frames, and the references of its workflow."""

from __future__ import annotations

import json
from typing import Any

from sogni_devnet.catalogue import Model
from sogni_devnet.fields import Fields
from sogni_devnet.order import VideoOrder
from sogni_devnet.template import AUDIO_ONLY, IMAGE_ONLY, OUTPAINT, REFERENCES, VIDEO_CONTROLS
from sogni_devnet.tiers import VideoTier

REQUIRED = {
    "t2v": (), "i2v": (), "s2v": ("referenceImage", "referenceAudio"), "ia2v": ("referenceImage", "referenceAudio"),
    "a2v": ("referenceAudio",), "v2v": ("referenceVideo",), "animate-move": ("referenceImage", "referenceVideo"),
    "animate-replace": ("referenceImage", "referenceVideo"),
}  # fmt: skip
"""Slots that a workflow requires; i2v requires one of its two."""

ALLOWED = {
    **REQUIRED, "i2v": ("referenceImage", "referenceImageEnd"),
    "v2v": ("referenceVideo", "referenceImage", "referenceMask"),
}  # fmt: skip

SHARES = ("firstFrameStrength", "lastFrameStrength", "detailerStrength")
_SLOTS = tuple(dict.fromkeys(REFERENCES.values()))
_SOUND, _MOTION = ("s2v", "ia2v", "a2v"), ("animate-move", "animate-replace")


def read_video(frame: Fields, model: Model, common: dict[str, Any]) -> VideoOrder:
    """Return the order. Problems are added to ``frame``."""
    tier = model.tier
    assert isinstance(tier, VideoTier)
    # The Python SDK omits an empty negative prompt, but only for video.
    frame.text("negativePrompt", optional=True)
    frame.constant("strength", 0.5)
    frame.foreign((*IMAGE_ONLY, *AUDIO_ONLY), "does not belong in a video project")
    least, largest = tier.fps[:2] if tier.any_rate else (1, 1000)
    rate = frame.number("fps", least, largest, optional=True)
    slots = _references(frame, model)
    control = _control(frame, model, slots)
    _options(frame, model)
    return VideoOrder(
        **common, width=_side(frame, "width", tier, 0), height=_side(frame, "height", tier, 1),
        frames=_frames(frame, tier), fps=rate or tier.rate, slots=slots, control=control, points=_points(frame, model),
        audio_start=_only(frame, "audioStart", model, _SOUND, 0) or 0.0,
        audio_duration=_only(frame, "audioDuration", model, _SOUND, 0.01) or 30.0,
        video_start=_only(frame, "videoStart", model, _MOTION, 0) or 0.0,
        native_sound=frame.flag("generateAudio", optional=True),
    )  # fmt: skip


def _side(frame: Fields, name: str, tier: VideoTier, axis: int) -> int:
    least, largest, step = tier.side
    value = frame.integer(name, least, largest, optional=True)
    if value is not None and value % step:
        frame.problem(name, f"is not divisible by {step}")
    return value or tier.size[axis]


def _frames(frame: Fields, tier: VideoTier) -> int:
    frames = frame.integer("frames", *tier.frames[:2])
    if frames is not None and (frames - 1) % tier.frame_step:
        frame.problem("frames", f"is not a multiple of {tier.frame_step}, plus 1")
    return frames or tier.frames[2]


def check_rate(frame: Fields, tier: VideoTier) -> None:
    """Add a problem for a frame rate that is not in the tier. It is unknown whether the live network refuses it."""
    rate = frame.number("fps", 1, 1000, optional=True)
    if rate is not None and not tier.any_rate and rate not in tier.fps:
        frame.problem("fps", f"must be one of {', '.join(map(str, tier.fps))}")


def _references(frame: Fields, model: Model) -> tuple[str, ...]:
    flags = [flag for flag in REFERENCES if frame.has(flag)]
    for flag in flags:
        frame.constant(flag, True)
    slots = tuple(dict.fromkeys(REFERENCES[flag] for flag in flags))
    for flag, slot in REFERENCES.items():
        kind = f"{flag[3].lower()}{flag[4:]}ContentType"
        frame.text(kind, optional=True)
        if frame.has(kind) and slot not in slots:
            frame.problem(kind, f"is given without {flag}")
    # LTX 2.3 models have the speaker identity in the audio slot, in every workflow.
    identity = frame.has("hasReferenceAudioIdentity")
    if identity and not model.id.startswith("ltx23-"):
        frame.problem("hasReferenceAudioIdentity", f"is not for {model.id}")
    if identity and frame.has("hasReferenceAudio"):
        frame.problem("hasReferenceAudioIdentity", "shares its slot with hasReferenceAudio")
    workflow = model.workflow
    for slot in _SLOTS:
        if slot in slots and slot not in ALLOWED[workflow] and not (identity and slot == "referenceAudio"):
            frame.problem(slot, f"is not for {workflow}")
        if slot in REQUIRED[workflow] and slot not in slots:
            frame.problem(slot, f"is required for {workflow}")
    if workflow == "i2v" and not slots:
        frame.problem("referenceImage", "or referenceImageEnd is required for i2v")
    return slots


def _control(frame: Fields, model: Model, slots: tuple[str, ...]) -> str | None:
    nets = frame.items("currentControlNetsJob", dict, 1)
    if nets and model.workflow != "v2v":
        frame.problem("currentControlNetsJob", f"is not for {model.workflow}")
    if not nets:
        return None
    net = Fields(nets[0], "keyFrames[0].currentControlNetsJob[0].", frame.problems)
    name = net.choice("name", VIDEO_CONTROLS)
    net.number("controlStrength", 0, 1, optional=True)
    if name == "pose" and "referenceImage" not in slots:
        frame.problem("referenceImage", "is required for pose")
    if name == "inpaint" and "referenceMask" not in slots:
        frame.problem("referenceMask", "is required for inpaint")
    return name


def _options(frame: Fields, model: Model) -> None:
    frame.number("shift", 1, 8, optional=True)
    for name in SHARES:
        frame.number(name, 0, 1, optional=True)
        if frame.has(name) and not model.id.startswith("ltx"):
            frame.problem(name, f"is not for {model.id}")
    frame.number("teacacheThreshold", 0, 1, optional=True)
    if frame.has("teacacheThreshold") and model.workflow not in {"t2v", "i2v"}:
        frame.problem("teacacheThreshold", f"is not for {model.workflow}")
    if frame.has("trimEndFrame"):
        frame.constant("trimEndFrame", True)
    frame.choice("outpaintPosition", OUTPAINT, optional=True)
    frame.number("identityGuidanceScale", 0, 10, optional=True)


def _only(frame: Fields, name: str, model: Model, workflows: tuple[str, ...], least: float) -> float | None:
    if frame.has(name) and model.workflow not in workflows:
        frame.problem(name, f"is not for {model.workflow}")
    return frame.number(name, least, 36_000, optional=True)


def _points(frame: Fields, model: Model) -> tuple[tuple[float, float], ...]:
    text = frame.text("sam2Coordinates", optional=True)
    if text is None:
        return ()
    if model.workflow != "animate-replace":
        frame.problem("sam2Coordinates", f"is not for {model.workflow}")
    try:
        points = json.loads(text)
        return tuple((_share(point["x"]), _share(point["y"])) for point in points)
    except (ValueError, TypeError, KeyError, RecursionError):
        frame.problem("sam2Coordinates", 'is not the JSON text of [{"x": 0 to 1, "y": 0 to 1}]')
        return ()


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError("not a share")
    return float(value)
