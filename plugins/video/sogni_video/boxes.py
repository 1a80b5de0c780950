"""The box into which a reference is scaled so that both its sides come out as a video's.

The best of all 67 x 67 boxes is found by looking at 134: a scaled reference depends on one side of its box alone, the
one that it touches. Of the boxes that share this side, the best is the one whose other side is nearest to the side that
was asked for, since a pixel of distance weighs more than everything else that still differs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from sogni_video.sizes import LARGEST, LEAST, STEP, Size, predicted

SIDES = range(LEAST, LARGEST + 1, STEP)


class Box(NamedTuple):
    """A box and whether a reference scaled into it can be a video as it is."""

    size: Size
    perfect: bool


def best_box(reference: Size, asked: Size) -> Box | None:
    """Return the best box for a reference; None if its shape fits none, being more lopsided than about 3.2 to 1.

    ``asked``: the size that was asked for, a video's. A perfect box stands above every other one; otherwise that
    nearest to ``asked`` counts, then that whose scaled reference is about as large, then the larger reference, then the
    smaller box, then the lesser width and height.
    """
    found: tuple[bool, int, int, int] | None = None
    for box in _candidates(reference, asked):
        scaled = predicted(reference, box)
        if min(scaled) < LEAST:
            continue
        off = sum(min(side % STEP, -side % STEP) for side in scaled)
        rank = (off == 0, _score(box, scaled, off, asked), -box.width, -box.height)
        if found is None or rank > found:
            found = rank
    return None if found is None else Box(Size(-found[2], -found[3]), found[0])


def _score(box: Size, scaled: Size, off: int, asked: Size) -> int:
    """Weigh a box; whole numbers, all of them exact in the Node program's doubles too."""
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
    """Yield, for each side that a reference can touch, the box whose other side is nearest to what was asked for."""
    for side in SIDES:
        # Touches left and right: the height has to leave room. Where both touch, it counts as this case.
        for room in _from(reference.height * side / reference.width):
            if side / reference.width <= room / reference.height:
                yield Size(side, max(room, asked.height))
                break
        for room in _from(reference.width * side / reference.height):
            if room / reference.width > side / reference.height:
                yield Size(max(room, asked.width), side)
                break


def _from(exact: float) -> range:
    """Return the sides from just below an exact one on; the comparison itself decides, in floating point."""
    below = math.floor(exact / STEP) * STEP - STEP
    return range(max(LEAST, below), LARGEST + 1, STEP)
