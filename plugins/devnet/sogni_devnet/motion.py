"""The moving pictures of a clip. Each frame is drawn when it is needed, so a clip is never in memory as a whole.

A time is a fraction of the clip: 0 is the first frame, 1 the last.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from sogni_devnet.caption import badge, caption
from sogni_devnet.landscape import Size
from sogni_devnet.scene import landscape

Moment = Callable[[float], Image.Image]
"""Time to a picture."""

ZOOM = 0.16
"""How far the camera zooms in."""


def between(size: Size, start: Image.Image | None, end: Image.Image | None) -> Moment:
    """Move from one picture to another, or into or out of a single one. Both ends are exact."""
    first = None if start is None else ImageOps.fit(start, size)
    last = None if end is None else ImageOps.fit(end, size)

    def at(time: float) -> Image.Image:
        eased = time * time * (3 - 2 * time)
        near = None if first is None else _zoomed(first, ZOOM * eased)
        far = None if last is None else _zoomed(last, ZOOM * (1 - eased))
        if near is None or far is None:
            picture = near or far
            assert picture is not None
            return picture
        return Image.blend(near, far, eased)

    return at


def travel(size: Size, prompt: str, seed: int) -> Moment:
    """Travel through the landscape of the prompt, with birds in the sky."""
    rng = Random(  # noqa: S311 - the clip must be the same every time
        hashlib.sha256(f"{seed}\n{prompt}".encode(errors="replace")).digest()
    )
    wide = landscape((round(size[0] * 1.4), size[1]), rng, prompt)
    flock = [(rng.uniform(-0.25, 0.05), rng.uniform(0.1, 0.34), rng.uniform(0.6, 1.1), rng.random()) for _ in range(7)]
    room = wide.width - size[0]
    unit = max(3.0, min(size) / 60)

    def at(time: float) -> Image.Image:
        left = room * (0.5 - 0.5 * math.cos(math.pi * time))
        picture = wide.transform(size, Image.Transform.AFFINE, (1, 0, left, 0, 1, 0), Image.Resampling.BILINEAR)
        draw = ImageDraw.Draw(picture)
        for x, y, pace, phase in flock:
            beat = math.sin((time * 14 + phase) * math.tau)
            spot = ((x + time * pace) * size[0], (y + 0.03 * math.sin(time * 9 + phase * 6)) * size[1])
            wings = [(-unit, -unit * 0.5 * beat), (0, 0), (unit, -unit * 0.5 * beat)]
            draw.line([(spot[0] + dx, spot[1] + dy) for dx, dy in wings], fill=(24, 22, 38),
                      width=max(1, round(unit / 4)), joint="curve")  # fmt: skip
        return picture

    return at


def with_level(scene: Moment, loudness: Sequence[float], size: Size) -> Moment:
    """Draw bars that follow the sound: ``loudness`` has one value from 0 to 1 per frame."""
    bars, low = 32, round(size[1] * 0.72)
    tall, gap = size[1] * 0.2, size[0] / 32

    def at(time: float) -> Image.Image:
        picture = scene(time)
        draw = ImageDraw.Draw(picture, "RGBA")
        now = round(time * (len(loudness) - 1))
        for bar in range(bars):
            # The bar in the middle is the present, those on its sides are the past and the future.
            index = now + bar - bars // 2
            level = loudness[index] if 0 <= index < len(loudness) else 0.0
            height = max(2.0, tall * level)
            x = bar * gap
            draw.rectangle((x + gap * 0.2, low - height, x + gap * 0.8, low), fill=(255, 255, 255, 170))
        return picture

    return at


def beside(scene: Moment, film: Iterator[Image.Image], size: Size) -> Moment:
    """Show the film in a corner of the scene."""
    side = round(min(size) * 0.38)
    border = max(2, side // 40)

    def at(time: float) -> Image.Image:
        picture, shown = scene(time), next(film)
        small = ImageOps.expand(ImageOps.fit(shown, (side, side)), border, (250, 248, 242))
        picture.paste(small, (size[0] - small.width - border * 4, border * 4))
        return picture

    return at


def within(
    film: Iterator[Image.Image], face: Image.Image | None, spots: Sequence[tuple[float, float]], control: str | None,
    size: Size,
) -> Moment:  # fmt: skip
    """Show the whole film as a control sees it, with the reference in an oval at these places."""
    oval = (round(min(size) * 0.34), round(min(size) * 0.42))
    mask = Image.new("L", (oval[0] * 2, oval[1] * 2))
    ImageDraw.Draw(mask).ellipse((0, 0, oval[0] * 2 - 1, oval[1] * 2 - 1), fill=255)
    mask = mask.reduce(2)
    inset = None if face is None else ImageOps.fit(face, oval)

    def at(_: float) -> Image.Image:
        picture = _seen(next(film), control)
        for x, y in spots if inset is not None else ():
            assert inset is not None
            picture.paste(inset, (round(x * size[0] - oval[0] / 2), round(y * size[1] - oval[1] / 2)), mask)
        return picture

    return at


def marked(scene: Moment, size: Size, prompt: str, facts: str) -> Moment:
    """Draw the mark on every frame, and the prompt and facts on the middle ones; the ends stay unchanged."""
    mark = badge(Image.new("RGBA", size))
    words = caption(Image.new("RGBA", size), prompt, facts)
    boxes = [(layer, layer.getbbox() or (0, 0, 1, 1)) for layer in (mark, words)]
    layers = [(layer.crop(box), box[:2]) for layer, box in boxes]

    def at(time: float) -> Image.Image:
        picture = scene(time)
        (plain, place), (full, corner) = layers
        picture.paste(plain, place, plain)
        level = min(1.0, 5 * min(time, 1 - time))
        if level > 0:
            picture.paste(full, corner, full.getchannel("A").point(lambda v: int(v * level)))
        return picture

    return at


def _zoomed(picture: Image.Image, nearer: float) -> Image.Image:
    if nearer <= 0:
        return picture.copy()
    width, height = picture.size
    x, y = width * nearer / 2, height * nearer / 2
    return picture.resize(picture.size, Image.Resampling.BILINEAR, box=(x, y, width - x, height - y))


def _seen(picture: Image.Image, control: str | None) -> Image.Image:
    if control in {"canny", "pose"}:
        return ImageOps.invert(picture.convert("L").filter(ImageFilter.FIND_EDGES)).convert("RGB")
    if control == "depth":
        return ImageOps.posterize(picture.convert("L"), 3).convert("RGB")
    return picture
