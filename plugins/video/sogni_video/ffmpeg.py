"""Find ffmpeg and run it.

It runs without a shell, never reads standard input, opens only files, and is told which container to expect. Its
messages are kept up to a maximum length. If its exit code is not 0, its output is discarded.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from sogni_core.errors import InputError
from sogni_core.problem import Problem
from sogni_core.project import Asset
from sogni_core.text import clean, quote_path
from sogni_video.error_codes import MISSING_FFMPEG

VARIABLES = ("SOGNI_FFMPEG", "FFMPEG_PATH")
"""Environment variables that name the program. The first one that is set is used, even if the program is missing."""

CONTAINERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/ogg": "ogg",
}
"""Content type of a file to the container that ffmpeg is told to expect."""

_TOLD = 4000
"""Characters to keep of the messages of ffmpeg, from the end."""

_LINE = 64 * 1024
"""Longest line of output."""

_GRACE = 2.0
"""Seconds that ffmpeg gets to end before it is killed."""


def find(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the program from ``SOGNI_FFMPEG``, ``FFMPEG_PATH``, the search path or imageio-ffmpeg; None if missing."""
    environ = os.environ if environ is None else environ
    for name in VARIABLES:
        if environ.get(name):
            return shutil.which(environ[name], path=environ.get("PATH"))
    return shutil.which("ffmpeg", path=environ.get("PATH")) or _bundled()


@functools.cache
def _bundled() -> str | None:
    try:
        # Try it last: importing it takes a sixth of a second.
        from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped, import-not-found, unused-ignore]

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None


def missing(environ: Mapping[str, str] | None = None) -> Iterator[Problem]:
    """Yield the problem MISSING_FFMPEG if no working ffmpeg is found."""
    exe = find(environ)
    if exe is None or not _runs(exe):
        environ = os.environ if environ is None else environ
        wanted = next((environ[name] for name in VARIABLES if environ.get(name)), exe or "ffmpeg")
        yield Problem(
            "ffmpeg.missing",
            (),
            "ffmpeg is required to join videos, but no working ffmpeg was found.",
            {"ffmpegPath": wanted},
            code=MISSING_FFMPEG,
            hint='Install ffmpeg, or set FFMPEG_PATH. With pip: pip install "sogni-video[ffmpeg]"',
        )


def required(environ: Mapping[str, str] | None = None) -> str:
    """Return the program; raises InputError MISSING_FFMPEG if no working one is found."""
    problems = list(missing(environ))
    if problems:
        raise InputError.of(problems)
    exe = find(environ)
    assert exe is not None
    return exe


@functools.cache
def _runs(exe: str) -> bool:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = subprocess.run(  # noqa: S603 - no shell, the user's own program
            [exe, "-version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False
        )
        return asked.returncode == 0 and asked.stdout.startswith(b"ffmpeg")
    return False


def opened(clip: Asset) -> list[str]:
    """Return the arguments that open a file, which has been read, as the container that its content shows."""
    if clip.path is None:
        raise ValueError("the file has not been read yet")
    container = CONTAINERS.get(clip.content_type)
    if container is None:
        raise InputError(
            "UNSUPPORTED_MEDIA",
            f"{quote_path(clip.path)} is {clip.content_type}, not a supported video.",
            hint="Use an MP4, QuickTime, WebM or Ogg video.",
            details={"path": str(clip.path), "contentType": clip.content_type},
        )
    return ["-protocol_whitelist", "file", "-f", container, "-i", f"file:{clip.path}"]


async def run(arguments: Sequence[str], read: Callable[[str], None] | None = None, *, grace: float = _GRACE) -> None:
    """Run ffmpeg and wait until it ends; ``read`` gets each line of its standard output.

    Raises :class:`FailedError` if it fails, and InputError MISSING_FFMPEG. A cancellation ends the program first:
    ``grace`` is how many seconds it has for that.
    """
    process = await asyncio.create_subprocess_exec(
        await asyncio.to_thread(required),
        *("-nostdin", "-hide_banner", "-loglevel", "error"),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE if read is not None else asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        limit=_LINE,
    )
    try:
        async with asyncio.TaskGroup() as group:
            said = group.create_task(_last_of(process.stderr))
            if read is not None:
                group.create_task(_lines(process.stdout, read))
        status = await process.wait()
    finally:
        await _ended(process, grace)
    if status != 0:
        raise FailedError(status, said.result())


async def _lines(stream: asyncio.StreamReader | None, read: Callable[[str], None]) -> None:
    assert stream is not None
    async for line in stream:
        read(line.decode("utf-8", "replace").rstrip("\r\n"))


class FailedError(Exception):
    """ffmpeg failed."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(told)
        self.status = status
        self.told = told
        """The end of its messages, cleaned, without memory addresses and long paths."""


async def _last_of(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    kept: deque[bytes] = deque()
    size = 0
    while chunk := await stream.read(_LINE):
        kept.append(chunk)
        size += len(chunk)
        while size - len(kept[0]) >= _TOLD:
            size -= len(kept.popleft())
    text = b"".join(kept)[-_TOLD:].decode("utf-8", "replace")
    rows = [clean(re.sub(r"\[[^\]]* @ [^\]]*\]|file:", "", row), 300) for row in text.splitlines()]
    return "; ".join([row for row in rows if row][-3:]) or "it gave no reason"


async def _ended(process: asyncio.subprocess.Process, grace: float) -> None:
    """Make sure that the program has ended: ask it to end, then kill it after so many seconds."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(grace):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
