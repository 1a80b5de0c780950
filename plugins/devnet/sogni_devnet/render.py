"""Render an order of any kind to a file. Runs in worker threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sogni_devnet.order import AudioOrder, ImageOrder, Order, VideoOrder
from sogni_devnet.painter import Uploads, paint


def render(
    order: Order, seed: int, uploads: Uploads, target: Path, *, plain: bool, stopped: Callable[[], bool]
) -> None:
    """Write the result of one job. If ``stopped`` is set, the file stays incomplete."""
    if isinstance(order, ImageOrder):
        target.write_bytes(paint(order, seed, uploads, plain=plain))
    elif isinstance(order, VideoOrder):
        from sogni_devnet.film import render_film

        render_film(order, seed, uploads, target, plain=plain, stopped=stopped)
    elif isinstance(order, AudioOrder):
        from sogni_devnet.sound import render_music

        render_music(order, seed, target, plain=plain, stopped=stopped)
