"""Videos of two parts: there and back again, and what comes after a video."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from .conftest import blend, clip, far, film, needs_scripts, picture

pytestmark = pytest.mark.slow

LOOP = ("video", "it turns", "--looping", "--ref", "a.png", "--duration", "1", "-o", "loop.mp4", "--json")


def test_a_loop_goes_there_and_back(run: Any, devnet: Any, uploaded: Any, folder: Path) -> None:
    picture(folder / "a.png")
    called = run(*LOOP)
    assert called.exit_code == 0, called
    made = film(folder / "loop.mp4")
    assert (len(made.frames), made.size, made.is_steady) == (32, (512, 512), True)
    there, back = (request["keyFrames"][0] for request in devnet.job_requests)
    assert there["hasReferenceImage"] and "hasReferenceImageEnd" not in there
    assert back["hasReferenceImage"] and back["hasReferenceImageEnd"]
    assert "seed" in there and "seed" not in back
    same = ("modelID", "positivePrompt", "width", "height", "fps", "frames", "steps")
    assert [there[name] for name in same] == [back[name] for name in same]
    with Image.open(folder / "a.png") as first, Image.open(uploaded("referenceImageEnd").path) as end:
        assert far(first, end) == 0
        assert far(made.frames[0], first) < 4
    with Image.open(uploaded("referenceImage").path) as turn:
        assert (turn.format, turn.size) == ("PNG", (512, 512))
        assert far(turn, made.frames[16]) < 4
    assert called.json["looping"] is True
    assert called.json["localPaths"] == [str(folder / "loop.mp4")]
    assert sorted(path.name for path in folder.iterdir()) == ["a.png", "loop.mp4"]


def test_the_first_clip_is_not_lost_when_the_second_fails(run: Any, devnet: Any, folder: Path) -> None:
    devnet.faults.add("job_error", after=1)
    picture(folder / "a.png")
    called = run(*LOOP)
    assert called.exit_code == 8, called
    kept = [Path(path) for path in called.json["localPaths"]]
    assert [len(film(path).frames) for path in kept] == [17]
    assert called.json["errorDetails"]["failed"][0]["key"] == "clip-2"
    assert not (folder / "loop.mp4").exists()


def broken_ffmpeg(folder: Path, word: str) -> str:
    """Write an ffmpeg that fails where a word is among its arguments, and is the real one otherwise.

    The devnet calls it too: the words are those of this plugin alone.
    """
    path = folder / "bin" / "ffmpeg"
    path.parent.mkdir()
    path.write_text(
        f"#!{sys.executable}\nimport os, sys\nif any({word!r} in part for part in sys.argv):\n"
        f"    print('no more', file=sys.stderr); sys.exit(1)\n"
        f"os.execv({get_ffmpeg_exe()!r}, ['ffmpeg', *sys.argv[1:]])\n"
    )
    path.chmod(0o755)
    return str(path)


@needs_scripts
@pytest.mark.parametrize(("word", "kept"), [("medium", 2), ("-update", 1)])
def test_clips_are_not_lost_when_ffmpeg_fails(system: str, run: Any, folder: Path, word: str, kept: int) -> None:
    picture(folder / "a.png")
    called = run(*LOOP, SOGNI_FFMPEG=broken_ffmpeg(folder, word))
    assert called.exit_code == 8, called
    assert called.json["errorCode"] == "PARTIAL"
    assert "its clips are kept" in called.json["error"]
    assert len(called.json["localPaths"]) == kept
    assert all(len(film(Path(path)).frames) == 17 for path in called.json["localPaths"])
    assert not (folder / "loop.mp4").exists()


def test_a_loop_s_price_is_that_of_both_clips(run: Any, devnet: Any, folder: Path) -> None:
    picture(folder / "a.png")
    plan = run(*LOOP, "--estimate-video-cost").json
    assert [step["key"] for step in plan["projects"]] == ["clip-1", "clip-2"]
    one = run("video", "x", "--ref", "a.png", "--duration", "1", "--dry-run", "--json").json["price"]["amount"]
    assert plan["price"]["amount"] == pytest.approx(2 * one)
    assert devnet.job_requests == []


def test_a_video_is_continued_from_its_last_frame_to_an_image(run: Any, sent: Any, uploaded: Any, folder: Path) -> None:
    blend(folder / "old.mp4", "red", "green", 33)
    Image.new("RGB", (800, 600), "blue").save("target.png")
    argv = (
        "continue",
        "old.mp4",
        "it turns blue",
        "--ref-end",
        "target.png",
        "--duration",
        "2",
        "-o",
        "full.mp4",
        "--json",
    )
    called = run(*argv)
    assert called.exit_code == 0, called
    frame = sent()
    assert (frame["width"], frame["height"], frame["frames"]) == (512, 480, 33)
    made = film(folder / "full.mp4")
    assert (len(made.frames), made.size, made.is_steady) == (33 + 32, (512, 480), True)
    old = film(folder / "old.mp4").frames
    with Image.open(uploaded("referenceImage").path) as image:
        assert far(image, old[-1]) == 0
    assert far(made.frames[0], old[0]) < 4
    assert far(made.frames[32], old[32]) < 4
    assert 1 < far(made.frames[33], made.frames[32]) < 12
    assert far(made.frames[-1], Image.new("RGB", (512, 480), "blue")) < 6
    wanted = {"clip": "old.mp4", "refImageEnd": "target.png", "workflow": "i2v", "width": 512, "height": 480}
    assert wanted.items() <= called.json.items()
    assert sorted(path.name for path in folder.iterdir()) == ["full.mp4", "old.mp4", "target.png"]


def test_the_sound_of_what_was_there_is_kept(run: Any, folder: Path) -> None:
    clip(folder / "old.mp4", 33, sound=2.0, size="640x360", rate="30")
    called = run("continue", "old.mp4", "goes on", "--duration", "1", "-o", "full.mp4", "--json")
    assert called.exit_code == 0, called
    made = film(folder / "full.mp4")
    assert (made.size, round(made.rate), made.is_steady) == ((640, 360), 30, True)
    assert made.sound == pytest.approx(len(made.frames) / 30, abs=0.03)
    # The part that was rendered is of a size that the service takes, and fitted to the old one.
    assert (called.json["effectiveWidth"], called.json["effectiveHeight"]) == (1024, 576)


def test_a_continuation_can_be_planned(run: Any, devnet: Any, folder: Path) -> None:
    clip(folder / "old.mp4", 17)
    plan = run("continue", "old.mp4", "goes on", "-o", "full.mp4", "--dry-run", "--json")
    assert plan.exit_code == 0, plan
    assert [(step["width"], step["height"]) for step in plan.json["projects"]] == [(512, 480)]
    assert devnet.job_requests == []
    assert not (folder / "full.mp4").exists()


def test_a_strict_size_is_about_a_size_that_was_chosen(run: Any, folder: Path) -> None:
    clip(folder / "old.mp4", 17, size="640x360")
    argv = ("continue", "old.mp4", "goes on", "-o", "full.mp4", "--dry-run", "--strict-size", "--json")
    assert run(*argv).exit_code == 0
    assert run(*argv, "-w", "640", "-h", "360").json["errorCode"] == "INVALID_VIDEO_SIZE"


@needs_scripts
def test_a_continuation_is_not_lost_when_it_cannot_be_joined(system: str, run: Any, folder: Path) -> None:
    clip(folder / "old.mp4", 17)
    failing = broken_ffmpeg(folder, "medium")
    argv = ("continue", "old.mp4", "goes on", "--duration", "1", "-o", "full.mp4", "--json")
    called = run(*argv, SOGNI_FFMPEG=failing)
    assert (called.exit_code, called.json["errorCode"]) == (8, "PARTIAL")
    assert called.json["error"].startswith("The continuation was rendered but not joined: ffmpeg failed")
    assert len(film(Path(called.json["localPath"])).frames) == 17
    assert "no more" in json.dumps(called.json)
