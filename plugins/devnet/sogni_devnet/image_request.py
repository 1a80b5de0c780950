"""The key frame of an image project."""

from __future__ import annotations

from typing import Any

from sogni_devnet.catalogue import Model
from sogni_devnet.fields import Fields
from sogni_devnet.order import ImageOrder
from sogni_devnet.presets import SIZE_PRESETS
from sogni_devnet.template import AUDIO_ONLY, CONTEXT_FLAGS, CONTROLNETS, VIDEO_ONLY
from sogni_devnet.tiers import ImageTier


def read_image(frame: Fields, model: Model, common: dict[str, Any]) -> ImageOrder:
    """Return the order. Problems are added to ``frame``."""
    tier = model.tier
    assert isinstance(tier, ImageTier)
    frame.text("negativePrompt")
    for name in (*VIDEO_ONLY, "shift", *AUDIO_ONLY):
        if frame.has(name):
            frame.problem(name, "does not belong in an image project")
    width, height = _size(frame, tier)
    starting_weight = _starting_image(frame)
    controlnet, control_slots = _controlnet(frame)
    context_slots = _context_slots(frame, model, tier)
    starting = () if starting_weight is None else ("startingImage",)
    return ImageOrder(
        **common, width=width, height=height, context_slots=context_slots, starting_weight=starting_weight,
        controlnet=controlnet, slots=(*context_slots, *control_slots, *starting),
    )  # fmt: skip


def _size(frame: Fields, tier: ImageTier) -> tuple[int, int]:
    preset = frame.choice("sizePreset", ("custom", *SIZE_PRESETS), optional=True)
    if preset == "custom":
        largest = tier.largest
        return frame.integer("width", 256, largest) or tier.size, frame.integer("height", 256, largest) or tier.size
    for name in ("width", "height"):
        if frame.has(name):
            frame.problem(name, 'is given without sizePreset "custom"')
    chosen: dict[str, Any] = SIZE_PRESETS.get(preset or "", {})
    return chosen.get("width", tier.size), chosen.get("height", tier.size)


def _starting_image(frame: Fields) -> float | None:
    if not frame.has("hasStartingImage"):
        frame.constant("strength", 0.5)
        return None
    frame.constant("hasStartingImage", True)
    strength = frame.number("strength", 0, 1)
    # The wire says how much may change, so the picture keeps the rest of the starting image.
    return None if strength is None else 1 - strength


def _context_slots(frame: Fields, model: Model, tier: ImageTier) -> tuple[str, ...]:
    # SDKs before 5 send flags 1 to 6, later ones always all sixteen.
    flags = CONTEXT_FLAGS if any(map(frame.has, CONTEXT_FLAGS[6:])) else CONTEXT_FLAGS[:6]
    slots = tuple(f"contextImage{flag.removeprefix('hasContextImage')}" for flag in flags if frame.flag(flag))
    if len(slots) > tier.context_images:
        frame.problem("hasContextImage", f"is true {len(slots)} times, {model.id} takes {tier.context_images}")
    return slots


def _controlnet(frame: Fields) -> tuple[str | None, tuple[str, ...]]:
    nets = frame.items("currentControlNetsJob", dict, 1)
    if not nets:
        return None, ()
    net = Fields(nets[0], "keyFrames[0].currentControlNetsJob[0].", frame.problems)
    name = net.choice("name", CONTROLNETS)
    net.text("cnImageState")
    net.integer("controlMode", 0, 2, optional=True)
    for share in ("controlStrength", "controlGuidanceStart", "controlGuidanceEnd"):
        net.number(share, 0, 1, optional=True)
    return name, ("cnImage",) if net.flag("hasImage") else ()
