"""A 360 video: eight images of a second, eight clips of three, on 4 image slots and 2, 4 or 8 video slots."""

from __future__ import annotations

import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from PIL import Image
from sogni_video import ffmpeg

from bench import places
from bench.report import Goal, Report
from bench.stage import Stage, devnet
from bench.timing import Contestant, ratio, take_turns

SIDES = 8
IMAGE_SECONDS, CLIP_SECONDS = 1.0, 3.0
IMAGE_SLOTS = 4
ROUND_TRIP = 40.0
NODE_SECONDS = 38.0
"""What the Node program takes for the same, one step after the other."""


def run(rounds: int | None, check: bool) -> Report:
    """Measure beside a bare script with the same schedule; the script that does one step after the other runs once."""
    rounds = rounds or (1 if check else 3)
    report = Report("turntable")
    report.notes.append(
        f"{SIDES} images of {IMAGE_SECONDS:g} s on {IMAGE_SLOTS} slots, {SIDES} clips of {CLIP_SECONDS:g} s, joined; "
        f"{ROUND_TRIP:g} ms round trip. From the start of the process to the video on disk."
    )
    exe = ffmpeg.find()
    if exe is None:
        raise SystemExit("ffmpeg is needed; pip install imageio-ffmpeg brings one")
    for slots in (8,) if check else (2, 4, 8):
        bare, ours = _measure(slots, rounds, exe)
        bound = _bound(slots)
        report.tables[f"{slots} video slots, lower bound {bound * 1000:.0f} ms"] = [bare, ours]
        report.notes.append(f"{slots} video slots: {ours.median / 1000 / bound:.2f} times the lower bound.")
        report.goals.append(Goal(f"sogni by the bare script, {slots} video slots", ratio(ours, bare), 1.15))
    if not check:
        report.tables["one step after the other, 8 video slots"] = [_serial(exe)]
        report.notes.append(f"The Node program takes about {NODE_SECONDS:g} s, one step after the other.")
    return report


def _bound(slots: int) -> float:
    """Return the least time that any client can take, in seconds, if nothing but rendering took any."""
    ready = [IMAGE_SECONDS * (1 + place // IMAGE_SLOTS) for place in range(SIDES)]
    begins = sorted(max(ready[place], ready[(place + 1) % SIDES]) for place in range(SIDES))
    free = [0.0] * slots
    for begin in begins:
        free.sort()
        free[0] = max(free[0], begin) + CLIP_SECONDS
    return max(free)


def _measure(slots: int, rounds: int, exe: str) -> tuple[Contestant, Contestant]:
    with tempfile.TemporaryDirectory() as name, _stage(Path(name), slots) as stage:
        bare = _bare("pipelined", stage.home, exe)
        output = stage.home / "ours" / "turn.mp4"
        argv = [places.sogni(), "multiangle", "-q", "-c", str(_subject(stage.home)), "--angles-360"]
        argv += ["--angles-360-video", str(output), "-o", str(output.parent), "a cat"]
        ours = Contestant("sogni multiangle", argv, {"SOGNI_FFMPEG": exe}, output)
        take_turns([bare, ours], rounds, stage.environ)
    return bare, ours


def _serial(exe: str) -> Contestant:
    with tempfile.TemporaryDirectory() as name, _stage(Path(name), 8) as stage:
        serial = _bare("serial", stage.home, exe)
        take_turns([serial], 1, stage.environ)
    return serial


def _bare(order: str, home: Path, exe: str) -> Contestant:
    output = home / order / "turn.mp4"
    output.parent.mkdir()
    script = str(places.HERE / "bare_turntable.py")
    argv = [sys.executable, script, order, str(_subject(home)), str(output)]
    return Contestant(f"bare script, {order}", argv, {"BENCH_FFMPEG": exe}, output)


def _stage(home: Path, slots: int) -> AbstractContextManager[Stage]:
    return devnet(
        home, ROUND_TRIP, pace=IMAGE_SECONDS, slots=IMAGE_SLOTS, seconds_per_clip=CLIP_SECONDS, video_slots=slots
    )


def _subject(home: Path) -> Path:
    path = home / "subject.jpg"
    Image.new("RGB", (512, 512), "teal").save(path)
    return path
