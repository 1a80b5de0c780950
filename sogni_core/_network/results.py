"""Whether what was downloaded is what it should be."""

from __future__ import annotations

from pathlib import Path

from sogni_core._protocol.medium import LoadedMedium
from sogni_core.errors import InputError, TransportError
from sogni_core.media.file_check import FileFacts, check_file, prepare_check
from sogni_core.project import Project


def prepare(medium: LoadedMedium, project: Project) -> None:
    """Import what checking this project's results takes (40 ms for images), while there is time."""
    medium.prepare()
    prepare_check(medium.content_type(project))


def inspect(path: Path, medium: LoadedMedium | None) -> FileFacts:
    """Check a result by the decoder of its medium; with None it may be an image, sound or video.

    Raises TransportError PROTOCOL_ERROR with the ``cause``.
    """
    try:
        return medium.decode(path) if medium is not None else check_file(path)
    except InputError as error:
        cause = str(error.details.get("cause", error.message))
        raise TransportError(
            "PROTOCOL_ERROR", f"What came cannot be used: {cause}.", details={"cause": cause}
        ) from None
