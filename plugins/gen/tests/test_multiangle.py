"""Angles: words, prompts, what is sent, and the 360 video."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from .rows import Refused, Sent, parametrize

EDIT = "qwen_image_edit_2511_fp8_lightning"
FULL = "qwen_image_edit_2511_fp8"
MULTI = "--multi-angle -c subject.jpg"
SWEEP = "--angles-360 -c subject.jpg"

AZIMUTHS = {
    "front": "front view", "front-right": "front-right quarter view", "right": "right side view",
    "back-right": "back-right quarter view", "back": "back view", "back-left": "back-left quarter view",
    "left": "left side view", "front-left": "front-left quarter view",
}  # fmt: skip

WORDS: list[tuple[str, str, str]] = [
    *(("azimuth", key, words) for key, words in AZIMUTHS.items()),
    *(("azimuth", f"{key} quarter", AZIMUTHS[key]) for key in AZIMUTHS if "-" in key),
    *(("azimuth", f"{key.replace('-', ' ')} quarter", AZIMUTHS[key]) for key in AZIMUTHS if "-" in key),
    ("azimuth", "FRONT", "front view"), ("azimuth", "Front_Right", "front-right quarter view"),
    ("azimuth", "  front   right    quarter ", "front-right quarter view"), ("azimuth", " back ", "back view"),
    *(("elevation", key, f"{key} shot") for key in ("low-angle", "eye-level", "elevated", "high-angle")),
    ("elevation", "low angle", "low-angle shot"), ("elevation", "eye level", "eye-level shot"),
    ("elevation", "high angle", "high-angle shot"),
    ("elevation", "HIGH_ANGLE", "high-angle shot"), ("elevation", "Eye  Level", "eye-level shot"),
    ("distance", "close-up", "close-up"), ("distance", "close up", "close-up"), ("distance", "medium", "medium shot"),
    ("distance", "medium shot", "medium shot"), ("distance", "wide", "wide shot"),
    ("distance", "wide shot", "wide shot"), ("distance", "CLOSE_UP", "close-up"),
]  # fmt: skip


def _prompt(field: str, words: str, rest: str = " x") -> str:
    place = {"azimuth": "front view", "elevation": "eye-level shot", "distance": "medium shot"} | {field: words}
    return f"<sks> {' '.join(place.values())}{rest}"


@pytest.mark.parametrize(("field", "text", "words"), WORDS)
def test_every_word_that_is_understood(stage: Any, field: str, text: str, words: str) -> None:
    stage.send(Sent(f"{MULTI} --{field} '{text}' x", {"positivePrompt": _prompt(field, words)}))


ALLOWED = {
    "azimuth": list(AZIMUTHS), "elevation": ["low-angle", "eye-level", "elevated", "high-angle"],
    "distance": ["close-up", "medium", "wide"],
}  # fmt: skip

UNKNOWN = [
    ("azimuth", "front right"), ("azimuth", "front view"), ("azimuth", "up"), ("azimuth", "front--right"),
    ("azimuth", "45"), ("azimuth", ""), ("azimuth", "   "), ("elevation", "HIGH"), ("elevation", "medium"),
    ("elevation", ""), ("elevation", "low"), ("distance", "far"), ("distance", "close"), ("distance", ""),
    ("distance", "closeup"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text"), UNKNOWN)
def test_other_words_are_refused(stage: Any, field: str, text: str) -> None:
    details = {"field": field, "value": text, "allowed": ALLOWED[field]}
    stage.refuse(Refused(f"{MULTI} --{field} '{text}' x", f'Invalid {field} "{text}".', details))


@pytest.mark.parametrize(("field", "text"), [("elevation", "up"), ("distance", "up")])
def test_a_sweep_refuses_words_too(stage: Any, field: str, text: str) -> None:
    stage.refuse(Refused(f"{SWEEP} --{field} {text} x", f'Invalid {field} "{text}".'))


BASE = "<sks> front view eye-level shot medium shot"

SENT = [
    Sent(f"{MULTI} x", {"modelID": EDIT, "positivePrompt": f"{BASE} x", "hasContextImage1": True,
                        "hasContextImage2": False, "width": 512, "height": 512, "steps": 4, "guidanceScale": 1,
                        "comfySampler": "euler", "comfyScheduler": "simple", "loras": ["multiple_angles"],
                        "loraStrengths": [0.9]},
         {"numberOfImages": 1, "outputFormat": "jpg", "disableSafety": False, "tokenType": "spark"}),
    Sent(f"{MULTI}", {"positivePrompt": BASE}, why="no prompt is needed"),
    Sent(f"{MULTI} --description 'a car'", {"positivePrompt": f"{BASE} a car"}),
    Sent(f"{MULTI} --description 'a car' x", {"positivePrompt": f"{BASE} a car"}),
    Sent("--multi-angle -c subject.jpg --azimuth front-right 'studio portrait, same person'",
         {"positivePrompt": "<sks> front-right quarter view eye-level shot medium shot studio portrait, same person"}),
    Sent(f"{MULTI} -m {FULL} x", {"modelID": FULL, "steps": 20, "guidanceScale": 4}),
    Sent(f"{MULTI} -m my_qwen_image_edit_2511_lightning x", {"modelID": "my_qwen_image_edit_2511_lightning",
                                                            "steps": 4, "guidanceScale": 1}),
    Sent(f"{MULTI} --steps 6 --guidance 1.5 x", {"steps": 6, "guidanceScale": 1.5}),
    Sent(f"{MULTI} --sampler dpmpp_2m --scheduler beta x", {"comfySampler": "dpmpp_2m", "comfyScheduler": "beta"}),
    Sent(f"{MULTI} --format png x", project={"outputFormat": "png"}),
    Sent(f"{MULTI} -o x.png x", project={"outputFormat": "png"}, why="the name says it"),
    Sent(f"{MULTI} -o x.jpg x", project={"outputFormat": "jpg"}),
    Sent(f"{MULTI} -o out x", project={"outputFormat": "jpg"}),
    Sent(f"{MULTI} -n 3 x", project={"numberOfImages": 3}),
    Sent(f"{MULTI} -w 768 -h 640 x", {"width": 768, "height": 640}),
    Sent(f"{MULTI} -s 9 x", {"seed": 9}),
    Sent(f"{MULTI} -c a.png x", {"hasContextImage1": True, "hasContextImage2": False},
         lines=("Warning: --multi-angle uses the first context image only.",)),
    Sent(f"{SWEEP} -s 9 x", {"seed": 9}, count=8),
    # LoRAs.
    Sent(f"{MULTI} --angle-strength 0.5 x", {"loras": ["multiple_angles"], "loraStrengths": [0.5]}),
    Sent(f"{MULTI} --angle-strength 1.5 x", {"loraStrengths": [1.5]}, why="there is no range"),
    Sent(f"{MULTI} --lora-strength 0.7 x", {"loras": ["multiple_angles"], "loraStrengths": [0.7]}),
    Sent(f"{MULTI} --lora-strength 0.7 --angle-strength 0.5 x", {"loraStrengths": [0.5]}),
    Sent(f"{MULTI} --lora y x", {"loras": ["y", "multiple_angles"], "loraStrengths": [1, 0.9]}),
    Sent(f"{MULTI} --lora y --angle-strength 0.5 x", {"loraStrengths": [1, 0.5]}),
    Sent(f"{MULTI} --lora y --lora-strength 0.3 x", {"loras": ["y", "multiple_angles"], "loraStrengths": [0.3, 0.9]}),
    Sent(f"{MULTI} --lora multiple_angles --lora-strength 0.3 --angle-strength 0.5 x",
         {"loras": ["multiple_angles"], "loraStrengths": [0.3]}),
    Sent(f"{MULTI} --lora y --lora multiple_angles x", {"loras": ["y", "multiple_angles"], "loraStrengths": [1, 0.9]}),
    Sent(f"{MULTI} --lora y --lora multiple_angles --angle-strength 0.5 x", {"loraStrengths": [1, 0.5]}),
    Sent(f"{MULTI} --loras y,z --lora-strengths 0.3,0.4 x",
         {"loras": ["y", "z", "multiple_angles"], "loraStrengths": [0.3, 0.4, 0.9]}),
]  # fmt: skip


@parametrize(SENT)
def test_an_angle_is_asked_for(stage: Any, row: Sent) -> None:
    stage.send(row)


@pytest.mark.parametrize("extra", ["", "--azimuth up", "--azimuth back"])
def test_a_sweep_shows_every_side(stage: Any, extra: str) -> None:
    stage.send(Sent(f"{SWEEP} {extra} x", count=8))
    prompts = {frame["positivePrompt"] for frame in stage.frames}
    assert prompts == {f"<sks> {words} eye-level shot medium shot x" for words in AZIMUTHS.values()}
    assert ("Warning: --azimuth ignored for --angles-360." in stage.lines) is bool(extra)


def test_only_the_first_image_arrives(stage: Any) -> None:
    stage.succeed(f"{MULTI} -c a.png x")
    assert [name for name in stage.frames[0] if name.startswith("hasContextImage") and stage.frames[0][name]] == [
        "hasContextImage1"
    ]


# The 360 video.


def test_without_ffmpeg_nothing_is_sent(stage: Any) -> None:
    missing = str(stage.folder / "none" / "ffmpeg")
    found = stage.fail(f"{SWEEP} --angles-360-video t.mp4 x", environ={"FFMPEG_PATH": missing})
    assert found["error"] == "ffmpeg is required to assemble the 360 video."
    assert found["errorCode"] == "MISSING_FFMPEG"
    assert found["errorDetails"]["ffmpegPath"] == missing
    assert found["hint"].startswith("Install ffmpeg or set FFMPEG_PATH to a working ffmpeg binary.")
    assert stage.projects == []


@pytest.mark.slow
@pytest.mark.slow
def _clips(stage: Any) -> list[dict[str, Any]]:
    return [frame for frame in stage.frames if frame["modelID"].startswith("wan_")]


def test_a_360_video(stage: Any) -> None:
    found = stage.succeed(f"{SWEEP} --angles-360-video new/turn --steps 6 --guidance 1.5 'a portrait'")
    assert found["type"] == "multi-angle-360"
    assert found["videoPath"] == str(stage.folder / "new" / "turn.mp4"), "the ending is added, the folder made"
    assert found["videoModel"] == "wan_v2.2-14b-fp8_i2v_lightx2v"
    assert Path(found["videoPath"]).read_bytes()[4:8] == b"ftyp"
    assert re.search(r"^Saved 360 video: .*turn\.mp4$", stage.called.stderr, re.MULTILINE)
    clips = _clips(stage)
    assert (len(clips), len(stage.frames)) == (8, 16)
    for clip in clips:
        assert (clip["positivePrompt"], clip["frames"], clip["fps"]) == ("a portrait", 17, 16)
        assert (clip["width"], clip["height"], clip["steps"]) == (512, 512, 4), "the video model's own steps"
        assert clip["hasReferenceImage"] and clip["hasReferenceImageEnd"]
        assert clip.get("guidanceScale") is None
    assert [path.relative_to(stage.folder).as_posix() for path in stage.folder.rglob("*") if path.is_file()].count(
        "new/turn.mp4"
    ) == 1
    assert not list(stage.folder.rglob("*.concat.txt")) and not list(stage.folder.rglob("segment-*"))
    kept = stage.last_render
    assert (kept["videoPath"], kept["videoModel"]) == (found["videoPath"], found["videoModel"])


def test_a_360_video_beside_its_sides(stage: Any) -> None:
    """Without a path of its own its name comes from -o; the length is shared among the clips."""
    called = stage.call(
        f"{SWEEP} --i2v-model wan_v2.2-14b-fp8_i2v --frames 160 --description 'a car' -o d/car.mp4 --angles-360-video"
    )
    assert called.exit_code == 0, called
    lines = called.stdout.splitlines()
    assert re.fullmatch(r"video: .*d/car\.mp4", lines[0].replace("\\", "/"))
    assert [line.split(": ")[0] for line in lines[1:]] == list(AZIMUTHS)
    names = sorted(path.name for path in (stage.folder / "d").iterdir())
    assert names == sorted(["car.mp4", *(f"car-{side}.jpg" for side in AZIMUTHS)])
    clips = _clips(stage)
    assert {(clip["modelID"], clip["frames"], clip["positivePrompt"], clip["steps"]) for clip in clips} == {
        ("wan_v2.2-14b-fp8_i2v", 20, "a car", 20)
    }
