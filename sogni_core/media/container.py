"""Reads MP4 and QuickTime files by their boxes, without a decoder.

That is enough to see whether a video is complete, how long it is, and its size. The layout is that of the ISO base
media file format (ISO/IEC 14496-12), which QuickTime shares: boxes of a 32-bit size and a type of four letters, some of
which hold boxes. Nothing but the index (``moov``) is read into memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from sogni_core.errors import InputError
from sogni_core.media.kind import HEAD, content_type
from sogni_core.text import quote_path

READABLE = frozenset(("video/mp4", "video/quicktime", "audio/mp4"))
"""Kinds that are read here."""

LARGEST_INDEX = 16 * 1024 * 1024
"""Bytes of ``moov``; hours of video have a few megabytes."""

_MOST_BOXES = 100_000
"""Boxes of one level; a fragmented file has two for each fragment."""

_UNTOLD = 2**32 - 1
"""Duration that means *unknown* in the older form of a header; all bits are set in either form."""


class VideoFacts(NamedTuple):
    """Facts of a video or sound file."""

    content_type: str
    """Content type, by content."""
    width: int
    """Pixels as displayed, rotation applied; 0 if there is no picture."""
    height: int
    """Pixels as displayed, rotation applied; 0 if there is no picture."""
    seconds: float
    """Duration; 0 if the file does not contain it, as some files for streaming."""
    frames: int
    """Frames in the index; 0 if they are not in it."""
    sound: bool
    """Whether there is a sound track."""


def read_container(path: str | os.PathLike[str]) -> VideoFacts:
    """Return facts of an MP4 or QuickTime file.

    Raises UNSUPPORTED_MEDIA with the ``cause`` for another kind of file, one that was cut short, and one without index,
    media or tracks; OSError if it cannot be read.
    """
    path = Path(path)
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        kind = content_type(stream.read(HEAD))
        try:
            if kind not in READABLE:
                raise _DamagedError(f"it is {kind}" if kind else "it is not a video" if size else "it is empty")
            index = _index(stream, size)
            return _facts(kind, index)
        except _DamagedError as error:
            raise InputError(
                "UNSUPPORTED_MEDIA",
                f"Cannot use {quote_path(path)}: {error}.",
                hint="Use a video that a player can open.",
                details={"path": str(path), "cause": str(error)},
            ) from None


class _DamagedError(Exception):
    """The reason why a file cannot be used."""


def _index(stream: IO[bytes], size: int) -> memoryview:
    """Walk over the outermost boxes, all of which have to end within the file; return the content of the index."""
    index: memoryview | None = None
    media = False
    place = 0
    for _ in range(_MOST_BOXES):
        if size - place < 8:
            # Fewer bytes than a box has are padding, which some programs append.
            break
        stream.seek(place)
        length, name, header = _header(stream.read(16), size - place)
        if length > size - place:
            raise _DamagedError("it was cut short")
        if name == b"moov" and index is None:
            if length - header > LARGEST_INDEX:
                raise _DamagedError(f"its index is larger than {LARGEST_INDEX // 1024**2} MiB")
            stream.seek(place + header)
            index = memoryview(stream.read(length - header))
        media = media or (name == b"mdat" and length > header)
        place += length
    else:
        raise _DamagedError("it has too many parts")
    if index is None:
        raise _DamagedError("it has no index")
    if not media:
        raise _DamagedError("it has no media in it")
    return index


def _header(head: bytes, left: int) -> tuple[int, bytes, int]:
    """Return length and type of a box and the length of its header; ``left`` bytes are left in its parent."""
    length, name, header = int.from_bytes(head[:4]), head[4:8], 8
    if length == 1:
        length, header = int.from_bytes(head[8:16]), 16
    elif length == 0:
        # The last box may extend to the end without giving its length.
        length = left
    if length < header:
        raise _DamagedError("its parts do not fit together")
    return length, name, header


def _boxes(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield type and content of the boxes within a box."""
    place = 0
    for _ in range(_MOST_BOXES):
        left = len(content) - place
        if left < 8:
            break
        length, name, header = _header(bytes(content[place : place + 16]), left)
        if length > left:
            raise _DamagedError("its index does not fit together")
        yield name, content[place + header : place + length]
        place += length
    else:
        raise _DamagedError("its index has too many parts")


def _find(content: memoryview, *names: bytes) -> memoryview:
    """Return the content of the first box at a path of types; empty if there is none."""
    for name in names:
        content = next((found for kind, found in _boxes(content) if kind == name), memoryview(b""))
    return content


def _facts(kind: str, index: memoryview) -> VideoFacts:
    scale, duration = _time(_find(index, b"mvhd"))
    if scale == 0:
        raise _DamagedError("its index has no header")
    seconds = duration / scale
    width = height = frames = 0
    picture = sound = False
    for name, track in _boxes(index):
        if name != b"trak":
            continue
        media = _find(track, b"mdia")
        handler = bytes(_find(media, b"hdlr")[8:12])
        sound = sound or handler == b"soun"
        if handler == b"vide" and not picture:
            picture = True
            width, height = _size(_find(track, b"tkhd"))
            frames = _number(_find(media, b"minf", b"stbl", b"stsz"), 8, 4)
            track_scale, track_duration = _time(_find(media, b"mdhd"))
            if not seconds and track_scale:
                seconds = track_duration / track_scale
    if not (picture or sound):
        raise _DamagedError("it has neither picture nor sound")
    if picture and not (width and height):
        raise _DamagedError("its picture has no size")
    if not picture and kind == "video/mp4":
        kind = "audio/mp4"
    if not seconds:
        movie = _find(index, b"mvex", b"mehd")
        seconds = _number(movie, 4, 8 if movie and movie[0] == 1 else 4) / scale
    return VideoFacts(kind, width, height, seconds, frames, sound)


def _time(header: memoryview) -> tuple[int, int]:
    """Return units per second and duration in units of ``mvhd`` or ``mdhd``; 0 if missing."""
    if not header:
        return 0, 0
    if header[0] == 1:
        scale, duration = _number(header, 20, 4), _number(header, 24, 8)
        return scale, 0 if duration == 2**64 - 1 else duration
    scale, duration = _number(header, 12, 4), _number(header, 16, 4)
    return scale, 0 if duration == _UNTOLD else duration


def _size(header: memoryview) -> tuple[int, int]:
    """Return width and height as displayed, of ``tkhd``: 16.16 fixed point, exchanged by a quarter turn."""
    start = 52 if header and header[0] == 1 else 40
    stretch, turn = _number(header, start, 4), _number(header, start + 4, 4)
    width, height = (_number(header, start + offset, 4) >> 16 for offset in (36, 40))
    return (height, width) if turn and not stretch else (width, height)


def _number(content: memoryview, place: int, size: int) -> int:
    """Return a number; 0 if it is outside of the content."""
    part = content[place : place + size]
    return int.from_bytes(part) if len(part) == size else 0
