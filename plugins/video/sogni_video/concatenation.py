"""Join clips: frames are copied if the clips allow it, else encoded again.

Sound is always encoded again. It is cut, or filled with silence, to the length of the frames of its clip, so it never
drifts, and no frame freezes while a longer sound ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from sogni_core.project import Asset
from sogni_video import ffmpeg
from sogni_video.failures import not_joined
from sogni_video.filters import Part, picture_graph, sound_graph
from sogni_video.probe import Clip, look

_PICTURE = ("-c:v", "libx264", "-preset", "medium", "-crf", "16", "-pix_fmt", "yuv420p")
"""Visually lossless, in the pixel format that every player supports."""

_SOUND = ("-c:a", "aac", "-b:a", "192k")


@dataclass(frozen=True)
class Joined:
    """The video that the clips were joined into."""

    copied: bool
    """Whether the frames are those of the clips, bit for bit."""
    frames: int


async def join(clips: Sequence[Asset], output: Path, *, seamless: bool, loop: bool = False) -> Joined:
    """Join clips, which have been read, into the MP4 file ``output``.

    ``seamless``: each clip starts with the last frame of the one before; that frame is shown once. ``loop``: the last
    clip ends with the first frame of the first clip, which is shown once too. The video has the size of the first clip
    and the rate of the fastest. Raises InputError UNSUPPORTED_MEDIA, FFMPEG_FAILED, MISSING_FFMPEG.
    """
    found = [await look(clip) for clip in clips]
    parts = _parts(found, seamless=seamless, loop=loop)
    if all(part.is_whole for part in parts) and _alike(found):
        joined = await _copied(parts, output)
        if joined is not None:
            return joined
    return await _encoded(parts, output)


def _parts(clips: Sequence[Clip], *, seamless: bool, loop: bool) -> list[Part]:
    rate = max(clip.rate for clip in clips)
    size = clips[0].size
    parts = []
    for place, clip in enumerate(clips):
        first = 1 if seamless and place else 0
        last = clip.frames - (1 if loop and place == len(clips) - 1 else 0)
        if last <= first:
            raise not_joined([clip.asset.path], f"it has only {clip.frames} frame(s)")
        parts.append(Part(clip, first, last, rate, size))
    return parts


def _alike(clips: Sequence[Clip]) -> bool:
    """Whether the frames can be in one stream without being encoded again."""
    first = clips[0].picture.facts
    return all(
        clip.is_steady
        and not clip.picture.hidden
        and clip.asset.content_type in {"video/mp4", "video/quicktime"}
        and str(clip.size) == first.get("dimensions")
        and clip.rate == clips[0].rate
        and all(clip.picture.facts.get(name) == first.get(name) for name in ("tb", "codec_id", "dimensions", "sar"))
        and clip.picture.facts.get("extradata") == first.get("extradata") is not None
        for clip in clips
    )


async def _copied(parts: Sequence[Part], output: Path) -> Joined | None:
    """Copy the frames; return None if the result does not have all of them."""
    sound = sound_graph(parts, first_input=1)
    with tempfile.TemporaryDirectory(prefix="sogni-join-") as folder:
        script = Path(folder) / "clips.ffconcat"
        script.write_text(_script(parts), "utf-8")
        pictures = ["-protocol_whitelist", "file", "-safe", "0", "-f", "concat", "-i", f"file:{script}"]
        sounds = [argument for part in parts for argument in ffmpeg.opened(part.clip.asset)] if sound else []
        tracks = ["-map", "0:v:0", *(["-filter_complex", sound, "-map", "[sound]", *_SOUND] if sound else ["-an"])]
        try:
            await ffmpeg.run([*pictures, *sounds, *tracks, "-c:v", "copy", *_form(output)])
            made = await look(_asset(output))
        except ffmpeg.FailedError as failure:
            raise not_joined([part.clip.asset.path for part in parts], failure.told) from failure
    frames = sum(part.frames for part in parts)
    whole = made.frames == frames and made.is_steady and made.rate == parts[0].rate
    return Joined(True, frames) if whole else None


def _script(parts: Sequence[Part]) -> str:
    """List the files with the length of their frames. Else ffmpeg uses the longest track, and a frame would freeze."""
    rows = ["ffconcat version 1.0"]
    for part in parts:
        path = f"file:{part.clip.asset.path}".replace("'", "'\\''")
        rows += [f"file '{path}'", f"duration {_decimal(part.clip.picture.seconds)}"]
    return "\n".join(rows) + "\n"


def _decimal(seconds: Fraction) -> str:
    return f"{float(seconds):.6f}"


async def _encoded(parts: Sequence[Part], output: Path) -> Joined:
    inputs = [argument for part in parts for argument in ffmpeg.opened(part.clip.asset)]
    sound = sound_graph(parts, first_input=0)
    graph = ";".join(filter(None, (picture_graph(parts), sound)))
    tracks = ["-map", "[picture]", *_PICTURE, *(["-map", "[sound]", *_SOUND] if sound else [])]
    try:
        await ffmpeg.run([*inputs, "-filter_complex", graph, *tracks, *_form(output)])
    except ffmpeg.FailedError as failure:
        raise not_joined([part.clip.asset.path for part in parts], failure.told) from failure
    return Joined(False, sum(part.frames for part in parts))


def _form(output: Path) -> list[str]:
    return ["-movflags", "+faststart", "-f", "mp4", "-y", f"file:{output}"]


def _asset(path: Path) -> Asset:
    return Asset(str(path), path=path, content_type="video/mp4")
