"""Images that the network delivers."""

from __future__ import annotations

import io
from functools import lru_cache

FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
"""Output format to its name in Pillow."""


@lru_cache(maxsize=64)
def picture(width: int, height: int, number: int, output_format: str) -> bytes:
    """Make a grey image with a white corner; ``number`` makes the images of one size differ."""
    from PIL import Image

    image = Image.new("L", (width, height), 64 + number * 37 % 128)
    image.paste(255, (0, 0, 1 + number // 128 % width, 1))
    written = io.BytesIO()
    image.save(written, FORMATS[output_format])
    return written.getvalue()
