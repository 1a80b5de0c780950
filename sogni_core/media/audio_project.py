"""What an audio project becomes: the values of its key frame, the path of its estimate."""

from __future__ import annotations

from typing import Any

from sogni_core.media.estimates import estimate_path
from sogni_core.media.fields import check_range, plain_number, refusal
from sogni_core.media.references import reference_fields
from sogni_core.media.sampling import SamplerForm, sampling_fields
from sogni_core.project import AudioProject

_NUMBERS = (
    ("duration", "duration"),
    ("bpm", "bpm"),
    ("prompt_strength", "promptStrength"),
    ("creativity", "creativity"),
    ("shift", "shift"),
)

_OTHERS = (
    ("time_signature", "timesignature"),
    ("key_scale", "keyscale"),
    ("language", "language"),
    ("lyrics", "lyrics"),
    ("composer_mode", "composerMode"),
    ("speaker", "speaker"),
    ("instruct", "instruct"),
    ("reference_text", "referenceText"),
)


def audio_key_frame(project: AudioProject, form: SamplerForm) -> dict[str, Any]:
    """Return the values of the key frame that only audio has.

    Every audio model takes the Comfy form, whatever ``form`` is. Raises InputError INVALID_ARGUMENT for negative
    numbers, and for a negative prompt, width or height, which audio models do not take.
    """
    _check(project)
    values = reference_fields("referenceAudio", project.reference_audio, "audio") | sampling_fields(project, "comfy")
    for field, name in _NUMBERS:
        value = getattr(project, field)
        if value is not None:
            values[name] = plain_number(value)
    for field, name in _OTHERS:
        value = getattr(project, field)
        if value is not None:
            values[name] = value
    return values


def audio_estimate(project: AudioProject, network: str) -> str:
    """Return path and query of the estimate of a piece of audio.

    Raises InputError INVALID_ARGUMENT for a project without duration or steps.
    """
    if project.duration is None or project.steps is None:
        raise refusal("duration and steps", "must be given for an estimate")
    segments = [project.token_type, project.model, plain_number(project.duration), project.steps, project.count]
    return estimate_path("/api/v1/job-audio/estimate", segments, {"network": network})


def _check(project: AudioProject) -> None:
    for field, _ in _NUMBERS:
        # the ranges are the model's to know
        check_range(field, getattr(project, field), 0)
    if project.negative_prompt:
        raise refusal("negative_prompt", "is not taken by audio models")
    if project.width is not None:
        raise refusal("width and height", "are not taken by audio models")
