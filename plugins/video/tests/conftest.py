"""Files to make videos of, videos to look at, and the program with this plugin alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageChops, ImageDraw, ImageStat

Run = Callable[..., Any]

needs_scripts = pytest.mark.parametrize("system", ["posix"] if os.name == "posix" else [])
"""For tests whose stand-in for ffmpeg is a script: only POSIX runs those by themselves."""


def ffmpeg(*arguments: object, stdin: bytes = b"") -> bytes:
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


def picture(path: Path, size: tuple[int, int] = (512, 512), colour: str = "teal", **options: Any) -> Path:
    """Write an image with a mark in its upper left quarter, so that its orientation can be seen."""
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="white")
    image.save(path, **options)
    return path


def clip(
    path: Path, frames: int = 17, *, size: str = "512x480", rate: str = "16", sound: float | None = None,
    seed: int = 0, codec: tuple[str, ...] = ("-c:v", "libx264"),
) -> Path:  # fmt: skip
    """Write a video in which every picture is another one; ``sound``: length of a tone in seconds."""
    shown = f"testsrc2=size={size}:rate={rate},hue=h={seed * 40},trim=end_frame={frames}"
    heard = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={sound}"] if sound is not None else []
    tracks = ["-c:a", "aac"] if heard and path.suffix == ".mp4" else []
    ffmpeg("-f", "lavfi", "-i", shown, *heard, *codec, "-pix_fmt", "yuv420p", *tracks, path)
    return path


def blend(path: Path, first: str, last: str, frames: int = 17, size: tuple[int, int] = (512, 480)) -> Path:
    """Write a video that goes from one colour to another."""
    ends = [Image.new("RGB", size, colour) for colour in (first, last)]
    shown = b"".join(Image.blend(*ends, number / (frames - 1)).tobytes() for number in range(frames))
    source = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-framerate", "16", "-i", "-")
    ffmpeg(*source, "-c:v", "libx264", "-pix_fmt", "yuv420p", path, stdin=shown)
    return path


@dataclass
class Film:
    """A decoded video."""

    frames: list[Image.Image]
    times: list[float]
    """Seconds at which each picture is shown."""
    rate: float
    sound: float
    """Seconds of its sound; 0 without."""

    @property
    def size(self) -> tuple[int, int]:
        return self.frames[0].size

    @property
    def is_steady(self) -> bool:
        """Whether each picture is shown for the same time: none stands still, and the clock never goes back."""
        gaps = [after - before for before, after in zip(self.times, self.times[1:], strict=False)]
        return all(abs(gap - 1 / self.rate) < 0.002 for gap in gaps)


def film(path: Path) -> Film:
    """Decode a video."""
    raw = BytesIO(
        ffmpeg("-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "image2pipe", "-c:v", "ppm", "-")
    )
    frames = []
    while raw.readline():  # a PPM: its kind, its size, its greatest value, its pixels
        width, height = map(int, raw.readline().split())
        raw.readline()
        frames.append(Image.frombytes("RGB", (width, height), raw.read(width * height * 3)))
    times, lengths, sound = [], [], 0.0
    listed = ffmpeg("-i", path, "-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-f", "framecrc", "-").decode()
    units: dict[str, float] = {}
    for row in listed.splitlines():
        if row.startswith("#tb"):
            stream, _, unit = row[4:].partition(": ")
            above, _, below = unit.partition("/")
            units[stream] = int(above) / int(below)
        elif row[:1].isdigit():
            parts = [part.strip() for part in row.split(",")]
            if parts[0] == "0":
                times.append(int(parts[2]) * units["0"])
                lengths.append(int(parts[3]) * units["0"])
            else:
                sound = max(sound, (int(parts[2]) + int(parts[3])) * units["1"])
    return Film(frames, sorted(times), 1 / min(lengths), sound)


def far(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures, of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean) / 3


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(sogni_cli: Any, devnet: Any, folder: Path) -> Run:
    """Run ``sogni`` on a devnet."""

    def call(*argv: Any, **environ: str) -> Any:
        return sogni_cli(*argv, "-q", plugins=["video", "devnet"], environ={**devnet.environ, **environ})

    return call


@pytest.fixture
def sent(devnet: Any) -> Callable[[], dict[str, Any]]:
    """Return the key frame of the last request that was sent."""
    return lambda: dict(devnet.job_requests[-1]["keyFrames"][0])


@pytest.fixture
def uploaded(devnet: Any) -> Callable[[str], Any]:
    """Return the file that was uploaded last into a slot."""
    return lambda slot: next(file for file in reversed(devnet.files) if file.slot == slot)
