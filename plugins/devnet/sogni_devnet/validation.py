"""Validate a ``jobRequest``: strictly for everything that the protocol defines; unknown fields are ignored.

Every constant, type and range is checked, and all problems are reported together. Steps, guidance and samplers outside
a model's tier are accepted unless ``strict_tiers`` is on, since it is unknown whether the live service accepts, clamps
or refuses them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sogni_devnet.aliases import aliases
from sogni_devnet.audio_request import read_audio
from sogni_devnet.balance import TokenType
from sogni_devnet.catalogue import NETWORKS, Model, find_model
from sogni_devnet.content_type import IMAGES
from sogni_devnet.fields import Fields
from sogni_devnet.identity import is_project_id
from sogni_devnet.image_request import read_image
from sogni_devnet.order import FORMATS, Order
from sogni_devnet.refusal import INVALID_REQUEST, UNKNOWN_MODEL, JobRefusal
from sogni_devnet.storage import StoredFile
from sogni_devnet.template import KEY_FRAME, OPTIONAL_TEXT, TOP
from sogni_devnet.tiers import Media, VideoTier
from sogni_devnet.video_request import check_rate, read_video

MOST_JOBS = 1024
"""Largest ``numberOfImages``. That of the live service is unknown."""

READERS: dict[Media, Callable[[Fields, Model, dict[str, Any]], Order]] = {
    "image": read_image, "video": read_video, "audio": read_audio,
}  # fmt: skip

Uploads = Callable[[str], StoredFile | None]
"""Returns the complete file of an upload slot; None if there is none."""


def read_order(
    payload: object, uploads: Uploads, *, strict_tiers: bool = False, clamps: bool = False, payer: TokenType = "sogni"
) -> Order:
    """Return the order of a ``jobRequest``, or raise :class:`JobRefusal` with all problems.

    ``clamps``: steps outside the tier become its nearest value. ``payer`` is the token if the request names none.
    """
    if not isinstance(payload, dict):
        raise JobRefusal(INVALID_REQUEST, "jobRequest is not an object")
    frames = payload.get("keyFrames")
    if not isinstance(frames, list) or len(frames) != 1 or not isinstance(frames[0], dict):
        raise JobRefusal(INVALID_REQUEST, "keyFrames is not an array of one object")
    problems: list[str] = []
    top, frame = Fields(payload, "", problems), Fields(frames[0], "keyFrames[0].", problems)
    model = _model(frame)
    _constants(top, frame)
    formats = FORMATS[model.media]
    common: dict[str, Any] = {
        "project_id": _project_id(top), "model": model, "count": top.integer("numberOfImages", 1, MOST_JOBS) or 1,
        "steps": _steps(frame, model, strict_tiers, clamps), "prompt": frame.text("positivePrompt") or "",
        "seed": frame.integer("seed", 0, 2**32 - 1, optional=True),
        "format": top.choice("outputFormat", formats) or formats[0],
        "token": cast(TokenType, top.choice("tokenType", ("spark", "sogni"), optional=True) or payer),
        "network": top.choice("network", NETWORKS, optional=True),
        "previews": top.integer("previews", 0, 100 if model.media == "image" else 0) or 0, "raw": payload,
    }  # fmt: skip
    _loras(frame)
    _sampling(frame, model, strict_tiers)
    least, largest = model.tier.guidance[:2] if strict_tiers else (0, 1000)
    frame.number("guidanceScale", least, largest, optional=True)
    order = READERS[model.media](frame, model, common)
    if strict_tiers and isinstance(model.tier, VideoTier):
        check_rate(frame, model.tier)
    for slot in order.slots:
        _check_upload(frame, slot, uploads(slot))
    if problems:
        raise JobRefusal(INVALID_REQUEST, "; ".join(problems))
    return order


def _model(frame: Fields) -> Model:
    name = frame.text("modelID")
    if name is None:
        raise JobRefusal(INVALID_REQUEST, "; ".join(frame.problems))
    model = find_model(name)
    if model is None:
        raise JobRefusal(UNKNOWN_MODEL, f"Model {name[:100]} is not available on this network")
    return model


def _constants(top: Fields, frame: Fields) -> None:
    for name, value in TOP.items():
        top.constant(name, value)
    for name, value in KEY_FRAME.items():
        frame.constant(name, value)
    for name in OPTIONAL_TEXT:
        top.text(name, optional=True)
    top.choice("billingMode", ("auto", "subscription", "tokens"), optional=True)
    top.flag("disableSafety")
    frame.text("stylePrompt")


def _project_id(top: Fields) -> str:
    value = top.text("jobID")
    if value is not None and not is_project_id(value):
        top.problem("jobID", "is not an upper-case UUID of version 4")
    return value or ""


def _steps(frame: Fields, model: Model, strict: bool, clamps: bool) -> int:
    least, largest, default = model.tier.steps
    steps = frame.integer("steps", *((least, largest) if strict else (1, 1000)), optional=True) or default
    return max(least, min(largest, steps)) if clamps else steps


def _loras(frame: Fields) -> None:
    loras = frame.items("loras", str, 8)
    strengths = frame.items("loraStrengths", (int, float), 8)
    if strengths and len(strengths) != len(loras):
        frame.problem("loraStrengths", f"has {len(strengths)} values for {len(loras)} loras")


def _sampling(frame: Fields, model: Model, strict: bool) -> None:
    comfy = ("comfySampler", "comfyScheduler")
    legacy = ("scheduler", "timeStepSpacing")
    form = model.tier.form
    if form == "either":
        form = "comfy" if any(map(frame.has, comfy)) else "legacy"
    used = comfy if form == "comfy" else legacy
    for name, listed in zip(used, (model.tier.samplers, model.tier.schedulers), strict=True):
        value = frame.text(name, nullable=True)
        if strict and value is not None and value not in aliases(listed):
            frame.problem(name, f"must be one of {', '.join(sorted(aliases(listed)))}")
    if form == "comfy":
        frame.text("vae", nullable=True, optional=True)
        for name in legacy:
            frame.constant(name, None)
        return
    for name in (*comfy, "vae"):
        if frame.has(name):
            frame.problem(name, f"does not belong in a request for {model.id}")


def _check_upload(frame: Fields, slot: str, file: StoredFile | None) -> None:
    if file is None:
        frame.problems.append(f"{slot} was promised but not uploaded")
        return
    kind = "audio" if slot == "referenceAudio" else "video" if slot == "referenceVideo" else "image"
    sniffed, announced = file.sniffed, file.content_type
    said = frame.text(f"{slot}ContentType", optional=True)
    if kind == "image":
        if sniffed not in IMAGES:
            frame.problems.append(f"{slot} is not an image")
        elif announced not in {None, sniffed}:
            frame.problems.append(f"{slot} was announced as {announced} but is {sniffed}")
    # A container may have only sound, and its type often comes from the file name, not from its bytes.
    elif sniffed is None or not sniffed.startswith(("audio/", "video/") if kind == "audio" else "video/"):
        frame.problems.append(f"{slot} is not {'audio' if kind == 'audio' else 'a video'}")
    elif announced is not None and not announced.startswith(f"{kind}/") and announced != sniffed:
        frame.problems.append(f"{slot} was announced as {announced} but is {sniffed}")
    if said is not None and announced is not None and said != announced:
        frame.problem(f"{slot}ContentType", f"is {said[:60]}, uploaded was {announced}")
