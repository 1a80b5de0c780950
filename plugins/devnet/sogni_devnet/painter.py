"""Render an order and its uploads as the bytes of a picture. Runs in worker threads."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, UnidentifiedImageError

from sogni_devnet.order import ImageOrder
from sogni_devnet.refusal import Unpaintable
from sogni_devnet.scene import paint_scene

if TYPE_CHECKING:
    from sogni_devnet.storage import StoredFile

PREVIEW_PX = 192
"""Longest side of a preview."""

MOST_PIXELS = 100_000_000
"""Largest upload that is decoded, in pixels."""


Uploads = Callable[[str], "StoredFile | None"]
"""Upload slot to the complete file of this project."""


def paint(order: ImageOrder, seed: int, uploads: Uploads, *, plain: bool) -> bytes:
    """Return an encoded picture of exactly the requested size. The same order and seed give the same picture."""
    size = (order.width, order.height)
    if plain:
        digest = zlib.crc32(f"{seed} {order.prompt}".encode(errors="replace"))
        return encode(Image.new("RGB", size, (digest & 255, digest >> 8 & 255, digest >> 16 & 255)), order.format)
    thumbnails = [opened(slot, uploads(slot)) for slot in order.context_slots]
    start, face = (
        opened(slot, uploads(slot)) if slot in order.slots else None for slot in ("startingImage", "cnImage")
    )
    picture = paint_scene(
        size, prompt=order.prompt, seed=seed, model=order.model.id, thumbnails=thumbnails, start=start,
        start_weight=order.starting_weight or 0.0, face=face,
    )  # fmt: skip
    return encode(picture, order.format)


def encode(picture: Image.Image, form: str) -> bytes:
    """Return the picture as ``png``, ``jpg`` or ``webp``."""
    out = io.BytesIO()
    if form == "jpg":
        picture.save(out, "JPEG", quality=92)
    elif form == "webp":
        picture.save(out, "WEBP", quality=90, method=2)
    else:
        picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def shrink(data: bytes) -> bytes:
    """Return a small JPEG of an encoded picture."""
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((PREVIEW_PX, PREVIEW_PX))
    return encode(small, "jpg")


def opened(slot: str, file: StoredFile | None) -> Image.Image:
    """Return an upload as an RGB picture, rotated as its EXIF says, or raise :class:`Unpaintable`."""
    if file is None:
        raise Unpaintable(f"{slot} is not there")
    try:
        with Image.open(file.path) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Unpaintable(f"{slot} has too many pixels")
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unpaintable(f"{slot} cannot be decoded") from error
