"""Clips and large references: joining by copy and by encoding, the box solver, and 300 MB on their way up."""

from __future__ import annotations

import itertools
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from sogni_video import ffmpeg
from sogni_video.boxes import SIDES, best_box
from sogni_video.sizes import Size, predicted

from bench import own_times, places
from bench.report import Goal, Report
from bench.stage import devnet
from bench.timing import Contestant, ratio, take_turns

CLIPS, FRAMES = 8, 17
REFERENCE_MB = 300


def run(rounds: int | None, check: bool) -> Report:
    """Measure all three; ``check`` once and with a third of the reference."""
    rounds = rounds or (1 if check else 7)
    report = Report("media")
    exe = ffmpeg.find()
    if exe is None:
        raise SystemExit("ffmpeg is needed; pip install imageio-ffmpeg brings one")
    _join(report, rounds, exe)
    _solve(report)
    _upload(report, rounds, exe, (REFERENCE_MB // 3 if check else REFERENCE_MB) * 2**20)
    return report


def _join(report: Report, rounds: int, exe: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = [_clip(exe, folder / f"{number}.mp4", number) for number in range(CLIPS)]
        script = folder / "clips.ffconcat"
        script.write_text("ffconcat version 1.0\n" + "".join(f"file '{clip}'\n" for clip in clips))
        bare = [exe, "-v", "error", "-y", "-safe", "0", "-f", "concat", "-i", str(script)]
        out = [folder / f"out-{number}.mp4" for number in range(4)]
        ours = [places.sogni(), "concat", *map(str, clips), "-q", "-o"]
        contestants = [
            Contestant("ffmpeg alone, copied", [*bare, "-c", "copy", str(out[0])], produces=out[0]),
            Contestant("sogni concat, copied", [*ours, str(out[1])], produces=out[1]),
            Contestant("ffmpeg alone, encoded", [*bare, "-c:v", "libx264", "-crf", "16", str(out[2])], produces=out[2]),
            Contestant("sogni concat --seamless --loop", [*ours, str(out[3]), "--seamless", "--loop"], produces=out[3]),
        ]
        take_turns(contestants, rounds, {**places.environ(folder), "SOGNI_FFMPEG": exe})
    report.tables[f"Joining {CLIPS} clips of {FRAMES} frames, 832x480"] = contestants
    _, copied, encoded, seamless = contestants
    report.goals.append(Goal("seamless joining by encoding with ffmpeg alone", ratio(seamless, encoded), 1.6))
    report.goals.append(Goal("copying by encoding", ratio(copied, seamless), 1.0))


def _solve(report: Report) -> None:
    references = [Size(width, height) for width, height in itertools.product(range(500, 4000, 700), repeat=2)]
    quick = _each(lambda reference: best_box(reference, Size(512, 512)), references)
    all_boxes = [Size(width, height) for width in SIDES for height in SIDES]
    every = _each(lambda reference: [predicted(reference, box) for box in all_boxes], references[:6])
    report.notes.append(
        f"The box for a reference takes {quick * 1e6:.0f} µs; "
        f"only predicting all {len(all_boxes)} takes {every * 1e6:.0f} µs."
    )
    report.goals.append(Goal("solving by predicting every box", quick / every, 0.2))


def _each(work: Callable[[Size], object], references: list[Size]) -> float:
    begin = time.perf_counter()
    for reference in references:
        work(reference)
    return (time.perf_counter() - begin) / len(references)


def _upload(report: Report, rounds: int, exe: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as name, devnet(Path(name), 0, pace=0, seconds_per_clip=0) as stage:
        folder = Path(name)
        Image.new("RGB", (512, 512), "teal").save(folder / "me.png")
        small, large = (_clip(exe, folder / f"{name}.mp4", 1) for name in ("small", "large"))
        with large.open("ab") as stream:
            # A box that means nothing. Written out: a hole in a file would be read for nothing.
            stream.write(struct.pack(">I4s", size, b"free"))
            for _ in range(size // 2**20):
                stream.write(bytes(2**20))
        given = [str(folder / "me.png"), str(small), str(large)]
        contestants = [
            Contestant(who, [sys.executable, str(places.HERE / f"{script}.py"), *given])
            for who, script in (("bare stream", "bare_upload"), ("sogni_core", "our_upload"))
        ]
        own_times.take_turns(contestants, rounds, stage.environ)
    bare, ours = contestants
    report.tables[f"A reference of {size // 2**20} MB, from its check to the video"] = contestants
    report.notes += [f"{one.name}: at most {max(one.peak):.0f} MiB of memory." for one in contestants]
    report.goals.append(Goal("the upload by a bare stream", ratio(ours, bare), 1.3))


def _clip(exe: str, path: Path, seed: int) -> Path:
    shown = f"testsrc2=size=832x480:rate=16,hue=h={seed * 40},trim=end_frame={FRAMES}"
    made = ("-c:v", "libx264", "-pix_fmt", "yuv420p", str(path))
    subprocess.run([exe, "-v", "error", "-y", "-f", "lavfi", "-i", shown, *made], check=True)
    return path
