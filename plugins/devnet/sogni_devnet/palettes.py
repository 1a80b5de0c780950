"""Colours of the scenes, as (red, green, blue)."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Colours of one time of day."""

    sky: tuple[Colour, ...]
    """The sky, from the top of the picture to the horizon."""
    light: Colour
    """The sun or the moon."""
    far: Colour
    """The most distant ridge, nearly haze."""
    near: Colour
    """The ground in front, and the figures on it."""
    stars: bool = False


PALETTES: tuple[Palette, ...] = (
    # Dusk in violet and apricot.
    Palette(
        ((38, 33, 84), (92, 58, 122), (206, 103, 120), (250, 178, 128), (255, 217, 160)),
        (255, 240, 205), (196, 128, 138), (29, 22, 48),
    ),
    # Morning in teal and cream.
    Palette(
        ((47, 112, 137), (104, 165, 172), (184, 211, 196), (246, 230, 190), (255, 241, 214)),
        (255, 252, 235), (142, 182, 180), (16, 44, 56),
    ),
    # Blue hour with stars.
    Palette(
        ((10, 16, 44), (21, 36, 82), (46, 72, 128), (104, 126, 168), (176, 170, 186)),
        (244, 243, 228), (82, 98, 146), (8, 11, 28), stars=True,
    ),
    # Red desert.
    Palette(
        ((122, 42, 62), (190, 70, 66), (232, 122, 76), (247, 177, 106), (253, 220, 160)),
        (255, 238, 196), (206, 112, 84), (50, 17, 30),
    ),
    # Northern green night.
    Palette(
        ((8, 20, 38), (12, 46, 66), (22, 88, 94), (68, 140, 120), (160, 200, 158)),
        (236, 250, 226), (46, 106, 108), (5, 16, 26), stars=True,
    ),
    # Pink noon.
    Palette(
        ((88, 110, 186), (142, 146, 208), (210, 176, 214), (248, 204, 208), (255, 230, 214)),
        (255, 250, 240), (168, 148, 196), (44, 34, 78),
    ),
)  # fmt: skip


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Return a colour between two: ``a`` at 0, ``b`` at 1."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )
