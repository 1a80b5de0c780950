"""Choose the size of a video, and describe how it differs from the requested size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sogni_video.boxes import best_box
from sogni_video.sizes import Size, fits, normalised, predicted


@dataclass(frozen=True)
class Sizing:
    """The size of a video, and how it was chosen."""

    asked: Size
    """The requested size."""
    base: Size
    """The requested size, adjusted so that it is valid for a video."""
    box: Size
    """The box into which the reference is scaled. Results report it as width and height."""
    sent: Size
    """The size of the video and of its references."""
    reference: str = ""
    """Name of the reference that decided the size, ``refImage`` or ``refImageEnd``; empty if none did."""
    shape: Size | None = None
    """Size of that reference."""
    before: Size | None = None
    """Size of that reference if it were scaled into ``base``."""
    cropped: bool = False
    """Whether more than one pixel of the reference is cut off."""

    @property
    def misfit(self) -> bool:
        """Whether the reference, scaled into the requested size, would have an invalid size."""
        return self.before is not None and not fits(self.before)

    def adjustment(self) -> dict[str, Any] | None:
        """Return ``adjustedVideoDims`` for JSON; None if no reference changed the size."""
        if self.box == self.base or self.before is None:
            return None
        return {
            "reason": "i2v-ref-div16",
            "referenceType": self.reference,
            "requested": self.base.as_json(),
            "adjusted": self.box.as_json(),
            "resizedFrom": self.before.as_json(),
            "resizedTo": self.sent.as_json(),
        }


def size_of_video(asked: Size, reference: Size | None, name: str) -> Sizing:
    """Choose a size; ``reference`` is the size of the image that gives an i2v video its shape, ``name`` its JSON name.

    A reference that no box fits exactly is cropped, so the size that is sent is always valid.
    """
    base = normalised(asked)
    if reference is None:
        return Sizing(asked, base, base, base)
    before = predicted(reference, base)
    if fits(before):
        return Sizing(asked, base, base, before, name, reference, before)
    found = best_box(reference, base)
    if found is None:
        return Sizing(asked, base, base, base, name, reference, before, cropped=True)
    if found.perfect:
        return Sizing(asked, base, found.size, predicted(reference, found.size), name, reference, before)
    return Sizing(asked, base, found.size, found.size, name, reference, before, cropped=True)
