"""Whether what was downloaded is what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from sogni_core.errors import InputError, TransportError
from sogni_core.media.kind import HEAD, content_type
from sogni_core.project import Project

_DECODERS = {"jpg": "PIL.JpegImagePlugin", "webp": "PIL.WebPImagePlugin"}


@dataclass(frozen=True, slots=True)
class Checked:
    """Facts of a file that were read from its content."""

    content_type: str
    width: int = 0
    """Pixels; 0 for what is no image."""
    height: int = 0


def prepare(project: Project) -> None:
    """Import what checking this project's results takes (40 ms), while there is time."""
    if project.media == "image":
        import_module(_DECODERS.get(project.output_format or "", "PIL.PngImagePlugin"))


def inspect(path: Path, media: str) -> Checked:
    """Check a result: an image decodes to its last row, anything else is at least of its kind.

    ``media`` is ``image``, ``video`` or ``audio``. Raises TransportError PROTOCOL_ERROR with the ``cause``.
    """
    if media == "image":
        from sogni_core.media.image import check_image

        try:
            facts = check_image(path)
        except InputError as error:
            raise _unusable(str(error.details.get("cause", "it is no image"))) from None
        return Checked(facts.content_type, facts.width, facts.height)
    with path.open("rb") as file:
        found = content_type(file.read(HEAD))
    if found.partition("/")[0] != media:
        raise _unusable(f"it is {found}" if found else f"it is no {media}")
    return Checked(found)


def _unusable(cause: str) -> TransportError:
    return TransportError("PROTOCOL_ERROR", f"What came cannot be used: {cause}.", details={"cause": cause})
