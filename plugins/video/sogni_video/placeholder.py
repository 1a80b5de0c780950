"""Placeholders for videos in a plan: files without content that measure like real ones."""

from __future__ import annotations

import struct
from pathlib import Path

from sogni_core.media import FileFacts
from sogni_video.project import VideoProject

SIDE = 512
"""Pixels, if the service decides the size."""

RATE = 24.0
"""Frames per second, if the service decides them."""

_SCALE = 1000
"""Units of time per second."""


def placeholder(project: VideoProject, path: Path) -> FileFacts:
    """Write a video with the size and length of the project, but without frames."""
    width, height = project.width or SIDE, project.height or SIDE
    seconds = (project.frames or RATE) / (project.fps or RATE)
    path.write_bytes(_empty_video(width, height, seconds))
    return FileFacts("video/mp4", width, height, seconds)


def _empty_video(width: int, height: int, seconds: float) -> bytes:
    """Return an MP4 with an index, but without media.

    The boxes and their fields follow ISO/IEC 14496-12, version 0. All other fields are 0.
    """
    duration = round(seconds * _SCALE)
    movie = struct.pack(">4x8xII80x", _SCALE, duration)
    track = struct.pack(">4x8xI4xI52xII", 1, duration, width << 16, height << 16)
    media = struct.pack(">4x8xII4x", _SCALE, duration)
    kind = struct.pack(">8x4s13x", b"vide")
    whole = _box(b"trak", _box(b"tkhd", track) + _box(b"mdia", _box(b"mdhd", media) + _box(b"hdlr", kind)))
    index = _box(b"moov", _box(b"mvhd", movie) + whole)
    return _box(b"ftyp", b"isom\0\0\0\0isom") + index + _box(b"mdat", b"\0")


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content
