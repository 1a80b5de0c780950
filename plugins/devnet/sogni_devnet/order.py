"""Orders: the contents of valid ``jobRequest`` messages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sogni_devnet.balance import TokenType
from sogni_devnet.catalogue import Model
from sogni_devnet.prices import Quote, audio_quote, image_quote, video_quote

MIME = {
    "png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "mp4": "video/mp4",
    "mp3": "audio/mpeg", "flac": "audio/flac", "wav": "audio/wav",
}  # fmt: skip
"""Output format of a request to the content type of a result."""

FORMATS = {"image": ("png", "jpg", "webp"), "video": ("mp4",), "audio": ("mp3", "flac", "wav")}
"""Output formats by the kind of the model."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One project as the queue needs it."""

    project_id: str
    model: Model
    count: int
    """Number of jobs."""
    steps: int
    prompt: str
    seed: int | None
    """Seed of the first job; those of the other jobs are random. None: all are random."""
    format: str
    token: TokenType
    network: str | None
    """None: the network of the connection."""
    previews: int
    slots: tuple[str, ...]
    """Upload slots that the request promises."""
    raw: dict[str, Any]
    """The ``jobRequest`` as it was received."""

    @property
    def price(self) -> Quote:
        """Price of the project, the same as in an estimate."""
        raise NotImplementedError

    @property
    def cost(self) -> Decimal:
        """The amount to debit, in ``token``."""
        return self.price.total(self.token)


@dataclass(frozen=True, kw_only=True)
class ImageOrder(Order):
    """An image project; sizes in px."""

    width: int
    height: int
    context_slots: tuple[str, ...]
    """Upload slots of the context images, in order."""
    starting_weight: float | None
    """Weight of the starting image in the picture, 0 to 1; None without one."""
    controlnet: str | None
    """Name of the ControlNet, if there is one."""

    @property
    def price(self) -> Quote:
        """Price of the project."""
        return image_quote(
            self.model, count=self.count, steps=self.steps, width=self.width, height=self.height,
            previews=self.previews, controlnet=self.controlnet is not None, context_images=len(self.context_slots),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class VideoOrder(Order):
    """A video project; sizes in px, times in seconds."""

    width: int
    height: int
    frames: int
    """The requested number; see ``frames_made``."""
    fps: float
    audio_start: float
    audio_duration: float
    video_start: float
    native_sound: bool
    """Whether the model generates sound."""
    points: tuple[tuple[float, float], ...]
    """Position of the subject to replace, as fractions of width and height."""
    control: str | None
    """What a v2v project uses of the video, such as ``pose``."""

    @property
    def frames_made(self) -> int:
        """Frames of the result: WAN renders 16 per second, and a rate of 32 doubles them (protocol: 5.4)."""
        return self.frames * 2 if self.model.id.startswith("wan_") and self.fps == 32 else self.frames

    @property
    def seconds(self) -> float:
        """Length of the result."""
        return self.frames_made / self.fps

    @property
    def price(self) -> Quote:
        """Price of the project."""
        return video_quote(
            self.model, count=self.count, steps=self.steps, width=self.width, height=self.height, frames=self.frames
        )


@dataclass(frozen=True, kw_only=True)
class AudioOrder(Order):
    """A music project."""

    duration: float
    """Seconds."""
    bpm: float
    beats: int
    """Beats per bar."""
    keyscale: str

    @property
    def price(self) -> Quote:
        """Price of the project."""
        return audio_quote(self.model, count=self.count, steps=self.steps, duration=self.duration)
