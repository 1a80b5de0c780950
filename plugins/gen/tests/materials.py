"""Files that command lines name; one that is named so is laid into the folder before the call."""

from __future__ import annotations

import io
import re
import subprocess
import wave
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

NAMED = {
    "photo.jpg": (640, 480), "face.jpg": (512, 512), "subject.jpg": (512, 512), "style.png": (320, 256),
    "ref.png": (512, 512), "end.png": (512, 512), "a.png": (64, 48), "b.png": (48, 64), "c.png": (50, 50),
    "d.png": (40, 40),
}  # fmt: skip
"""Pictures and their sizes in px; any ``640x480.png`` is one too."""

_SIZED = re.compile(r"(\d+)x(\d+)\.(?:png|jpg)")


def provide(folder: Path, words: Iterable[str]) -> None:
    """Write the files that words of a command line name."""
    for word in words:
        data = _data(word.removeprefix("./"))
        if data is not None and not (folder / word).exists():
            (folder / word).write_bytes(data)


@cache
def _data(name: str) -> bytes | None:
    if name == "speech.wav":
        return _sound()
    if name == "motion.mp4":
        return _film()
    sized = _SIZED.fullmatch(name)
    size = (int(sized[1]), int(sized[2])) if sized else NAMED.get(name)
    if size is None:
        return None
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, "JPEG" if name.endswith(".jpg") else "PNG")
    return written.getvalue()


def _sound() -> bytes:
    """One second of silence."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16_000))
    return written.getvalue()


def _film() -> bytes:
    """Seventeen pictures at 16 a second."""
    shown = ["-f", "lavfi", "-i", "testsrc2=size=512x480:rate=16,trim=end_frame=17"]
    coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "-"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *shown, *coded]
    return subprocess.run(command, capture_output=True, check=True).stdout
