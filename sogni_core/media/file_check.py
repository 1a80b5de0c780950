"""Whether what was downloaded is what it should be."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from sogni_core.errors import InputError, TransportError
from sogni_core.frozen import frozen
from sogni_core.media.container import READABLE, read_container
from sogni_core.media.kind import HEAD, content_type
from sogni_core.project import Project

_DECODERS = {"jpg": "PIL.JpegImagePlugin", "webp": "PIL.WebPImagePlugin"}


@frozen
class Checked:
    """Facts of a file that were read from its content."""

    content_type: str
    width: int = 0
    """Pixels as displayed; 0 for what has none."""
    height: int = 0
    """Pixels as displayed; 0 for what has none."""
    seconds: float = 0.0
    """Duration of a video; 0 if it does not say it."""


def prepare(project: Project) -> None:
    """Import what checking this project's results takes (40 ms), while there is time."""
    if project.media == "image":
        import_module(_DECODERS.get(project.output_format or "", "PIL.PngImagePlugin"))


def inspect(path: Path, media: str) -> Checked:
    """Check a result: an image decodes to its last row, MP4 and QuickTime are whole, anything else is of its kind.

    ``media`` is ``image``, ``video`` or ``audio``, or empty for a result of any of them. Raises TransportError
    PROTOCOL_ERROR with the ``cause``.
    """
    with path.open("rb") as file:
        found = content_type(file.read(HEAD))
    kind = media or found.partition("/")[0]
    try:
        if kind == "image":
            from sogni_core.media.image import check_image

            image = check_image(path)
            return Checked(image.content_type, image.width, image.height)
        if found in READABLE:
            video = read_container(path)
            found, checked = video.content_type, Checked(*video[:4])
        else:
            checked = Checked(found)
    except InputError as error:
        raise _unusable(str(error.details.get("cause", "it cannot be read"))) from None
    if not found or found.partition("/")[0] != kind:
        raise _unusable(f"it is {found}" if found else f"it is no {kind or 'image, video or audio'}")
    return checked


def _unusable(cause: str) -> TransportError:
    return TransportError("PROTOCOL_ERROR", f"What came cannot be used: {cause}.", details={"cause": cause})
