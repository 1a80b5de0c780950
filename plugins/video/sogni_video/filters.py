"""ffmpeg's filter graphs for clips that are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sogni_video.probe import Clip
from sogni_video.sizes import Size

SOUND_RATE = 48000
"""Samples a second of joined sound."""

_SHAPE = 0.02
"""Difference of shape up to which a picture is stretched rather than set into black."""


@dataclass(frozen=True)
class Part:
    """What of a clip is shown, and how."""

    clip: Clip
    first: int
    """First picture that is shown, from 0."""
    last: int
    """The one behind the last that is shown."""
    rate: Fraction
    """Pictures a second of the whole."""
    size: Size
    """Of the whole."""

    @property
    def is_whole(self) -> bool:
        """Whether every picture is shown."""
        return self.first == 0 and self.last == self.clip.frames

    @property
    def frames(self) -> int:
        """Pictures it has in the whole, at the whole's rate."""
        if self.rate == self.clip.rate:
            return self.last - self.first
        kept = Fraction(self.last - self.first, self.clip.frames)
        return max(1, round(self.clip.picture.seconds * kept * self.rate))

    @property
    def seconds(self) -> Fraction:
        """How long it lasts in the whole."""
        return self.frames / self.rate


def picture_graph(parts: Sequence[Part]) -> str:
    """Return the graph that makes ``[picture]`` of the first video stream of each input."""
    chains = [_picture(place, part) for place, part in enumerate(parts)]
    labels = "".join(f"[v{place}]" for place in range(len(parts)))
    return ";".join([*chains, f"{labels}concat=n={len(parts)}:v=1:a=0[picture]"])


def _picture(place: int, part: Part) -> str:
    steps = [f"trim=start_frame={part.first}:end_frame={part.last}", "setpts=PTS-STARTPTS", f"fps={part.rate}"]
    if part.rate != part.clip.rate:
        # A changed rate may leave one picture less than the length asks for; a sound beside it would then wait.
        steps += ["tpad=stop_mode=clone:stop=2", f"trim=end_frame={part.frames}"]
    return f"[{place}:v:0]{','.join([*steps, *_scaled(part), 'setsar=1', 'format=yuv420p'])}[v{place}]"


def _scaled(part: Part) -> list[str]:
    # The pixel form halves the colour, so both sides have to be even.
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
    """Return the graph that makes ``[sound]``, silence where a clip has none; empty if none has sound."""
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
