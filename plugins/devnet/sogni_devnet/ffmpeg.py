"""Find ffmpeg, and pass raw frames and samples to and from it.

Files of clients are opened as the container that their bytes show, and only as local files, so that nothing in them
(such as a playlist) can make ffmpeg read anything else.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sogni_devnet.refusal import Unpaintable

DEMUXERS = {
    "video/mp4": "mov", "video/quicktime": "mov", "audio/mp4": "mov", "video/webm": "matroska",
    "audio/webm": "matroska", "audio/ogg": "ogg", "video/ogg": "ogg", "audio/wav": "wav",
    "audio/mpeg": "mp3", "audio/flac": "flac",
}  # fmt: skip
"""Detected content type to the container that ffmpeg is told to expect."""

Size = tuple[int, int]
Blocks = Generator[bytes, None, None]


@dataclass(frozen=True)
class Recording:
    """A part of an uploaded audio or video file; times in seconds."""

    path: Path
    sniffed: str | None
    start: float = 0.0
    length: float | None = None

    def arguments(self) -> list[str]:
        """Return the arguments that open it."""
        container = DEMUXERS.get(self.sniffed or "")
        if container is None:
            raise Unpaintable(f"{self.sniffed} cannot be decoded")
        length = [] if self.length is None else ["-t", f"{self.length:.4f}"]
        return ["-protocol_whitelist", "file", "-f", container, "-ss", f"{self.start:.4f}", *length,
                "-i", f"file:{self.path}"]  # fmt: skip


def find_ffmpeg(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the program from ``SOGNI_FFMPEG``, ``FFMPEG_PATH``, the search path or imageio-ffmpeg; None if missing.

    The first variable that is set is used, even if the program is missing.
    """
    environ = os.environ if environ is None else environ
    for name in ("SOGNI_FFMPEG", "FFMPEG_PATH"):
        if environ.get(name):
            return shutil.which(environ[name])
    return shutil.which("ffmpeg", path=environ.get("PATH")) or _bundled()


@functools.cache
def _bundled() -> str | None:
    try:
        # Importing it takes a sixth of a second, so do it only when a video is requested.
        from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        return None
    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:
        return None


def write_clip(
    exe: str, target: Path, frames: Iterable[bytes], *, size: Size, rate: float, count: int, title: str, fast: bool,
    sound: Recording | None,
) -> None:  # fmt: skip
    """Write an H.264 MP4 of exactly this size, frame rate and number of frames.

    ``frames`` are RGB; both sides are even. ``sound`` becomes AAC, filled with silence if it is too short.
    Raises :class:`Unpaintable` if it cannot be decoded.
    """
    source = [] if sound is None else sound.arguments()
    tracks = [] if sound is None else [
        "-map", "0:v", "-map", "1:a:0", "-af", "apad", "-c:a", "aac", "-b:a", "128k", "-t", f"{count / rate:.6f}",
    ]  # fmt: skip
    _feed(
        [exe, *_QUIET, "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-framerate", f"{rate:g}",
         "-i", "pipe:0", *source, *tracks, "-c:v", "libx264", "-preset", "ultrafast" if fast else "veryfast",
         "-crf", "16", "-threads", "2", "-pix_fmt", "yuv420p", "-frames:v", str(count), *_tags(title),
         "-movflags", "+faststart", "-f", "mp4", "-y", f"file:{target}"], frames,
    )  # fmt: skip


def write_sound(exe: str, target: Path, samples: Iterable[bytes], *, rate: int, form: str, title: str) -> None:
    """Write 16-bit mono samples as ``mp3`` or ``flac``."""
    codec = ["-c:a", "libmp3lame", "-b:a", "128k"] if form == "mp3" else ["-c:a", "flac"]
    _feed([exe, *_QUIET, "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0", *codec, *_tags(title),
           "-f", form, "-y", f"file:{target}"], samples)  # fmt: skip


def read_frames(exe: str, film: Recording, size: Size, rate: float, count: int) -> Blocks:
    """Yield up to so many RGB frames, cropped to fill this size. Close the iterator to end early."""
    fit = f"fps={rate:g},scale={size[0]}:{size[1]}:force_original_aspect_ratio=increase,crop={size[0]}:{size[1]}"
    command = [exe, *_QUIET, "-nostdin", *film.arguments(), "-an", "-sn", "-vf", fit, "-frames:v", str(count),
               "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]  # fmt: skip
    yield from _blocks(command, size[0] * size[1] * 3)


def read_samples(exe: str, sound: Recording, rate: int, block: int) -> Blocks:
    """Yield 16-bit mono samples in blocks of so many, without a last block that is not full."""
    command = [exe, *_QUIET, "-nostdin", *sound.arguments(), "-vn", "-ac", "1", "-ar", str(rate),
               "-f", "s16le", "pipe:1"]  # fmt: skip
    yield from _blocks(command, block * 2)


_QUIET = ["-hide_banner", "-loglevel", "error"]


def _tags(title: str) -> list[str]:
    return ["-metadata", f"title=DEVNET: {title}"]


def _feed(command: list[str], blocks: Iterable[bytes]) -> None:
    # Standard error goes to a file, since an unread pipe would fill up and block ffmpeg.
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - a list of our own, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
        )
        with _ended(process):
            assert process.stdin is not None
            # ffmpeg closes the pipe if it fails. Its message is read below.
            with contextlib.suppress(OSError), process.stdin as stdin:
                for block in blocks:
                    stdin.write(block)
            if process.wait() != 0:
                raise Unpaintable(f"ffmpeg failed: {_last_line(said)}")


def _blocks(command: list[str], size: int) -> Blocks:
    process = subprocess.Popen(  # noqa: S603 - a list of our own, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with _ended(process):
        assert process.stdout is not None
        while len(block := process.stdout.read(size)) == size:
            yield block


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the process with the block, or after ten minutes."""
    limit = threading.Timer(600, process.kill)
    limit.daemon = True
    limit.start()
    try:
        yield
    finally:
        limit.cancel()
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _last_line(said: IO[bytes]) -> str:
    """Return the last message of ffmpeg, without addresses and paths."""
    said.seek(0)
    lines = said.read(20_000).decode(errors="replace").split("\n")
    text = next((line for line in reversed(lines) if line.strip()), "no reason given")
    return re.sub(r"\[[^\]]*\]|file:\S+", "", text).strip()[:200]
