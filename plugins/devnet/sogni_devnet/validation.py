"""Reading a ``jobRequest`` for images: strict on all that the protocol knows, silent on what it does not know.

Every constant, type and range is checked and all problems are reported at once. Steps and guidance outside
a model's tier are taken, because it is not known whether the live service clamps or refuses them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sogni_devnet.balance import TokenType
from sogni_devnet.catalogue import BY_ID, NETWORKS, SIZE_PRESETS, Model
from sogni_devnet.fields import Fields
from sogni_devnet.identity import is_project_id
from sogni_devnet.order import MIME, Order
from sogni_devnet.refusal import INVALID_REQUEST, UNKNOWN_MODEL, JobRefusal
from sogni_devnet.sniff import IMAGES
from sogni_devnet.storage import StoredFile
from sogni_devnet.template import CONTEXT_FLAGS, CONTROLNETS, KEY_FRAME, OPTIONAL_TEXT, TOP, VIDEO_ONLY

MOST_IMAGES = 1024
"""Bound of this server on ``numberOfImages``; the live service's is not known."""

Uploads = Callable[[str], StoredFile | None]
"""Upload slot to the complete file of this project, None if it is not there."""


def read_order(payload: object, uploads: Uploads) -> Order:
    """Return what a ``jobRequest`` asks for, or raise :class:`JobRefusal` with everything that is wrong with it."""
    if not isinstance(payload, dict):
        raise JobRefusal(INVALID_REQUEST, "jobRequest is not an object")
    frames = payload.get("keyFrames")
    if not isinstance(frames, list) or len(frames) != 1 or not isinstance(frames[0], dict):
        raise JobRefusal(INVALID_REQUEST, "keyFrames is not an array of one object")
    problems: list[str] = []
    top, frame = Fields(payload, "", problems), Fields(frames[0], "keyFrames[0].", problems)
    model = _model(frame)
    _constants(top, frame)
    width, height = _size(frame, model)
    starting_weight = _starting_image(frame)
    controlnet, control_slots = _controlnet(frame)
    context_slots = _context_slots(frame, model)
    _sampling(frame, model)
    _loras(frame)
    order = Order(
        project_id=_project_id(top), model=model, images=top.integer("numberOfImages", 1, MOST_IMAGES) or 1,
        width=width, height=height, steps=frame.integer("steps", 1, 1000, optional=True) or model.tier.steps[2],
        prompt=frame.text("positivePrompt") or "", seed=frame.integer("seed", 0, 2**32 - 1, optional=True),
        format=top.choice("outputFormat", MIME) or "png",
        token=cast(TokenType, top.choice("tokenType", ("spark", "sogni"), optional=True) or "sogni"),
        network=top.choice("network", NETWORKS, optional=True), previews=top.integer("previews", 0, 100) or 0,
        context_slots=context_slots, control_slots=control_slots, starting_weight=starting_weight,
        controlnet=controlnet, raw=payload,
    )  # fmt: skip
    frame.number("guidanceScale", 0, 1000, optional=True)
    starting = () if starting_weight is None else ("startingImage",)
    for slot in (*context_slots, *control_slots, *starting):
        _check_upload(slot, uploads(slot), problems)
    if problems:
        raise JobRefusal(INVALID_REQUEST, "; ".join(problems))
    return order


def _model(frame: Fields) -> Model:
    name = frame.text("modelID")
    if name is None:
        raise JobRefusal(INVALID_REQUEST, "; ".join(frame.problems))
    if name not in BY_ID:
        raise JobRefusal(UNKNOWN_MODEL, f"Model {name[:100]} is not available on this network")
    return BY_ID[name]


def _constants(top: Fields, frame: Fields) -> None:
    for name, value in TOP.items():
        top.constant(name, value)
    for name, value in KEY_FRAME.items():
        frame.constant(name, value)
    for name in OPTIONAL_TEXT:
        top.text(name, optional=True)
    top.choice("billingMode", ("auto", "subscription", "tokens"), optional=True)
    top.flag("disableSafety")
    frame.text("negativePrompt")
    frame.text("stylePrompt")
    for name in VIDEO_ONLY:
        if frame.has(name):
            frame.problem(name, "does not belong in an image project")


def _project_id(top: Fields) -> str:
    value = top.text("jobID")
    if value is not None and not is_project_id(value):
        top.problem("jobID", "is not an upper-case UUID of version 4")
    return value or ""


def _size(frame: Fields, model: Model) -> tuple[int, int]:
    size = model.tier.size
    preset = frame.choice("sizePreset", ("custom", *SIZE_PRESETS), optional=True)
    if preset == "custom":
        largest = model.tier.largest
        return frame.integer("width", 256, largest) or size, frame.integer("height", 256, largest) or size
    for name in ("width", "height"):
        if frame.has(name):
            frame.problem(name, 'is given without sizePreset "custom"')
    chosen: dict[str, Any] = SIZE_PRESETS.get(preset or "", {})
    return chosen.get("width", size), chosen.get("height", size)


def _starting_image(frame: Fields) -> float | None:
    if not frame.has("hasStartingImage"):
        frame.constant("strength", 0.5)
        return None
    frame.constant("hasStartingImage", True)
    strength = frame.number("strength", 0, 1)
    # On the wire stands how much may change, so the picture keeps the rest of the starting image.
    return None if strength is None else 1 - strength


def _context_slots(frame: Fields, model: Model) -> tuple[str, ...]:
    # SDKs before 5 send flags 1 to 6, later ones always all sixteen.
    flags = CONTEXT_FLAGS if any(map(frame.has, CONTEXT_FLAGS[6:])) else CONTEXT_FLAGS[:6]
    slots = tuple(f"contextImage{flag.removeprefix('hasContextImage')}" for flag in flags if frame.flag(flag))
    if len(slots) > model.tier.context_images:
        frame.problem("hasContextImage", f"is true {len(slots)} times, {model.id} takes {model.tier.context_images}")
    return slots


def _controlnet(frame: Fields) -> tuple[bool, tuple[str, ...]]:
    nets = frame.items("currentControlNetsJob", dict, 1)
    if not nets:
        return False, ()
    net = Fields(nets[0], "keyFrames[0].currentControlNetsJob[0].", frame.problems)
    net.choice("name", CONTROLNETS)
    net.text("cnImageState")
    net.integer("controlMode", 0, 2, optional=True)
    for name in ("controlStrength", "controlGuidanceStart", "controlGuidanceEnd"):
        net.number(name, 0, 1, optional=True)
    return True, ("cnImage",) if net.flag("hasImage") else ()


def _sampling(frame: Fields, model: Model) -> None:
    comfy = ("comfySampler", "comfyScheduler")
    legacy = ("scheduler", "timeStepSpacing")
    form = model.tier.form
    if form == "either":
        form = "comfy" if any(map(frame.has, comfy)) else "legacy"
    if form == "comfy":
        for name in comfy:
            frame.text(name, nullable=True)
        frame.text("vae", nullable=True, optional=True)
        for name in legacy:
            frame.constant(name, None)
        return
    for name in legacy:
        frame.text(name, nullable=True)
    for name in (*comfy, "vae"):
        if frame.has(name):
            frame.problem(name, f"does not belong in a request for {model.id}")


def _loras(frame: Fields) -> None:
    loras = frame.items("loras", str, 8)
    strengths = frame.items("loraStrengths", (int, float), 8)
    if strengths and len(strengths) != len(loras):
        frame.problem("loraStrengths", f"has {len(strengths)} values for {len(loras)} loras")


def _check_upload(slot: str, file: StoredFile | None, problems: list[str]) -> None:
    if file is None:
        problems.append(f"{slot} was promised but not uploaded")
    elif file.sniffed not in IMAGES:
        problems.append(f"{slot} is not a picture")
    elif file.content_type not in {None, file.sniffed}:
        problems.append(f"{slot} was announced as {file.content_type} but is {file.sniffed}")
