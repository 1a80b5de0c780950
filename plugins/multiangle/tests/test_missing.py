"""What is paid for is kept and named, at whichever of the sixteen paid steps, the download or the joining it fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sogni_multiangle.angles import AZIMUTHS

pytestmark = pytest.mark.slow

Run = Callable[..., Any]

TURN = ("-c", "subject.jpg", "--angles-360", "--angles-360-video", "turn.mp4", "-o", "sides", "a cat", "--json")

SIDES = tuple(AZIMUTHS)


def rendered(devnet: Any) -> list[Any]:
    return [project for project in devnet.projects if project.status == "completed"]


def check(called: Any, devnet: Any) -> dict[str, Any]:
    """Check what holds of every such end: all that was rendered is on disk and named, the rest is named too."""
    found: dict[str, Any] = called.json
    assert (called.exit_code, found["errorCode"]) == (8, "PARTIAL"), called
    assert found["success"] is False
    paths = [Path(path) for path in found["localPaths"]]
    assert all(path.stat().st_size > 0 for path in paths)
    assert not Path("turn.mp4").exists()
    assert found["videoPath"] is None
    assert found["error"].startswith("The 360 video was not made: ")
    missing = found["errorDetails"]["missing"]
    assert missing[-1] == "video"
    saved = [path.stem if path.suffix == ".jpg" else "-".join(path.stem.split("-")[:2]) for path in paths]
    everything = [*SIDES, *(f"clip-{place}" for place in range(1, 9))]
    assert sorted([*saved, *missing[:-1]]) == sorted(everything), "everything is there or named"
    return found


@pytest.mark.parametrize("step", range(8))
def test_an_angle_that_fails(run: Run, devnet: Any, step: int) -> None:
    devnet.faults.add("job_error", after=step)
    found = check(run(*TURN), devnet)
    assert len(found["localPaths"]) == len(rendered(devnet))
    (lost,) = [name for name in found["errorDetails"]["missing"] if name in SIDES]
    (failed,) = found["errorDetails"]["failed"]
    assert (failed["key"], failed["errorCode"]) == (lost, "JOB_FAILED")
    assert f"angle {lost}: " in found["error"]
    assert len([path for path in found["localPaths"] if path.endswith(".jpg")]) == 7
    place = SIDES.index(lost)
    assert {f"clip-{place + 1}", f"clip-{place or 8}"} <= set(found["errorDetails"]["missing"])


@pytest.mark.parametrize("step", range(8, 16))
def test_a_clip_that_fails(run: Run, devnet: Any, step: int) -> None:
    # The angles are all admitted before the first clip: they are sent at once.
    devnet.faults.add("job_error", after=step)
    found = check(run(*TURN), devnet)
    assert len(found["localPaths"]) == len(rendered(devnet))
    assert not set(SIDES) & set(found["errorDetails"]["missing"])
    (failed,) = found["errorDetails"]["failed"]
    assert failed["errorCode"] == "JOB_FAILED"
    clip = failed["key"].partition("/")[0]
    assert clip in found["errorDetails"]["missing"]
    place = int(clip.removeprefix("clip-"))
    assert f"clip {place}, {SIDES[place - 1]} to {SIDES[place % 8]}: The worker failed" in found["error"]
    assert "Saved: 8 of 8 images" in found["error"]


@pytest.mark.parametrize("step", [0, 5, 8, 15])
def test_a_result_that_cannot_be_downloaded(run: Run, devnet: Any, step: int) -> None:
    devnet.faults.add("result_missing", after=step)
    found = check(run(*TURN), devnet)
    (failed,) = found["errorDetails"]["failed"]
    assert failed["projectId"] in [project.id for project in rendered(devnet)], "it is named, to be fetched later"
    assert len(found["localPaths"]) == len(rendered(devnet)) - 1


@pytest.mark.parametrize("step", [3, 11])
def test_a_result_that_is_withheld(run: Run, devnet: Any, step: int) -> None:
    devnet.faults.add("withheld", after=step)
    found = check(run(*TURN), devnet)
    (failed,) = found["errorDetails"]["failed"]
    assert failed["errorCode"] == "SENSITIVE_CONTENT"


def test_several_things_that_fail_are_all_named(run: Run, devnet: Any) -> None:
    devnet.faults.add("job_error", after=1, times=2)
    found = check(run(*TURN), devnet)
    assert len(found["errorDetails"]["failed"]) == 2
    assert "Saved: 6 of 8 images" in found["error"]


def test_money_for_the_images_alone(run: Run, devnet: Any) -> None:
    devnet.faults.add("insufficient_funds", after=8, times=None)
    found = check(run(*TURN), devnet)
    assert {failed["errorCode"] for failed in found["errorDetails"]["failed"]} == {"INSUFFICIENT_BALANCE"}
    assert "Saved: 8 of 8 images, 0 of 8 clips." in found["error"]


@pytest.mark.parametrize("argv", [TURN, ("-c", "subject.jpg", "--angles-360", "-o", "sides", "--json")])
def test_nothing_at_all_is_an_error_and_no_part(run: Run, devnet: Any, argv: tuple[str, ...]) -> None:
    devnet.faults.add("job_error", times=None)
    called = run(*argv)
    assert (called.exit_code, called.json["errorCode"]) == (6, "JOB_FAILED")
    assert [project for project in devnet.projects if project.media == "video"] == []


@pytest.mark.parametrize("step", range(8))
def test_a_sweep_keeps_the_other_angles(run: Run, devnet: Any, step: int) -> None:
    devnet.faults.add("job_error", after=step)
    called = run("-c", "subject.jpg", "--angles-360", "-o", "sides", "--json")
    found = called.json
    assert (called.exit_code, found["errorCode"]) == (8, "PARTIAL")
    (lost,) = found["errorDetails"]["missing"]
    assert found["error"] == f"Some angles are missing: angle {lost}: The worker failed."
    assert [Path(path).stem for path in found["localPaths"]] == [side for side in SIDES if side != lost]
    (angle,) = [angle for angle in found["angles"] if angle["azimuth"] == lost]
    assert angle["localPaths"] == []


@pytest.fixture
def broken_ffmpeg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that says it is ffmpeg, works for whoever renders, and fails for whoever joins clips."""
    import imageio_ffmpeg

    folder = tmp_path_factory.mktemp("ffmpeg")
    script = folder / "ffmpeg"
    script.write_text(
        f"#!{sys.executable}\n"
        "import subprocess, sys\n"
        "if 'turn.mp4' in ' '.join(sys.argv):\n"
        "    open(sys.argv[-1].removeprefix('file:'), 'wb').write(b'half a video')\n"
        "    sys.exit('no space left on this device')\n"
        f"sys.exit(subprocess.call([{imageio_ffmpeg.get_ffmpeg_exe()!r}, *sys.argv[1:]]))\n"
    )
    script.chmod(0o755)
    if os.name == "nt":
        program = folder / "ffmpeg.cmd"
        program.write_text(f'@"{sys.executable}" "{script}" %*\n')
        return program
    return script


def test_ffmpeg_that_fails_costs_nothing_that_was_paid_for(run: Run, devnet: Any, broken_ffmpeg: Path) -> None:
    found = check(run(*TURN, SOGNI_FFMPEG=str(broken_ffmpeg)), devnet)
    assert len(found["localPaths"]) == len(rendered(devnet)) == 16
    (failed,) = found["errorDetails"]["failed"]
    assert (failed["key"], failed["errorCode"]) == ("join", "FFMPEG_FAILED")
    assert "joining the clips: " in found["error"]
    assert "Saved: 8 of 8 images, 8 of 8 clips." in found["error"]


def test_text_names_what_is_there(run: Run, devnet: Any) -> None:
    devnet.faults.add("job_error", after=15)
    called = run(*TURN[:-1])
    assert called.exit_code == 8
    there = [line.partition(": ")[0] for line in called.stdout.splitlines()]
    assert there[:8] == list(SIDES)
    assert all(name.startswith("clip-") for name in there[8:])
    assert "Error: The 360 video was not made: clip " in called.stderr


@pytest.mark.parametrize("step", [2, 13])
def test_resuming_does_the_rest_and_pays_for_nothing_twice(run: Run, sogni_cli: Any, devnet: Any, step: int) -> None:
    devnet.faults.add("job_error", after=step)
    found = check(run(*TURN), devnet)
    done = len(rendered(devnet))
    called = sogni_cli("resume", found["runId"], "-q", "--json", environ=devnet.environ)
    assert called.exit_code == 0, called
    assert len(called.json["localPaths"]) == 9
    assert Path("turn.mp4").stat().st_size > 0
    assert len(rendered(devnet)) == 16
    assert len(devnet.projects) == 16 + 1, "only what failed was asked for again"
    assert done < 16
