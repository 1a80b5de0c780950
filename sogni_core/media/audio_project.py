"""The key frame of an audio project."""

from __future__ import annotations

from typing import Any

from sogni_core._protocol import sampling
from sogni_core._protocol.refusals import refuse, within
from sogni_core._protocol.slots import flag
from sogni_core._protocol.values import plain
from sogni_core.project import AudioProject

FORMATS = ("mp3", "flac", "wav")
"""Output formats, the default first."""

DROPPED = ("negativePrompt",)
"""Constants that other kinds send and this one does not."""

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


def key_frame(project: AudioProject, comfy: bool) -> dict[str, Any]:
    """Make the values that only audio has; every audio model takes the newer sampler fields, whatever ``comfy`` is."""
    _check(project)
    values = flag("referenceAudio", project.reference_audio) | sampling.comfy(project)
    for field, name in _NUMBERS:
        value = getattr(project, field)
        if value is not None:
            values[name] = plain(value)
    for field, name in _OTHERS:
        value = getattr(project, field)
        if value is not None:
            values[name] = value
    return values


def _check(project: AudioProject) -> None:
    for field, _ in _NUMBERS:
        # the ranges are the model's to know
        within(field, getattr(project, field), 0)
    if project.negative_prompt:
        raise refuse("negative_prompt", "is not taken by audio models")
    if project.width is not None:
        raise refuse("width and height", "are not taken by audio models")
