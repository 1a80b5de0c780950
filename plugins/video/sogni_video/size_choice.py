"""From the size that was asked for to the size that is sent, and what there is to say about the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sogni_video.boxes import best_box
from sogni_video.sizes import Size, fits, normalised, predicted


@dataclass(frozen=True)
class Sizing:
    """The size of a video, and how it came about."""

    asked: Size
    base: Size
    """What was asked for, made a video's size."""
    box: Size
    """Into which the reference is scaled; what the result reports as width and height."""
    sent: Size
    """Of the video itself, and of its references."""
    reference: str = ""
    """Name of the reference that decided, ``refImage`` or ``refImageEnd``; empty if none did."""
    shape: Size | None = None
    """Size of that reference."""
    before: Size | None = None
    """What the reference would have become in ``base``."""
    cropped: bool = False
    """Whether the reference has to lose more than a pixel to have the size that is sent."""

    @property
    def misfit(self) -> bool:
        """Whether the reference, scaled into the size that was asked for, could not be a video."""
        return self.before is not None and not fits(self.before)

    def adjustment(self) -> dict[str, Any] | None:
        """Return JSON's ``adjustedVideoDims``; None if no reference changed the size."""
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
    """Work out a size; ``reference``: the size of the image whose shape an i2v video takes, and its JSON ``name``.

    A reference that fits into no box, or into none without a rest, is cropped to the box: what is sent is
    always a size that the service takes.
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
