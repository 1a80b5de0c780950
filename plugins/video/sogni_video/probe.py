"""Read the packets of a video with ffmpeg, so that no second program is needed.

The ``framecrc`` format of ffmpeg is made for machines. It has header lines with time base, codec and size, then a line
for each packet: stream, decoding time, presentation time, duration, size, checksum, and flags if they are unusual.
"""

from __future__ import annotations

import itertools
import re
from array import array
from dataclasses import dataclass, field
from fractions import Fraction

from sogni_core.project import Asset
from sogni_video import ffmpeg
from sogni_video.failures import unreadable
from sogni_video.sizes import Size

_HEADER = re.compile(r"#(?P<name>[a-z_]+) (?P<stream>[01]): *(?P<value>.*)")
_FLAGS = re.compile(r"F=0x([0-9A-Fa-f]+)")

_DISCARD = 4
"""Flag of a packet that is decoded but not shown."""


@dataclass
class Track:
    """One stream of a file."""

    facts: dict[str, str] = field(default_factory=dict)
    """Header lines by name: ``codec_id``, ``dimensions``, ``sar``, ``extradata``, ``sample_rate``, …"""
    times: array[int] = field(default_factory=lambda: array("q"))
    """Presentation times of the packets that are shown, in decoding order, in units."""
    lengths: set[int] = field(default_factory=set)
    """Durations of its packets, in units. Only a few are kept."""
    hidden: int = 0
    """Packets that are not shown."""
    end: int = 0
    """Time at which the last packet ends, in units."""

    @property
    def unit(self) -> Fraction:
        """Seconds per unit of time."""
        return Fraction(self.facts.get("tb", "1/1"))

    @property
    def start(self) -> int:
        """Time at which the first packet is shown, in units."""
        return min(self.times)

    @property
    def seconds(self) -> Fraction:
        """Length from the start of its first packet to the end of its last."""
        return (self.end - self.start) * self.unit if self.times else Fraction(0)


@dataclass(frozen=True)
class Clip:
    """A video whose packets were read."""

    asset: Asset
    size: Size
    """Size as displayed."""
    picture: Track
    sound: Track | None

    @property
    def frames(self) -> int:
        """Number of frames that are shown."""
        return len(self.picture.times)

    @property
    def is_steady(self) -> bool:
        """Whether every frame is shown for the same time, without gaps."""
        shown = sorted(self.picture.times)
        gaps = {after - before for before, after in itertools.pairwise(shown)}
        return gaps <= self.picture.lengths and len(self.picture.lengths) == 1 and 0 not in gaps

    @property
    def rate(self) -> Fraction:
        """Frames per second; the average if it is not steady."""
        if self.is_steady:
            return 1 / (next(iter(self.picture.lengths)) * self.picture.unit)
        return (self.frames / self.picture.seconds).limit_denominator(1001)


_MOST_LENGTHS = 8


async def look(asset: Asset) -> Clip:
    """Read the packets of a video, which has been read; raises InputError if it does not play."""
    tracks: dict[int, Track] = {}

    def read(line: str) -> None:
        header = _HEADER.match(line)
        if header is not None:
            tracks.setdefault(int(header["stream"]), Track()).facts[header["name"]] = header["value"].strip()
        elif line[:1].isdigit():
            _count(tracks, line)

    streams = ("-map", "0:v:0", "-map", "0:a:0?", "-c", "copy")
    try:
        await ffmpeg.run([*ffmpeg.opened(asset), *streams, "-f", "framecrc", "pipe:1"], read)
    except ffmpeg.FailedError as failure:
        raise unreadable(asset, failure) from failure
    picture, sound = tracks.get(0, Track()), tracks.get(1)
    if not picture.times or picture.seconds <= 0:
        raise unreadable(asset, None)
    width, _, height = picture.facts.get("dimensions", "0x0").partition("x")
    # The container knows whether the video is rotated.
    size = Size(asset.width, asset.height) if asset.width and asset.height else Size(int(width), int(height))
    return Clip(asset, size, picture, sound if sound is not None and sound.times else None)


def _count(tracks: dict[int, Track], line: str) -> None:
    parts = [part.strip() for part in line.split(",", 6)]
    track = tracks.setdefault(int(parts[0]), Track())
    shown_at, length = int(parts[2]), int(parts[3])
    flags = _FLAGS.search(line)
    if flags is not None and int(flags[1], 16) & _DISCARD:
        track.hidden += 1
        return
    track.times.append(shown_at)
    track.end = max(track.end, shown_at + length)
    if len(track.lengths) < _MOST_LENGTHS:
        track.lengths.add(length)
