"""``jobRequest`` of music and speech."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from sogni_core.errors import InputError
from sogni_core.project import Asset, AudioProject
from sogni_core.testing import payload_of

PLAIN = AudioProject(model="ace_step_1.5_xl_turbo", prompt="slow piano")
VOICE = Asset("a.ogg", Path("a.ogg"), "video/ogg", 100)


def key_frame(**fields: Any) -> dict[str, Any]:
    only: dict[str, Any]
    (only,) = payload_of(dataclasses.replace(PLAIN, **fields), form="legacy")["keyFrames"]
    return only


@pytest.mark.parametrize(
    ("field", "value", "name", "sent"),
    [
        ("duration", 30.0, "duration", 30),
        ("bpm", 120, "bpm", 120),
        ("time_signature", "3", "timesignature", "3"),
        ("key_scale", "C major", "keyscale", "C major"),
        ("language", "en", "language", "en"),
        ("lyrics", "", "lyrics", ""),
        ("composer_mode", False, "composerMode", False),
        ("prompt_strength", 2.0, "promptStrength", 2),
        ("creativity", 0.85, "creativity", 0.85),
        ("shift", 3.0, "shift", 3),
        ("speaker", "Ryan", "speaker", "Ryan"),
        ("instruct", "calm", "instruct", "calm"),
        ("reference_text", "one two", "referenceText", "one two"),
        ("steps", 8, "steps", 8),
        ("sampler", "Euler a", "comfySampler", "euler_a"),
        ("scheduler", "Simple", "comfyScheduler", "simple"),
    ],
)
def test_a_field_is_written_when_it_is_given(field: Any, value: Any, name: Any, sent: Any) -> None:
    bare, frame = key_frame(), key_frame(**{field: value})
    assert {key: frame[key] for key in frame if key not in bare or bare[key] != frame[key]} == {name: sent}
    assert isinstance(frame[name], type(sent))


def test_what_is_not_given_is_left_out() -> None:
    request = payload_of(PLAIN)
    assert (request["outputFormat"], request["previews"], request["numberOfImages"]) == ("mp3", 0, 1)
    frame = key_frame()
    # not even the constant of the other kinds
    assert "negativePrompt" not in frame
    assert not {"width", "height", "sizePreset", "vae", "hasContextImage1", "duration"} & frame.keys()
    assert (frame["comfySampler"], frame["comfyScheduler"], frame["stylePrompt"]) == (None, None, "")


def test_a_voice_to_take_on() -> None:
    frame = key_frame(reference_audio=VOICE)
    assert frame["hasReferenceAudio"] is True
    assert frame["referenceAudioContentType"] == "audio/ogg"
    assert dataclasses.replace(PLAIN, reference_audio=VOICE).assets == {"referenceAudio": VOICE}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"negative_prompt": "drums"}, "negative_prompt is not taken"),
        ({"width": 512, "height": 512}, "not taken by audio"),
        ({"duration": -1.0}, "duration must be at least 0"),
        ({"creativity": float("nan")}, "creativity"),
        ({"output_format": "ogg"}, "mp3, flac, wav"),
    ],
)
def test_what_cannot_be_right_is_refused(change: Any, message: Any) -> None:
    with pytest.raises(InputError, match=message):
        key_frame(**change)
