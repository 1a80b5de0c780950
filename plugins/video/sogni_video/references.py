"""Prepare reference images: rotate, flatten, scale and crop them to the size that is sent."""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sogni_core.context import Context
from sogni_core.errors import InputError
from sogni_core.project import Asset
from sogni_core.text import clean, quote_path
from sogni_video.sizes import Size

if TYPE_CHECKING:
    from PIL.Image import Image

_ORIENTATION = 0x0112
"""EXIF tag; 1 means that the image is not rotated."""

_FORMS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
"""Content type to the name that Pillow uses."""

_SENT_AS_IT_IS = {"image/png", "image/jpeg", "image/webp"}

BACKGROUND = (255, 255, 255)
"""Colour behind transparent pixels. A video has no transparency, and what is hidden is often black or noise."""


async def prepare(ctx: Context, image: Asset, size: Size) -> Asset:
    """Return an image that fits a video of ``size``: itself if it does, else a copy in the folder of the run.

    ``image`` has been read. A JPEG stays a JPEG, everything else becomes a PNG. The copy keeps ``source``, so that
    people see what they typed. A plan writes nothing. Raises InputError UNSUPPORTED_MEDIA.
    """
    if await asyncio.to_thread(is_ready, image, size):
        return image
    kind = "image/jpeg" if image.content_type == "image/jpeg" else "image/png"
    # The name depends on the content, so steps that use the same image in the same size share the copy.
    name = f"{image.sha256[:24]}-{size}{'.jpg' if kind == 'image/jpeg' else '.png'}"

    async def work(path: Path) -> None:
        await asyncio.to_thread(write, image, size, path, kind)

    made = await ctx.make(ctx.folder / name, work)
    return replace(
        image,
        path=made.path,
        content_type=kind,
        size=made.size,
        width=size.width,
        height=size.height,
        sha256=made.sha256,
    )


def is_ready(image: Asset, size: Size) -> bool:
    """Whether an image can be sent unchanged."""
    if (image.width, image.height) != size or image.content_type not in _SENT_AS_IT_IS:
        return False
    with _opened(image) as opened:
        upright = opened.getexif().get(_ORIENTATION, 1) == 1
        return upright and opened.mode in {"RGB", "L"} and "transparency" not in opened.info


def write(image: Asset, size: Size, path: Path, kind: str) -> None:
    """Write a copy that is rotated, flattened, scaled to fill ``size``, and cropped in the middle."""
    from PIL import Image, ImageOps

    with _opened(image) as opened:
        # Decode a JPEG at a half, quarter or eighth of its size if that is still twice the size that is needed.
        opened.draft("RGB", (2 * max(size), 2 * max(size)))
        profile = opened.info.get("icc_profile") if opened.mode in {"RGB", "RGBA"} else None
        turned = ImageOps.exif_transpose(opened)
        shown = ImageOps.fit(_flat(turned), size, method=Image.Resampling.LANCZOS)
        kept = {"icc_profile": profile} if profile else {}
        if kind == "image/jpeg":
            shown.save(path, "JPEG", quality=95, subsampling=0, **kept)
        else:
            # The file is sent only once, so less compression is faster overall.
            shown.save(path, "PNG", compress_level=3, **kept)


def _flat(image: Image) -> Image:
    """Return an image in RGB, with the background behind transparent pixels."""
    from PIL import Image as images

    if image.mode.startswith("I;16"):
        # Pillow clips 16 bits to 8 instead of scaling them.
        image = image.point(lambda value: value / 257).convert("L")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        ground = images.new("RGBA", seen.size, (*BACKGROUND, 255))
        return images.alpha_composite(ground, seen).convert("RGB")
    return image.convert("RGB")


def _opened(image: Asset) -> Image:
    from PIL import Image as images

    if image.path is None:
        raise ValueError("the image has not been read yet")
    form = _FORMS.get(image.content_type, "")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return images.open(image.path, formats=[form])
    except OSError as error:
        raise InputError(
            "UNSUPPORTED_MEDIA",
            f"Cannot use {quote_path(image.source)}: {clean(error, 200)}.",
            details={"path": str(image.path)},
        ) from error
