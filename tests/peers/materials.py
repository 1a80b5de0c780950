"""Files that the SDKs and this repository's own client upload, and the measuring of what comes back."""

from __future__ import annotations

import io
import math
import re
import subprocess
import urllib.request
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from PIL import Image


@dataclass(frozen=True)
class Materials:
    """One file of each kind."""

    face: Path
    """JPEG, 320×320."""
    scene: Path
    """PNG, 480×480."""
    sketch: Path
    """WebP, 256×192."""
    voice: Path
    """WAV, one second, 8 kHz mono."""
    walk: Path
    """MP4, 480×480, 17 frames at 16 per second, moving."""


def make(folder: Path) -> Materials:
    """Paint and write the files."""
    made = Materials(*(folder / name for name in ("face.jpg", "scene.png", "sketch.webp", "voice.wav", "walk.mp4")))
    Image.linear_gradient("L").resize((320, 320)).convert("RGB").save(made.face)
    Image.radial_gradient("L").resize((480, 480)).convert("RGB").save(made.scene)
    Image.new("RGB", (256, 192), "teal").save(made.sketch, lossless=True)
    tone = array("h", (round(8000 * math.sin(at * 440 * math.tau / 8000)) for at in range(8000)))
    with wave.open(str(made.voice), "wb") as voice:
        voice.setparams((1, 2, 8000, 0, "NONE", ""))
        voice.writeframes(tone.tobytes())
    size = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "480x480", "-r", "16", "-i", "-")
    _ffmpeg(*size, "-pix_fmt", "yuv420p", "-y", str(made.walk), given=b"".join(_walk()))
    return made


def _walk() -> Iterator[bytes]:
    for place in range(17):
        frame = Image.new("RGB", (480, 480), "navy")
        frame.paste("orange", (place * 20, 200, place * 20 + 80, 280))
        yield frame.tobytes()


@dataclass(frozen=True)
class Clip:
    """A video as a decoder sees it."""

    size: tuple[int, int]
    """Width, height in px."""
    frames: int
    fps: float
    sound: bool


def fetch(url: str) -> tuple[bytes, str]:
    """Download a result without credentials; returns its bytes and content type."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read(), answer.headers.get_content_type()


def image(url: str) -> tuple[str, tuple[int, int]]:
    """Download and decode an image; returns its format and (width, height)."""
    with Image.open(io.BytesIO(fetch(url)[0])) as opened:
        opened.load()
        return opened.format or "", opened.size


def clip(url: str, folder: Path) -> Clip:
    """Download a video and decode all of it."""
    data, kind = fetch(url)
    assert kind == "video/mp4"
    path = folder / "clip.mp4"
    path.write_bytes(data)
    pixels, told = _ffmpeg("-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-fps_mode", "passthrough", "-")
    (width, height, fps), *_ = re.findall(r"Video: .*?, (\d+)x(\d+)[, ].*?([\d.]+) fps", told)
    frames, rest = divmod(len(pixels), int(width) * int(height) * 3)
    assert rest == 0
    return Clip((int(width), int(height)), frames, float(fps), "Audio:" in told.partition("Output #0")[0])


def _ffmpeg(*argv: str, given: bytes = b"") -> tuple[bytes, str]:
    """Run ffmpeg; returns what it wrote and what it said."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", *argv], input=given, capture_output=True, check=False
    )
    told = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, told
    return done.stdout, told
