"""Sky, light, clouds, ridges and water. All lengths are in px of the canvas, with the origin at the top left."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageOps

from sogni_devnet.palettes import Colour, Palette, mix

Size = tuple[int, int]


def gradient(size: Size, stops: tuple[Colour, ...]) -> Image.Image:
    """Return a vertical gradient through these colours."""
    strip = Image.new("RGB", (1, len(stops)))
    strip.putdata(stops)
    return strip.resize(size, Image.Resampling.BICUBIC)


def glow(canvas: Image.Image, centre: tuple[float, float], radius: float, colour: Colour, strength: float) -> None:
    """Draw a soft round light on the canvas; strength 0 to 1."""
    side = max(2, round(radius * 2))
    distance = Image.radial_gradient("L")
    # It is 255 in the corners. The light must end at the edges, else its square becomes visible.
    edge = distance.getpixel((0, distance.height // 2))
    assert isinstance(edge, int)
    light = distance.point(lambda v: int(max(0.0, 1 - v / edge) ** 1.9 * 255 * strength))
    place = (round(centre[0] - radius), round(centre[1] - radius))
    canvas.paste(colour, (*place, place[0] + side, place[1] + side), light.resize((side, side)))


def noise(size: Size, rng: Random, cells: Size) -> Image.Image:
    """Return smooth noise in three octaves, mode L; ``cells`` is the number of bumps across and down."""
    total: Image.Image | None = None
    for octave in range(3):
        across, down = cells[0] << octave, cells[1] << octave
        layer = Image.frombytes("L", (across, down), rng.randbytes(across * down))
        layer = layer.resize((max(2, size[0] // 4), max(2, size[1] // 4)), Image.Resampling.BICUBIC)
        total = layer if total is None else Image.blend(total, layer, 0.5 ** (octave + 0.4))
    assert total is not None
    return total.resize(size, Image.Resampling.BICUBIC)


def clouds(canvas: Image.Image, rng: Random, palette: Palette, horizon: int) -> None:
    """Draw drifting clouds on the sky, thinner towards the top."""
    width = canvas.width
    bank = noise((width, horizon), rng, (3, 7))
    low = rng.randint(118, 140)
    bank = bank.point(lambda v: max(0, min(255, (v - low) * 4)))
    fade = Image.linear_gradient("L").resize((width, horizon)).point(lambda v: round(v * 0.62))
    canvas.paste(mix(palette.light, palette.sky[-1], 0.35), (0, 0, width, horizon), ImageChops.multiply(bank, fade))


def stars(canvas: Image.Image, rng: Random, horizon: int) -> None:
    """Scatter stars, fewer and fainter towards the horizon."""
    draw = ImageDraw.Draw(canvas)
    unit = max(1, canvas.width // 700)
    for _ in range(140):
        x, depth = rng.random() * canvas.width, rng.random() ** 1.7
        here = canvas.getpixel((min(canvas.width - 1, int(x)), min(horizon - 1, int(depth * horizon))))
        assert isinstance(here, tuple)
        shade = mix((here[0], here[1], here[2]), (255, 255, 250), (1 - depth) * rng.uniform(0.35, 1))
        radius = unit * rng.choice((0.6, 0.6, 0.9, 1.4))
        y = depth * horizon
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)


def ridge_line(width: int, rng: Random, base: float, height: float, roughness: float) -> list[tuple[float, float]]:
    """Return a ridge from the left to the right edge: soft hills at roughness 0, peaks at 1."""
    waves = [(rng.uniform(0.7, 1.6) * 2**k, rng.random() * math.tau, 0.5**k) for k in range(3)]
    points = 33
    heights = [sum(a * math.sin(f * x / 32 * math.tau + p) for f, p, a in waves) / 1.75 for x in range(points)]
    step = roughness * 0.55
    while points < 520:
        finer = []
        for left, right in pairwise(heights):
            finer += [left, (left + right) / 2 + rng.uniform(-step, step) * 0.5]
        heights = [*finer, heights[-1]]
        points, step = len(heights), step * 0.52
    return [(x * width / (points - 1), base - height * (0.5 + 0.5 * h)) for x, h in enumerate(heights)]


def ridges(canvas: Image.Image, rng: Random, palette: Palette, horizon: int, floor: int, count: int) -> None:
    """Draw ridges from far to near, each with mist at its foot."""
    width = canvas.width
    rough = rng.choice((0.0, 0.55, 0.9))
    for index in range(count):
        depth = index / max(1, count - 1)
        base = horizon + (floor - horizon) * depth**1.25
        tall = canvas.height * (0.22 - 0.12 * depth) * rng.uniform(0.8, 1.25)
        line = ridge_line(width, rng, base, tall, rough * (1 - 0.6 * depth))
        shade = mix(palette.far, palette.near, depth**0.9 * 0.9)
        top = max(0, int(min(y for _, y in line)))
        bottom = min(canvas.height, max(top + 2, int(floor)))
        mask = Image.new("L", (width, bottom - top))
        ImageDraw.Draw(mask).polygon([(x, y - top) for x, y in line] + [(width, bottom), (0, bottom)], fill=255)
        mist = mix(shade, palette.sky[-1], 0.42 * (1 - depth * 0.75))
        canvas.paste(gradient((width, bottom - top), (shade, shade, mist)), (0, top), mask)


def water(canvas: Image.Image, rng: Random, palette: Palette, shore: int, light_x: float) -> None:
    """Mirror everything above the shore, darken it, and add glittering light."""
    width, depth = canvas.width, canvas.height - shore
    mirror = ImageOps.flip(canvas.crop((0, max(0, shore - depth), width, shore))).resize((width, depth))
    tint = Image.new("RGB", mirror.size, mix(palette.sky[0], palette.near, 0.35))
    canvas.paste(Image.blend(mirror, tint, 0.34), (0, shore))
    draw = ImageDraw.Draw(canvas, "RGBA")
    for _ in range(90):
        down = rng.random() ** 1.6
        y = shore + 2 + down * (depth - 3)
        spread = width * (0.03 + 0.12 * down)
        x, half = rng.gauss(light_x, spread), width * rng.uniform(0.008, 0.05) * (0.4 + down)
        thick = max(1, round(canvas.height / 420 * (0.5 + down)))
        draw.line((x - half, y, x + half, y), fill=(*palette.light, rng.randint(40, 130)), width=thick)
