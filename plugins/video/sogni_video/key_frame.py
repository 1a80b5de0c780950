"""The key frame of a video project on the wire, and the path of its estimate."""

from __future__ import annotations

import json
import math
from typing import Any

from sogni_core.media import (
    SamplerForm,
    check_choice,
    check_range,
    estimate_path,
    plain_number,
    reference_fields,
    refusal,
    sampling_fields,
    video_control_net,
)
from sogni_video.project import VideoProject, video_workflow

OUTPAINT = ("center", "top", "bottom", "left", "right")

_REFERENCES = ("reference_image", "reference_image_end", "reference_audio", "reference_video", "reference_mask",
               "reference_audio_identity")  # fmt: skip

_REQUIRED: dict[str, frozenset[str]] = {
    "t2v": frozenset(),
    "i2v": frozenset(),
    "s2v": frozenset(("reference_image", "reference_audio")),
    "ia2v": frozenset(("reference_image", "reference_audio")),
    "a2v": frozenset(("reference_audio",)),
    "animate-move": frozenset(("reference_image", "reference_video")),
    "animate-replace": frozenset(("reference_image", "reference_video")),
    "v2v": frozenset(("reference_video",)),
}
"""Workflow to the references that it requires."""

_OPTIONAL: dict[str, frozenset[str]] = {
    "t2v": frozenset(("reference_audio_identity",)),
    "i2v": frozenset(("reference_image", "reference_image_end", "reference_audio_identity")),
    "v2v": frozenset(("reference_image", "reference_mask", "reference_audio_identity")),
}
"""Workflow to the references that it accepts besides those. All others are refused."""

_NUMBERS: tuple[tuple[str, str, float, float], ...] = (
    # field, name on the wire, least, largest; infinite if it depends on the model
    ("fps", "fps", 1, math.inf),
    ("shift", "shift", 0, math.inf),
    ("teacache", "teacacheThreshold", 0, 1),
    ("audio_start", "audioStart", 0, math.inf),
    ("audio_duration", "audioDuration", 0, math.inf),
    ("video_start", "videoStart", 0, math.inf),
    ("first_frame_strength", "firstFrameStrength", 0, 1),
    ("last_frame_strength", "lastFrameStrength", 0, 1),
    ("detailer_strength", "detailerStrength", 0, 1),
    ("identity_guidance", "identityGuidanceScale", 0, 10),
)


def key_frame(project: VideoProject, form: SamplerForm) -> dict[str, Any]:
    """Return the fields that only videos have. Every video model uses the Comfy form, whatever ``form`` is.

    protocol: there is no ``sizePreset``. Missing values are omitted, except for the sampler fields, which are null.
    """
    _check_values(project)
    _check_references(project)
    values = _references(project) | sampling_fields(project, "comfy")
    if project.frames is not None:
        values["frames"] = project.frames
    if project.width is not None:
        values |= {"width": project.width, "height": project.height}
    for field, name, _, _ in _NUMBERS:
        value = getattr(project, field)
        if value is not None:
            values[name] = plain_number(value)
    if project.sam2_coordinates:
        # protocol: text within JSON, without blanks
        points = [{"x": plain_number(x), "y": plain_number(y)} for x, y in project.sam2_coordinates]
        values["sam2Coordinates"] = json.dumps(points, separators=(",", ":"))
    if project.trim_end_frame:
        values["trimEndFrame"] = True
    if project.generate_audio is not None:
        values["generateAudio"] = project.generate_audio
    if project.outpaint_position is not None:
        values["outpaintPosition"] = project.outpaint_position
    if project.control_net is not None:
        values |= video_control_net(project.control_net)
    return values


def estimate(project: VideoProject, network: str) -> str:
    """Return the path and query of an estimate. The project must have a size, frames and fps.

    protocol: steps and count come last. Without steps, they are omitted for one video, and ``0/{count}`` for more.
    """
    if project.width is None or project.height is None or project.frames is None or project.fps is None:
        raise refusal("width, height, frames and fps", "must be given for an estimate")
    segments: list[object] = [
        project.token_type,
        project.model,
        project.width,
        project.height,
        project.frames,
        plain_number(project.fps),
    ]
    if project.steps is not None or project.count != 1:
        segments += [project.steps or 0, project.count]
    query = {"network": network}
    if project.reference_video is not None:
        query["hasVideoInput"] = "1"
    return estimate_path("/api/v1/job-video/estimate", segments, query)


def _references(project: VideoProject) -> dict[str, Any]:
    identity = reference_fields("referenceAudioIdentity", project.reference_audio_identity, "audio")
    if "referenceAudioIdentityContentType" in identity:
        # protocol: the voice is in the slot of the sound, which has its type
        identity["referenceAudioContentType"] = identity["referenceAudioIdentityContentType"]
    return (
        reference_fields("referenceImage", project.reference_image)
        | reference_fields("referenceImageEnd", project.reference_image_end)
        | reference_fields("referenceAudio", project.reference_audio, "audio")
        | reference_fields("referenceVideo", project.reference_video, "video")
        | reference_fields("referenceMask", project.reference_mask)
        | identity
    )


def _check_values(project: VideoProject) -> None:
    check_range("frames", project.frames, 1)
    for field, _, least, largest in _NUMBERS:
        check_range(field, getattr(project, field), least, largest)
    for point in project.sam2_coordinates:
        for part in point:
            check_range("sam2_coordinates", part, 0, 1)
    check_choice("outpaint_position", project.outpaint_position, OUTPAINT)


def _check_references(project: VideoProject) -> None:
    """Refuse references that the workflow in the model's id does not accept, and missing ones that it requires."""
    given = {name for name in _REFERENCES if getattr(project, name) is not None}
    if given >= {"reference_audio", "reference_audio_identity"}:
        raise refusal("reference_audio and reference_audio_identity", "exclude each other: they share one slot")
    control_name = project.control_net.name if project.control_net is not None else None
    if project.reference_mask is not None and control_name != "inpaint":
        raise refusal("reference_mask", "needs the control_net inpaint")
    workflow = video_workflow(project.model)
    if workflow is None:
        return
    required = _REQUIRED[workflow]
    if control_name is not None and workflow != "v2v":
        raise refusal("control_net", f"is for v2v models, not for {workflow}")
    if control_name == "pose":
        required |= {"reference_image"}
    if missing := [name for name in _REFERENCES if name in required - given]:
        raise refusal(missing[0], f"must be given for {control_name or workflow}")
    if foreign := [name for name in _REFERENCES if name in given - required - _OPTIONAL.get(workflow, frozenset())]:
        raise refusal(foreign[0], f"is not taken by {workflow} models")
    if workflow == "i2v" and given.isdisjoint({"reference_image", "reference_image_end"}):
        raise refusal("reference_image or reference_image_end", "must be given for i2v")
    if project.sam2_coordinates and workflow != "animate-replace":
        raise refusal("sam2_coordinates", f"are for animate-replace models, not for {workflow}")
