"""The picture of one job: a landscape drawn from prompt and seed, with the request written on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from sogni_devnet.caption import caption
from sogni_devnet.landscape import clouds, glow, gradient, ridge_line, ridges, stars, water
from sogni_devnet.palettes import PALETTES, Palette, mix
from sogni_devnet.silhouettes import FIGURES, at_night, birds, hat, named, wears_hat

SMOOTH_BELOW = 1100
"""Largest side in px at which a scene is drawn at double size and reduced, for smooth edges."""


def paint_scene(
    size: tuple[int, int], *, prompt: str, seed: int, model: str, thumbnails: Sequence[Image.Image],
    start: Image.Image | None, start_weight: float, face: Image.Image | None = None,
) -> Image.Image:  # fmt: skip
    """Return an RGB picture of exactly this size. The same arguments give the same picture.

    ``thumbnails`` (context images) are drawn on it as photos. ``start`` is blended in with a weight from 0 to 1.
    ``face`` (the image of a ControlNet) is drawn as an oval portrait.
    """
    rng = Random(  # noqa: S311 - the picture must be the same every time
        hashlib.sha256(f"{seed}\n{prompt}".encode(errors="replace")).digest()
    )
    scale = 2 if max(size) <= SMOOTH_BELOW else 1
    canvas = landscape((size[0] * scale, size[1] * scale), rng, prompt if face is None else "")
    picture = canvas.reduce(scale) if scale > 1 else canvas
    if start is not None:
        picture = Image.blend(picture, ImageOps.fit(start, size), start_weight)
    if face is not None:
        _portrait(picture, face)
    if thumbnails:
        picture = _photographs(picture, thumbnails, rng)
    return caption(picture, prompt, f"{model}  ·  seed {seed}  ·  {size[0]} x {size[1]}")


def landscape(size: tuple[int, int], rng: Random, prompt: str) -> Image.Image:
    """Return the picture without its text."""
    width, height = size
    palette = rng.choice([choice for choice in PALETTES if choice.stars or not at_night(prompt)])
    horizon = round(height * rng.uniform(0.50, 0.58))
    canvas = gradient(size, palette.sky)
    canvas.paste(gradient((width, horizon), palette.sky), (0, 0))
    if palette.stars:
        stars(canvas, rng, horizon)
    light = (width * rng.uniform(0.28, 0.72), horizon * rng.uniform(0.42, 0.72))
    radius = min(width, height) * rng.uniform(0.055, 0.095)
    glow(canvas, light, radius * 7.5, mix(palette.light, palette.sky[-1], 0.3), 0.62)
    ImageDraw.Draw(canvas).ellipse(
        (light[0] - radius, light[1] - radius, light[0] + radius, light[1] + radius), fill=palette.light
    )
    glow(canvas, light, radius * 2.4, palette.light, 0.6)
    clouds(canvas, rng, palette, horizon)
    ink = mix(palette.near, palette.sky[1], 0.25)
    birds(ImageDraw.Draw(canvas), rng, (width * 0.1, horizon * 0.2, width * 0.7, horizon * 0.6), width / 70, ink)
    wet = "boat" in named(prompt) or rng.random() < 0.45
    if wet:
        shore = round(height * rng.uniform(0.62, 0.66))
        ridges(canvas, rng, palette, horizon, shore, 3)
        water(canvas, rng, palette, shore, light[0])
    else:
        ridges(canvas, rng, palette, horizon, round(height * 0.9), 5)
    _foreground(canvas, rng, palette, prompt, light[0])
    return canvas


def _foreground(canvas: Image.Image, rng: Random, palette: Palette, prompt: str, light_x: float) -> None:
    """Draw the nearest hill with its figures, the first one in front of the light."""
    width, height = canvas.size
    draw, figures = ImageDraw.Draw(canvas), named(prompt)
    if "boat" in figures:
        FIGURES["boat"](draw, (light_x + width * 0.4) % (width * 0.7) + width * 0.15, height * 0.73, height * 0.16,
                        palette.near)  # fmt: skip
    line = ridge_line(width, rng, height * 0.86, height * 0.10, 0.08)
    draw.polygon([*line, (width, height), (0, height)], fill=palette.near)
    standing = [name for name in figures if name != "boat"]
    if not standing:
        _grove(draw, rng, palette, line, height)
    tall = height * 0.235
    places = [max(width * 0.2, min(width * 0.8, light_x))]
    places += [(places[0] + width * share) % (width * 0.8) + width * 0.1 for share in (0.32, 0.58)]
    hatted = wears_hat(prompt)
    for name, x in zip(standing, places, strict=False):
        y = _ground(line, x) + height * 0.008
        FIGURES[name](draw, x, y, tall, palette.near)
        if hatted and name in {"cat", "person"}:
            hat(draw, x, y - tall * 0.91, tall, palette.near, mix(palette.light, palette.far, 0.35))


def _grove(
    draw: ImageDraw.ImageDraw, rng: Random, palette: Palette, line: list[tuple[float, float]], height: int
) -> None:
    """Draw a few firs of different sizes near one edge."""
    width = line[-1][0]
    middle = width * rng.choice((0.12, 0.88))
    for _ in range(rng.randint(3, 6)):
        x = middle + rng.gauss(0, width * 0.07)
        FIGURES["tree"](draw, x, _ground(line, x) + height * 0.01, height * rng.uniform(0.07, 0.16), palette.near)


def _ground(line: list[tuple[float, float]], x: float) -> float:
    """Return the height of a ridge at x."""
    return min(line, key=lambda point: abs(point[0] - x))[1]


def _photographs(picture: Image.Image, images: Sequence[Image.Image], rng: Random) -> Image.Image:
    """Draw pictures on the scene as photos with a white border, each slightly rotated."""
    width, height = picture.size
    across = min(len(images), 4)
    down = -(-len(images) // across)
    side = round(min(width * 0.82 / across, height * 0.52 / down) * 0.86)
    border = max(2, side // 18)
    for number, image in enumerate(images):
        row, column = divmod(number, across)
        print_size = (side, side)
        paper = Image.new("RGBA", (side + 2 * border, side + 3 * border), (250, 248, 242, 255))
        paper.paste(ImageOps.fit(image, print_size), (border, border))
        turned = paper.rotate(rng.uniform(-5, 5), Image.Resampling.BICUBIC, expand=True)
        in_row = min(across, len(images) - row * across)
        x = round(width / 2 + (column - (in_row - 1) / 2) * width * 0.82 / across - turned.width / 2)
        y = round(height * 0.37 + (row - (down - 1) / 2) * height * 0.52 / down - turned.height / 2)
        shadow = Image.new("L", (turned.width + 4 * border, turned.height + 4 * border))
        shadow.paste(turned.getchannel("A").point(lambda v: v // 2), (2 * border, 2 * border))
        shadow = shadow.filter(ImageFilter.BoxBlur(border))
        picture.paste((0, 0, 0), (x - 2 * border + border // 2, y - border), shadow)
        picture.paste(turned.convert("RGB"), (x, y), turned)
    return picture


def _portrait(picture: Image.Image, face: Image.Image) -> None:
    """Draw a picture in an oval frame."""
    width, height = picture.size
    tall = round(min(height * 0.56, width * 0.7))
    oval = (round(tall * 0.78), tall)
    frame = max(2, tall // 28)
    x, y = (width - oval[0]) // 2, round(height * 0.38 - tall / 2)
    for grown, colour in ((2 * frame, (58, 42, 30)), (frame, (226, 190, 120)), (0, None)):
        size = (oval[0] + 2 * grown, oval[1] + 2 * grown)
        mask = Image.new("L", (size[0] * 2, size[1] * 2))
        ImageDraw.Draw(mask).ellipse((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), fill=255)
        layer = ImageOps.fit(face, size, centering=(0.5, 0.35)) if colour is None else Image.new("RGB", size, colour)
        picture.paste(layer, (x - grown, y - grown), mask.reduce(2))
