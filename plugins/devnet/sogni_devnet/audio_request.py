"""The key frame of a music project."""

from __future__ import annotations

from typing import Any

from sogni_devnet.catalogue import Model
from sogni_devnet.fields import Fields
from sogni_devnet.order import AudioOrder
from sogni_devnet.template import IMAGE_ONLY, VIDEO_ONLY
from sogni_devnet.tiers import AudioTier


def read_audio(frame: Fields, model: Model, common: dict[str, Any]) -> AudioOrder:
    """Return the order. Problems are added to ``frame``."""
    tier = model.tier
    assert isinstance(tier, AudioTier)
    if frame.text("negativePrompt", optional=True):
        frame.problem("negativePrompt", "does not belong in an audio project")
    frame.constant("strength", 0.5)
    frame.foreign(
        (*IMAGE_ONLY, *VIDEO_ONLY, "width", "height", "currentControlNetsJob"),
        "does not belong in an audio project",
    )
    values = {
        name: frame.number(name, least, largest, optional=True) or default
        for name, (least, largest, default) in tier.ranges.items()
    }
    beats = frame.choice("timesignature", ("2", "3", "4", "6"), optional=True)
    for name in ("language", "lyrics"):
        frame.text(name, optional=True)
    frame.flag("composerMode", optional=True)
    return AudioOrder(
        **common, slots=(), duration=values["duration"], bpm=values["bpm"], beats=int(beats or "4"),
        keyscale=frame.text("keyscale", optional=True) or "C major",
    )  # fmt: skip
