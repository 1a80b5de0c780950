"""Extract the last frame of a video, as it is displayed."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from sogni_core.project import Asset
from sogni_video import ffmpeg
from sogni_video.failures import not_extracted

_TAILS = (2, 20, None)
"""Seconds before the end at which to start decoding; None: from the beginning. Most videos have their last frame in the
last seconds, but the sound may be longer than the frames."""


async def save_last_frame(clip: Asset, output: Path) -> None:
    """Write the last frame of a video, which has been read, as a PNG; raises InputError FFMPEG_EXTRACT_FAILED."""
    with tempfile.TemporaryDirectory(prefix="sogni-frame-") as folder:
        # Not compressed: each frame overwrites the one before.
        picture = Path(folder) / "last.ppm"
        for tail in _TAILS:
            reason = await _decode(clip, picture, tail)
            # After a failure, the file may hold an earlier frame.
            if not reason and await asyncio.to_thread(picture.is_file):
                await asyncio.to_thread(_as_png, picture, output)
                return
    raise not_extracted(clip, reason or "it has no visible frames")


async def _decode(clip: Asset, picture: Path, tail: int | None) -> str:
    """Write the last frame of the last ``tail`` seconds to ``picture``; returns what went wrong, or an empty text."""
    seek = ["-sseof", f"-{tail}"] if tail is not None else []
    shown = ("-map", "0:v:0", "-an", "-fps_mode", "passthrough", "-pix_fmt", "rgb24")
    written = ("-c:v", "ppm", "-f", "image2", "-update", "1", "-y", f"file:{picture}")
    try:
        await ffmpeg.run([*seek, *ffmpeg.opened(clip), *shown, *written])
    except ffmpeg.FailedError as failure:
        return failure.told
    return ""


def _as_png(picture: Path, output: Path) -> None:
    from PIL import Image

    with Image.open(picture, formats=["PPM"]) as image:
        image.save(output, "PNG", compress_level=3)
