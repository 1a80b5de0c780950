"""Filter graphs of ffmpeg for joining clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sogni_video.probe import Clip
from sogni_video.sizes import Size

SOUND_RATE = 48000
"""Samples per second of joined sound."""

_SHAPE = 0.02
"""Largest difference of shape for which a frame is stretched. Beyond it, black bars are added."""


@dataclass(frozen=True)
class Part:
    """The part of a clip that is shown, and how."""

    clip: Clip
    first: int
    """First frame that is shown, counted from 0."""
    last: int
    """The frame after the last one that is shown."""
    rate: Fraction
    """Frames per second of the joined video."""
    size: Size
    """Size of the joined video."""

    @property
    def is_whole(self) -> bool:
        """Whether every frame is shown."""
        return self.first == 0 and self.last == self.clip.frames

    @property
    def frames(self) -> int:
        """Number of frames in the joined video, at its rate."""
        if self.rate == self.clip.rate:
            return self.last - self.first
        kept = Fraction(self.last - self.first, self.clip.frames)
        return max(1, round(self.clip.picture.seconds * kept * self.rate))

    @property
    def seconds(self) -> Fraction:
        """Length in the joined video."""
        return self.frames / self.rate


def picture_graph(parts: Sequence[Part]) -> str:
    """Return the graph that joins the first video stream of each input into ``[picture]``."""
    chains = [_picture(place, part) for place, part in enumerate(parts)]
    labels = "".join(f"[v{place}]" for place in range(len(parts)))
    return ";".join([*chains, f"{labels}concat=n={len(parts)}:v=1:a=0[picture]"])


def _picture(place: int, part: Part) -> str:
    steps = [f"trim=start_frame={part.first}:end_frame={part.last}", "setpts=PTS-STARTPTS", f"fps={part.rate}"]
    if part.rate != part.clip.rate:
        # A different rate may yield one frame too few, and the sound would then be longer than the frames.
        steps += ["tpad=stop_mode=clone:stop=2", f"trim=end_frame={part.frames}"]
    return f"[{place}:v:0]{','.join([*steps, *_scaled(part), 'setsar=1', 'format=yuv420p'])}[v{place}]"


def _scaled(part: Part) -> list[str]:
    # The pixel format halves the colour resolution, so both sides have to be even.
    size = Size(*(max(side - side % 2, 2) for side in part.size))
    own = part.clip.size
    if own == size:
        return []
    shapes = own.width * size.height / (own.height * size.width)
    if abs(shapes - 1) <= _SHAPE:
        return [f"scale={size.width}:{size.height}:flags=lanczos"]
    return [
        f"scale={size.width}:{size.height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=lanczos",
        f"pad={size.width}:{size.height}:(ow-iw)/2:(oh-ih)/2",
    ]


def sound_graph(parts: Sequence[Part], *, first_input: int) -> str:
    """Return the graph that joins sounds into ``[sound]``, with silence if a clip has none; empty if none has sound."""
    if not any(part.clip.sound for part in parts):
        return ""
    chains = [_sound(place, first_input + place, part) for place, part in enumerate(parts)]
    labels = "".join(f"[a{place}]" for place in range(len(parts)))
    return ";".join([*chains, f"{labels}concat=n={len(parts)}:v=0:a=1[sound]"])


def _sound(place: int, stream: int, part: Part) -> str:
    samples = round(part.seconds * SOUND_RATE)
    form = f"aformat=sample_rates={SOUND_RATE}:channel_layouts=stereo:sample_fmts=fltp"
    whole = f"apad=whole_len={samples},atrim=end_sample={samples},asetpts=N/SR/TB"
    if part.clip.sound is None:
        return f"anullsrc=r={SOUND_RATE}:cl=stereo,{form},atrim=end_sample={samples},asetpts=N/SR/TB[a{place}]"
    begin = float(part.first / part.clip.rate)
    cut = f"atrim=start={begin:.6f},asetpts=PTS-STARTPTS," if part.first else ""
    return f"[{stream}:a:0]aresample=async=1:first_pts=0,{cut}{form},{whole}[a{place}]"
