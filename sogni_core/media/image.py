"""Measures images, and checks whether they decode."""

from __future__ import annotations

import os
import threading
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from sogni_core.errors import InputError
from sogni_core.media.kind import HEAD, content_type
from sogni_core.text import clean, quote_path

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

LARGEST_PIXELS = 120_000_000
"""Pixels of the largest image that is decoded. Photos of phones have up to 108 megapixels; the service itself works
with 4 megapixels."""

LARGEST_DECODED = 4 * LARGEST_PIXELS
"""Bytes of memory that decoding may take, whatever the header of a small file says: RGBA of the largest image."""

_BYTES_PER_PIXEL = {"image/webp": 16}
"""Bytes of memory per pixel, for decoders that need more than RGBA. libwebp keeps two canvases and returns a third,
which Pillow copies."""

_PROGRESSIVE = 10
"""The same for a progressive JPEG: all coefficients of three components, and the image."""

LARGEST_BYTES = 64 * 1024 * 1024
"""Bytes of the largest image file; a larger one is probably not meant as a reference, and would have to be uploaded."""

READABLE = frozenset(("image/jpeg", "image/png", "image/webp", "image/gif"))
"""Kinds of images that the service accepts and that are decoded here."""

JPEG_END = b"\xff\xd9"
"""The marker EOI; it never occurs in the coded pixels."""

JPEG_TAIL = 64 * 1024
"""Bytes at the end of a JPEG in which its end marker is looked for; some programs append data after it."""

ORIENTATION = 0x0112
"""EXIF tag; values 5 to 8 exchange width and height."""

_quiet = threading.Lock()
"""Pillow writes warnings about metadata to standard error; only one thread at a time can switch that off."""


class ImageFacts(NamedTuple):
    """Facts of an image."""

    content_type: str
    """Content type, by content."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""


def measure(path: str | os.PathLike[str]) -> ImageFacts:
    """Return kind and size of an image as it is displayed, its EXIF orientation applied.

    The whole file is read, so that one that was cut short is refused. Raises UNSUPPORTED_MEDIA for a file that is not a
    supported image, does not decode, or is too large; OSError if it cannot be read.
    """
    return _decode(Path(path), displayed=True)


def check_image(path: str | os.PathLike[str]) -> ImageFacts:
    """Return kind and size of an image as it is stored, after decoding every pixel.

    For results. Raises as :func:`measure`, and for a JPEG without end marker, whose missing pixels a decoder would
    invent. A WebP has neither checksums nor an end marker.
    """
    facts = _decode(Path(path), displayed=False)
    if facts.content_type == "image/jpeg" and not _has_end(Path(path)):
        raise _unsupported(Path(path), "its end is missing")
    return facts


def _decode(path: Path, *, displayed: bool) -> ImageFacts:
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        kind = content_type(stream.read(HEAD))
        stream.seek(0)
        if size == 0:
            raise _unsupported(path, "it is empty")
        if kind not in READABLE:
            raise _unsupported(path, f"it is {kind}" if kind else "it is not an image")
        if size > LARGEST_BYTES:
            raise _unsupported(path, f"it is larger than {LARGEST_BYTES // 1024**2} MiB")
        try:
            width, height = _load(kind, stream, displayed)
        except _TooLarge as error:
            reason = f"it has more than {error.limit // 1_000_000} megapixels"
            raise _unsupported(path, reason) from None
        except Exception as error:
            # Decoders raise all kinds of exceptions for damaged files; they always mean this.
            raise _unsupported(path, f"it does not decode ({clean(error, 120) or type(error).__name__})") from error
    return ImageFacts(kind, width, height)


def _load(kind: str, stream: IO[bytes], displayed: bool) -> tuple[int, int]:
    """Decode an image, and return its width and height."""
    turned = False
    with ExitStack() as stack:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = stack.enter_context(_opened(kind, stream))
            width, height = image.size
            most = _most_pixels(kind, progressive=bool(image.info.get("progressive")))
            if width * height > most:
                raise _TooLarge(most)
            if kind == "image/png":
                # Decoding alone does not notice all damage; the checksums of the chunks do.
                image.verify()
                stream.seek(0)
                image = stack.enter_context(_opened(kind, stream))
            if displayed:
                if kind == "image/jpeg":
                    # Every byte is read all the same; decoding an eighth of each side is enough to see that it decodes.
                    image.draft(None, (max(width // 8, 1), max(height // 8, 1)))
                turned = image.getexif().get(ORIENTATION) in {5, 6, 7, 8}
        image.load()
    return (height, width) if turned else (width, height)


def _opened(kind: str, stream: IO[bytes]) -> ImageFile:
    """Open with the decoder of the kind: ``Image.open`` imports more decoders, and only warns about bombs."""
    decoder: Any
    if kind == "image/png":
        from PIL.PngImagePlugin import PngImageFile as decoder
    elif kind == "image/jpeg":
        from PIL.JpegImagePlugin import JpegImageFile as decoder
    elif kind == "image/webp":
        from PIL.WebPImagePlugin import WebPImageFile as decoder
    else:
        from PIL.GifImagePlugin import GifImageFile as decoder
    image: ImageFile = decoder(stream)
    return image


def _most_pixels(kind: str, *, progressive: bool) -> int:
    """Return the largest number of pixels of a kind that is decoded within the memory limit."""
    return min(LARGEST_PIXELS, LARGEST_DECODED // (_PROGRESSIVE if progressive else _BYTES_PER_PIXEL.get(kind, 4)))


def _has_end(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(os.fstat(stream.fileno()).st_size - JPEG_TAIL, 0))
        return JPEG_END in stream.read()


class _TooLarge(Exception):
    """The header names more pixels than are decoded."""

    def __init__(self, limit: int) -> None:
        self.limit = limit


def _unsupported(path: Path, reason: str) -> InputError:
    return InputError(
        "UNSUPPORTED_MEDIA",
        f"Cannot use {quote_path(path)}: {reason}.",
        details={"path": str(path), "cause": reason},
    )
