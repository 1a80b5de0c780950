"""The box into which a reference is scaled so that both its sides are valid for a video.

There are 67 x 67 boxes, but only 134 have to be compared. A scaled reference depends on only one side of its box, the
one that it touches. Of the boxes with the same such side, the best has the other side nearest to the requested one,
since one pixel of distance weighs more than everything else in which they differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from sogni_video.sizes import LARGEST, LEAST, STEP, Size, predicted

SIDES = range(LEAST, LARGEST + 1, STEP)


class Box(NamedTuple):
    """A box, and whether a reference scaled into it has a valid size for a video."""

    size: Size
    perfect: bool


def best_box(reference: Size, asked: Size) -> Box | None:
    """Return the best box for a reference; None if no box fits, because it is longer than about 3.2 to 1.

    ``asked`` is the requested size, which is valid for a video. Perfect boxes come first. Then, in this order: the box
    nearest to ``asked``, the scaled reference nearest in size, the larger reference, the smaller box, the smaller
    width, the smaller height.
    """
    found: tuple[bool, int, int, int] | None = None
    for box in _candidates(reference, asked):
        scaled = predicted(reference, box)
        if min(scaled) < LEAST:
            continue
        off = sum(min(side % STEP, -side % STEP) for side in scaled)
        merit = (off == 0, _score(box, scaled, off, asked), -box.width, -box.height)
        if found is None or merit > found:
            found = merit
    return None if found is None else Box(Size(-found[2], -found[3]), found[0])


def _score(box: Size, scaled: Size, off: int, asked: Size) -> int:
    """Return the score of a box. All numbers are integers, and exact as the doubles of the original program too."""
    away = abs(box.width - asked.width) + abs(box.height - asked.height)
    wanted = min(max(LEAST, *asked), LARGEST)
    return (
        -(10**10) * off
        - 10**9 * away
        - 10**8 * abs(max(scaled) - wanted)
        + 1000 * scaled.width * scaled.height
        - box.width * box.height
    )


def _candidates(reference: Size, asked: Size) -> Iterator[Size]:
    """Yield, for each side that a reference can touch, the box whose other side is nearest to the requested one."""
    for side in SIDES:
        # It touches left and right, so the height has to leave room. If all sides touch, it is this case too.
        for room in _from(reference.height * side / reference.width):
            if side / reference.width <= room / reference.height:
                yield Size(side, max(room, asked.height))
                break
        for room in _from(reference.width * side / reference.height):
            if room / reference.width > side / reference.height:
                yield Size(max(room, asked.width), side)
                break


def _from(exact: float) -> range:
    """Return the sides that start just below an exact one. The comparison in floating point decides."""
    below = math.floor(exact / STEP) * STEP - STEP
    return range(max(LEAST, below), LARGEST + 1, STEP)
