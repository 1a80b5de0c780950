"""Look at videos: each picture of one as a single colour."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

Colour = tuple[int, int, int]


def colours(video: Path) -> list[Colour]:
    """Return the mean colour of every picture of a video, decoded, in order."""
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(video), "-vf", "scale=1:1:flags=area"]
    raw = subprocess.run([*argv, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True).stdout
    return [(raw[place], raw[place + 1], raw[place + 2]) for place in range(0, len(raw), 3)]


def colour(image: Path) -> Colour:
    """Return the mean colour of an image."""
    with Image.open(image) as opened:
        red, green, blue = opened.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return red, green, blue


def apart(one: Colour, other: Colour) -> float:
    """Return how far two colours are from each other, 0 to 441."""
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
