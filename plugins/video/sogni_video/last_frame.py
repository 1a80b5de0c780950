"""The last picture of a video, as it is shown, decoded to the very end."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from sogni_core.project import Asset
from sogni_video import ffmpeg
from sogni_video.failures import not_extracted

_TAILS = (2, 20, None)
"""Seconds before the end to decode from: most videos have their last picture there, but a sound may be longer than the
pictures. None: from the beginning."""


async def save_last_frame(clip: Asset, output: Path) -> None:
    """Write the last picture of a video, which was read, as a PNG; raises InputError FFMPEG_EXTRACT_FAILED."""
    with tempfile.TemporaryDirectory(prefix="sogni-frame-") as folder:
        # Without compression: every picture of the tail is written over the one before it.
        picture = Path(folder) / "last.ppm"
        for tail in _TAILS:
            reason = await _decode(clip, picture, tail)
            # What was written before a failure is not known to be the last picture.
            if not reason and await asyncio.to_thread(picture.is_file):
                await asyncio.to_thread(_as_png, picture, output)
                return
    raise not_extracted(clip, reason or "it has no picture that is shown")


async def _decode(clip: Asset, picture: Path, tail: int | None) -> str:
    """Leave the last picture of the last ``tail`` seconds in ``picture``; returns what went wrong, if anything."""
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
