"""Whether what was downloaded is what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sogni_core.errors import InputError

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Checked:
    """Facts of a file that were read from its content."""

    content_type: str
    width: int = 0
    height: int = 0


def inspect(path: Path, media: str) -> Checked:
    """Check a result: an image decodes to its last row, anything else is at least of its kind.

    ``media`` is ``image``, ``video`` or ``audio``. Raises InputError UNSUPPORTED_MEDIA.
    """
    if media == "image":
        from sogni_core.media.image import check_image

        content_type, width, height = check_image(path)
        return Checked(content_type, width, height)
    from sogni_core.media.kind import content_type_of

    with path.open("rb") as file:
        found = content_type_of(file.read(_HEAD_BYTES))
    if found is None or found.partition("/")[0] != media:
        raise InputError("UNSUPPORTED_MEDIA", f"The file is no {media}.", details={"contentType": found or ""})
    return Checked(found)
