"""Checks whether a downloaded file is what it should be."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from sogni_core.errors import InputError
from sogni_core.media.container import READABLE, read_container
from sogni_core.media.kind import HEAD, content_type
from sogni_core.text import quote_path

_DECODERS = {
    "image/png": "PIL.PngImagePlugin",
    "image/jpeg": "PIL.JpegImagePlugin",
    "image/webp": "PIL.WebPImagePlugin",
}
_NAMED = {"image": "an image", "video": "a video", "audio": "audio"}


class FileFacts(NamedTuple):
    """Facts of a file, by its content."""

    content_type: str
    width: int = 0
    """Pixels as displayed; 0 if there are none."""
    height: int = 0
    """Pixels as displayed; 0 if there are none."""
    seconds: float = 0.0
    """Duration; 0 for images and if unknown."""


def prepare_check(expected: str) -> None:
    """Import what checking a file of this content type needs; that takes 40 ms for an image."""
    if expected in _DECODERS:
        import_module(_DECODERS[expected])


def check_file(path: str | os.PathLike[str], kind: str = "") -> FileFacts:
    """Check a file: an image has to decode, MP4 and QuickTime to be complete, anything else to be of its kind.

    ``kind`` is ``image``, ``video`` or ``audio``; empty allows any of them. Raises InputError UNSUPPORTED_MEDIA with
    the ``cause``, and OSError if the file cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        found = content_type(file.read(HEAD))
    kind = kind or found.partition("/")[0]
    if kind == "image":
        from sogni_core.media.image import check_image

        return FileFacts(*check_image(path))
    facts = FileFacts(*read_container(path)[:4]) if found in READABLE else FileFacts(found)
    if not found or facts.content_type.partition("/")[0] != kind:
        cause = f"it is {facts.content_type}" if found else f"it is not {_NAMED.get(kind, 'an image, video or audio')}"
        details = {"path": str(path), "cause": cause}
        raise InputError("UNSUPPORTED_MEDIA", f"Cannot use {quote_path(path)}: {cause}.", details=details)
    return facts
