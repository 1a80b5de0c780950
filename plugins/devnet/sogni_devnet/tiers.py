"""The allowed options of a family of models, in the four forms of the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Form = Literal["comfy", "legacy", "either"]
Media = Literal["image", "video", "audio"]
Span = tuple[float, float, float]
"""Least, largest, default."""


@dataclass(frozen=True)
class Tier:
    """Common fields of all tiers."""

    media: ClassVar[Media]

    id: str
    form: Form
    """Field of the sampler in a request: ``comfySampler``, or ``scheduler`` (legacy)."""
    seconds: float
    """Benchmark: seconds for one job with all defaults."""
    steps: tuple[int, int, int]
    """Least, largest, default."""
    guidance: Span
    samplers: tuple[str, ...]
    """Samplers of the tier, default first: aliases (comfy) or display names (legacy)."""
    schedulers: tuple[str, ...]
    """Schedulers of the tier, default first."""

    def payload(self) -> dict[str, Any]:
        """Return the tier in its shape on the wire."""
        sampler, scheduler = ("comfySampler", "comfyScheduler") if self.form != "legacy" else ("sampler", "scheduler")
        return {
            "benchmark": {"sec": self.seconds, "secCN": 2, "secMaxPreviews": 0},
            "steps": span(self.steps),
            "guidance": span(self.guidance, decimals=1),
            sampler: choice(self.samplers),
            scheduler: choice(self.schedulers),
        }


@dataclass(frozen=True)
class ImageTier(Tier):
    """Options of image models, with ``type`` (Comfy) or without (legacy)."""

    media: ClassVar[Media] = "image"

    size: int = 1024
    """Default width and height in px."""
    largest: int = 2048
    """Largest width and height in px."""
    context_images: int = 0
    """Number of context images that the model accepts."""

    def payload(self) -> dict[str, Any]:
        """Return the tier in its shape on the wire."""
        common = super().payload()
        return common if self.form == "legacy" else {"type": "image", "defaultSize": self.size, **common}


@dataclass(frozen=True)
class VideoTier(Tier):
    """Options of video models; sizes in px."""

    media: ClassVar[Media] = "video"

    size: tuple[int, int] = (512, 512)
    """Default width and height."""
    side: tuple[int, int, int] = (480, 1536, 16)
    """Least, largest and step of width and height."""
    frames: tuple[int, int, int] = (17, 161, 81)
    frame_step: int = 1
    """``frames - 1`` must be a multiple of it."""
    fps: tuple[int, ...] | Span = (16, 32)
    """The allowed rates, default first; with ``any_rate``: least, largest and default."""
    any_rate: bool = False
    shift: Span = (1, 8, 8)

    @property
    def rate(self) -> float:
        """Default frame rate."""
        return self.fps[2] if self.any_rate else self.fps[0]

    def payload(self) -> dict[str, Any]:
        """Return the tier in its shape on the wire."""
        sides = [{**span((*self.side[:2], default)), "step": self.side[2]} for default in self.size]
        return {
            "type": "video", **super().payload(), "width": sides[0], "height": sides[1],
            "maxPixels": self.side[1] * self.side[1], "frames": {**span(self.frames), "step": self.frame_step},
            "fps": span((self.fps[0], self.fps[1], self.fps[2])) if self.any_rate else choice(self.fps),
            "shift": span(self.shift, decimals=1), "audioStart": span((0, 3600, 0), decimals=1),
            "audioDuration": span((0.1, 3600, 30), decimals=1), "videoStart": span((0, 3600, 0), decimals=1),
        }  # fmt: skip


@dataclass(frozen=True)
class AudioTier(Tier):
    """Options of music models; durations in seconds."""

    media: ClassVar[Media] = "audio"

    ranges: dict[str, Span] = field(
        default_factory=lambda: {
            "duration": (10, 600, 30), "bpm": (30, 300, 120), "promptStrength": (0, 10, 2),
            "creativity": (0, 2, 0.85), "shift": (1, 6, 3),
        }
    )  # fmt: skip

    def payload(self) -> dict[str, Any]:
        """Return the tier in its shape on the wire."""
        return {
            "type": "audio", **super().payload(),
            **{name: span(values, decimals=0 if name in {"duration", "bpm"} else 2)
               for name, values in self.ranges.items()},
            "timesignature": choice(("4", "2", "3", "6")), "language": choice(("en", "de", "es", "fr", "ja", "zh")),
            "keyscale": choice(KEYSCALES), "composerMode": {"allowed": [True, False], "default": True},
        }  # fmt: skip


_KEYS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
KEYSCALES = tuple(f"{key} {scale}" for scale in ("major", "minor") for key in _KEYS)


def span(values: tuple[float, float, float], decimals: int = 0) -> dict[str, Any]:
    """Return a range of numbers as on the wire."""
    least, largest, default = values
    return {"min": least, "max": largest, "default": default, **({"decimals": decimals} if decimals else {})}


def choice(allowed: tuple[Any, ...]) -> dict[str, Any]:
    """Return a choice as on the wire; the first value is the default."""
    return {"allowed": list(allowed), "default": allowed[0]}
