"""What is refused before anything is sent, in the documented words."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from .conftest import clip, ffmpeg, picture


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("references")
    picture(made / "a.png", (1170, 1200))
    picture(made / "long.png", (3000, 500))
    clip(made / "v.mp4", 5)
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", made / "s.wav")
    return made


@pytest.fixture
def refused(run: Any, devnet: Any, folder: Path, references: Path) -> Any:
    shutil.copytree(references, folder, dirs_exist_ok=True)

    def call(*argv: str, **environ: str) -> dict[str, Any]:
        called = run(*argv, "--json", **environ)
        assert called.exit_code == 2, called
        assert devnet.requests == []
        found: dict[str, Any] = called.json
        return found

    return call


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (("--workflow", "t2v", "--ref", "a.png"), "The workflow t2v does not accept --ref."),
        (("--workflow", "t2v", "--ref-video", "v.mp4"), "The workflow t2v does not accept --ref-video."),
        (("--workflow", "i2v"), "The workflow i2v requires --ref, --ref-end or both."),
        (
            ("--workflow", "i2v", "--ref", "a.png", "--ref-audio", "s.wav"),
            "The workflow i2v does not accept --ref-audio.",
        ),
        (("--workflow", "s2v", "--ref", "a.png"), "The workflow s2v requires --ref and --ref-audio."),
        (("--ref-audio", "s.wav"), "The workflow s2v requires --ref and --ref-audio."),
        (
            ("--workflow", "s2v", "--ref", "a.png", "--ref-audio", "s.wav", "--ref-video", "v.mp4"),
            "The workflow s2v does not accept --ref-video.",
        ),
        (("--ref-video", "v.mp4"), "The workflow animate-move requires --ref and --ref-video."),
        (
            ("--workflow", "animate-replace", "--ref", "a.png"),
            "The workflow animate-replace requires --ref and --ref-video.",
        ),
        (
            ("--workflow", "animate-move", "--ref", "a.png", "--ref-video", "v.mp4", "--ref-audio", "s.wav"),
            "The workflow animate-move does not accept --ref-audio.",
        ),
        (("-m", "wan_v2.2-14b-fp8_t2v_lightx2v", "--ref", "a.png"), "The workflow t2v does not accept --ref."),
        (
            ("--workflow", "i2v", "--ref", "a.png", "-m", "wan_v2.2-14b-fp8_t2v_lightx2v"),
            'The model "wan_v2.2-14b-fp8_t2v_lightx2v" does not support the workflow "i2v".',
        ),
        (("--workflow", "v2v"), 'Unknown workflow "v2v". Use t2v|i2v|s2v|animate-move|animate-replace.'),
        (("--format", "gif"), '--output-format must be "mp4" for videos.'),
        (("--duration", "11"), "A video of wan_v2.2-14b-fp8_t2v_lightx2v lasts from 1 to 10 seconds."),
        (("--duration", "1.5"), "--duration must be an integer."),
        (("--looping", "-o", "l.mp4"), "--looping works only with the workflow i2v."),
        (("--looping", "--ref-end", "a.png", "-o", "l.mp4"), "--looping requires --ref, the first frame."),
        (
            ("--looping", "--ref", "a.png", "--ref-end", "a.png", "-o", "l.mp4"),
            "--looping cannot be combined with --ref-end: the loop ends with its first frame.",
        ),
        (("--looping", "--ref", "a.png"), "--looping requires --output: the loop is joined on this machine."),
        (("--looping", "--ref", "a.png", "-o", "l.mp4", "-n", "2"), "--looping requires --count 1."),
    ],
)
def test_a_request_that_cannot_be_is_refused(refused: Any, argv: tuple[str, ...], text: str) -> None:
    assert refused("video", "it moves", *argv)["error"] == text


def test_a_prompt_is_needed(refused: Any) -> None:
    assert refused("video")["error"] == "PROMPT must not be empty."
    assert refused("video", "  ")["error"] == "PROMPT must not be empty."


def test_the_setting_counts_only_where_nothing_else_says_which_workflow_is_meant(run: Any, refused: Any) -> None:
    assert (
        refused("video", "x", SOGNI_VIDEO__WORKFLOW="i2v")["error"]
        == "The workflow i2v requires --ref, --ref-end or both."
    )
    asked = ("video", "x", "--ref", "a.png", "--dry-run", "--json")
    assert run(*asked, SOGNI_VIDEO__WORKFLOW="t2v").json["workflow"] == "i2v"


@pytest.mark.parametrize(
    ("argv", "text", "hint"),
    [
        (
            ("-w", "500", "-h", "512"),
            "--width and --height must be divisible by 16, not 500x512.",
            "Try --width 496 --height 512, or omit --strict-size.",
        ),
        (
            ("-w", "1920", "-h", "1080"),
            "--width and --height must be between 480 and 1536, not 1920x1080.",
            "Try --width 1536 --height 864, or omit --strict-size.",
        ),
        (
            ("-w", "512", "--ref", "a.png"),
            "The reference image of 1170x1200 would be scaled to 499x512, but both sides must be divisible by 16.",
            "Try --width 608 --height 624, or omit --strict-size.",
        ),
        (
            ("-w", "512", "--ref-end", "a.png"),
            "The reference image of 1170x1200 would be scaled to 499x512, but both sides must be divisible by 16.",
            "Try --width 608 --height 624, or omit --strict-size.",
        ),
        (
            ("-w", "512", "--ref", "long.png"),
            "The reference image of 3000x500 would be scaled to 512x85, but both sides must be divisible by 16.",
            "Crop the reference to another shape, or omit --strict-size.",
        ),
    ],
)
def test_a_strict_size_is_not_adjusted(refused: Any, argv: tuple[str, ...], text: str, hint: str) -> None:
    shown = refused("video", "x", "--strict-size", *argv)
    assert (shown["error"], shown["errorCode"], shown["hint"]) == (text, "INVALID_VIDEO_SIZE", hint)


def test_what_would_resize_is_told_to_programs(refused: Any) -> None:
    found = refused("video", "x", "--strict-size", "-h", "512", "--ref", "a.png")
    assert found["field"] == "ref"
    assert (
        found["errorDetails"].items()
        >= {
            "referenceType": "refImage",
            "referencePath": "a.png",
            "reference": {"width": 1170, "height": 1200},
            "requested": {"width": 512, "height": 512},
            "resized": {"width": 499, "height": 512},
        }.items()
    )


def test_a_strict_size_that_nobody_chose_is_adjusted(run: Any, refused: Any) -> None:
    assert run("video", "x", "--strict-size", "--ref", "a.png", "--dry-run").exit_code == 0
    assert run("video", "x", "--strict-size", "-w", "640", "-h", "480", "--dry-run").exit_code == 0


def test_a_file_of_another_kind_is_refused(refused: Any) -> None:
    shown = refused("video", "x", "--ref", "v.mp4")
    assert shown["errorCode"] == "UNSUPPORTED_MEDIA"
    shown = refused("video", "x", "--ref", "a.png", "--ref-audio", "a.png")
    assert (shown["errorCode"], shown["field"]) == ("UNSUPPORTED_MEDIA", "ref_audio")


@pytest.mark.parametrize(
    "argv",
    [
        ("video", "x", "--looping", "--ref", "a.png", "-o", "l.mp4"),
        ("continue", "v.mp4", "x", "-o", "l.mp4"),
        ("join", "v.mp4", "-o", "l.mp4"),
        ("concat", "v.mp4", "-o", "l.mp4"),
        ("last-frame", "v.mp4", "-o", "l.png"),
    ],
)
def test_ffmpeg_is_looked_for_before_anything_is_paid(refused: Any, argv: tuple[str, ...]) -> None:
    shown = refused(*argv, FFMPEG_PATH="/nowhere/ffmpeg")
    assert shown["errorCode"] == "MISSING_FFMPEG"
    assert shown["hint"].startswith("Install ffmpeg, or set FFMPEG_PATH.")
    assert shown["errorDetails"] == {"ffmpegPath": "/nowhere/ffmpeg"}


@pytest.mark.parametrize("mode", [("continue", "v.mp4", "x"), ("join", "v.mp4")])
def test_a_place_is_needed_for_what_is_made_here(refused: Any, mode: tuple[str, ...]) -> None:
    assert refused(*mode)["error"] == "--output is required: the result is made on this machine."


def test_a_model_for_something_else_does_not_continue(refused: Any) -> None:
    shown = refused("continue", "v.mp4", "x", "-o", "f.mp4", "-m", "wan_v2.2-14b-fp8_t2v_lightx2v")
    assert shown["error"] == 'The model "wan_v2.2-14b-fp8_t2v_lightx2v" does not support the workflow "i2v".'
