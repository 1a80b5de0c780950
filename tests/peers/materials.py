"""Files that the SDKs and this repository's own client upload, and the measuring of what comes back."""

from __future__ import annotations

import io
import math
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
    writer = imageio_ffmpeg.write_frames(str(made.walk), (480, 480), fps=16, macro_block_size=16, quality=3)
    writer.send(None)
    for frame in _walk():
        writer.send(frame)
    writer.close()
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
    frames = imageio_ffmpeg.read_frames(str(path))
    facts = next(frames)
    count = sum(1 for _ in frames)
    return Clip(tuple(facts["size"]), count, facts["fps"], "audio_codec" in facts)
