"""Small figures in a scene for words in the prompt. The devnet understands no more than this."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from random import Random

from PIL import ImageDraw

from sogni_devnet.palettes import Colour

Figure = Callable[[ImageDraw.ImageDraw, float, float, float, Colour], None]
"""Draws a figure with its foot at (x, y) and a height in px."""


def named(prompt: str) -> list[str]:
    """Return the figures that a prompt names, at most three, in the order of their first mention."""
    words = re.findall(r"[a-z]+", prompt.lower())
    found = [_WORDS[word] for word in words if word in _WORDS]
    return list(dict.fromkeys(found))[:3]


def at_night(prompt: str) -> bool:
    """Return whether the prompt mentions the night."""
    return re.search(r"\b(night|moon|moonlit|stars?|starry|midnight)\b", prompt.lower()) is not None


def wears_hat(prompt: str) -> bool:
    """Return whether the prompt mentions a hat."""
    return re.search(r"\bhats?\b", prompt.lower()) is not None


def cat(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Colour) -> None:
    """Draw a sitting cat from behind."""
    s = size
    draw.ellipse((x - 0.25 * s, y - 0.60 * s, x + 0.25 * s, y + 0.06 * s), fill=colour)
    draw.ellipse((x - 0.32 * s, y - 0.26 * s, x + 0.32 * s, y + 0.08 * s), fill=colour)
    draw.ellipse((x - 0.20 * s, y - 0.90 * s, x + 0.20 * s, y - 0.54 * s), fill=colour)
    for side in (-1, 1):
        tip, outside, inside = (0.245, 0.99), (0.20, 0.68), (0.06, 0.87)
        draw.polygon([(x + side * across * s, y - up * s) for across, up in (tip, outside, inside)], fill=colour)
    tail = [
        (x + (0.26 + 0.24 * math.sin(t * 2.6)) * s, y - (0.02 + 0.42 * t * t) * s + 0.03 * s)
        for t in (step / 20 for step in range(21))
    ]
    for px, py in tail:
        draw.ellipse((px - 0.045 * s, py - 0.045 * s, px + 0.045 * s, py + 0.045 * s), fill=colour)


def dog(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Colour) -> None:
    """Draw a standing dog from the side."""
    s = size * 0.9
    draw.rounded_rectangle((x - 0.45 * s, y - 0.66 * s, x + 0.35 * s, y - 0.34 * s), 0.14 * s, fill=colour)
    for leg in (-0.40, -0.25, 0.15, 0.26):
        draw.rounded_rectangle((x + leg * s, y - 0.45 * s, x + (leg + 0.09) * s, y + 0.02 * s), 0.03 * s, fill=colour)
    draw.ellipse((x + 0.20 * s, y - 0.95 * s, x + 0.52 * s, y - 0.58 * s), fill=colour)
    draw.rounded_rectangle((x + 0.38 * s, y - 0.82 * s, x + 0.72 * s, y - 0.64 * s), 0.07 * s, fill=colour)
    ear = ((0.22, 0.92), (0.16, 0.60), (0.32, 0.76))
    draw.polygon([(x + across * s, y - up * s) for across, up in ear], fill=colour)
    draw.line((x - 0.42 * s, y - 0.58 * s, x - 0.66 * s, y - 0.88 * s), fill=colour, width=max(2, round(0.07 * s)))


def tree(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Colour) -> None:
    """Draw a fir."""
    s = size * 1.5
    draw.rectangle((x - 0.03 * s, y - 0.2 * s, x + 0.03 * s, y + 0.05 * s), fill=colour)
    for low, high, half in ((-0.10, -0.52, 0.24), (-0.34, -0.76, 0.19), (-0.60, -1.0, 0.13)):
        draw.polygon(((x - half * s, y + low * s), (x + half * s, y + low * s), (x, y + high * s)), fill=colour)


def house(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Colour) -> None:
    """Draw a house with one lit window."""
    s = size * 1.1
    draw.rectangle((x - 0.42 * s, y - 0.5 * s, x + 0.42 * s, y + 0.05 * s), fill=colour)
    draw.polygon(((x - 0.54 * s, y - 0.48 * s), (x + 0.54 * s, y - 0.48 * s), (x, y - 0.98 * s)), fill=colour)
    draw.rectangle((x + 0.2 * s, y - 0.98 * s, x + 0.32 * s, y - 0.6 * s), fill=colour)
    draw.rectangle((x - 0.2 * s, y - 0.36 * s, x + 0.0 * s, y - 0.16 * s), fill=(255, 214, 130))


def boat(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Colour) -> None:
    """Draw a sailing boat."""
    s = size * 1.1
    left, right = ((-0.02, 0.24), (-0.02, 1.1), (-0.42, 0.24)), ((0.04, 0.24), (0.04, 0.95), (0.38, 0.24))
    hull = ((-0.5, -0.18), (0.5, -0.18), (0.34, 0.03), (-0.36, 0.03))
    draw.polygon([(x + across * s, y + down * s) for across, down in hull], fill=colour)
    for sail in (left, right):
        draw.polygon([(x + across * s, y - up * s) for across, up in sail], fill=colour)


def person(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Colour) -> None:
    """Draw a standing person."""
    s = size
    draw.ellipse((x - 0.10 * s, y - 1.0 * s, x + 0.10 * s, y - 0.78 * s), fill=colour)
    draw.rounded_rectangle((x - 0.16 * s, y - 0.76 * s, x + 0.16 * s, y - 0.32 * s), 0.10 * s, fill=colour)
    for leg in (-0.13, 0.03):
        draw.rounded_rectangle((x + leg * s, y - 0.4 * s, x + (leg + 0.10) * s, y + 0.02 * s), 0.04 * s, fill=colour)


def hat(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Colour, band: Colour) -> None:
    """Draw a top hat whose brim is at y."""
    s = size
    crown = ((-0.085, 0.0), (0.085, 0.0), (0.10, 0.24), (-0.10, 0.24))
    ribbon = ((-0.086, 0.015), (0.086, 0.015), (0.089, 0.065), (-0.089, 0.065))
    for shape, shade in ((crown, colour), (ribbon, band)):
        draw.polygon([(x + across * s, y - up * s) for across, up in shape], fill=shade)
    draw.rounded_rectangle((x - 0.155 * s, y - 0.022 * s, x + 0.155 * s, y + 0.022 * s), 0.022 * s, fill=colour)


def birds(
    draw: ImageDraw.ImageDraw, rng: Random, box: tuple[float, float, float, float], unit: float, ink: Colour
) -> None:
    """Draw a few birds far away inside the box."""
    left, top, right, bottom = box
    x, y = rng.uniform(left, right), rng.uniform(top, bottom)
    for number in range(rng.randint(4, 7)):
        bx = x + number * unit * 2.6 * rng.uniform(0.7, 1.2)
        by = y + (number % 3) * unit * 1.1 + rng.uniform(-unit, unit) * 0.4
        span, width = unit * rng.uniform(0.8, 1.3), max(1, round(unit / 5))
        draw.arc((bx - span, by - span / 2, bx, by + span / 2), 200, 330, fill=ink, width=width)
        draw.arc((bx, by - span / 2, bx + span, by + span / 2), 210, 340, fill=ink, width=width)


FIGURES: dict[str, Figure] = {"cat": cat, "dog": dog, "tree": tree, "house": house, "boat": boat, "person": person}

_WORDS = {
    "cat": "cat", "cats": "cat", "kitten": "cat", "dog": "dog", "dogs": "dog", "puppy": "dog", "tree": "tree",
    "trees": "tree", "forest": "tree", "wood": "tree", "house": "house", "home": "house", "cabin": "house",
    "hut": "house", "boat": "boat", "ship": "boat", "sail": "boat", "sailing": "boat", "person": "person",
    "man": "person", "woman": "person", "girl": "person", "boy": "person", "portrait": "person",
}  # fmt: skip
