"""Sizes of videos: which are valid, and how a reference is scaled into a box."""

from __future__ import annotations

import math
from typing import NamedTuple

LEAST, LARGEST, STEP = 480, 1536, 16
"""Sides of a video, in pixels. protocol: WAN 2.2 takes 480 to 1536 in steps of 16."""


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    def as_json(self) -> dict[str, int]:
        """Return ``{"width": …, "height": …}``."""
        return {"width": self.width, "height": self.height}


def normalised(asked: Size) -> Size:
    """Return the valid size that is nearest in shape to ``asked``: scaled into the limits, then cut to the step.

    An extreme shape is not kept: 100x3000 becomes 480x1536. The arithmetic is that of the original ``sogni-gen``, since
    seeds are derived from the result.
    """
    width, height = asked
    if max(width, height) > LARGEST:
        width, height = _scaled(width, height, min(LARGEST / width, LARGEST / height))
    # A side of 0 cannot be scaled; it gets the minimum below.
    if 0 < min(width, height) < LEAST:
        width, height = _scaled(width, height, max(LEAST / width, LEAST / height))
        if max(width, height) > LARGEST:
            width, height = _scaled(width, height, min(LARGEST / width, LARGEST / height))
    return Size(*(max(side - side % STEP, LEAST) for side in (width, height)))


def predicted(reference: Size, box: Size) -> Size:
    """Return the size of a reference that is scaled to fit into a box, keeping its shape. Halves are rounded up."""
    if box.width / reference.width <= box.height / reference.height:
        return Size(box.width, _half_up(reference.height * box.width / reference.width))
    return Size(_half_up(reference.width * box.height / reference.height), box.height)


def fits(size: Size) -> bool:
    """Whether a scaled reference has a valid size: divisible by the step, and not too small."""
    return min(size) >= LEAST and not size.width % STEP and not size.height % STEP


def _scaled(width: int, height: int, factor: float) -> tuple[int, int]:
    return math.floor(width * factor), math.floor(height * factor)


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)
