"""Where the files of several angles go: one pattern with ``{azimuth}`` in its name."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

from sogni_core.files import absolute

SIDE = "{azimuth}"
"""Stands in a pattern for the key of the azimuth."""

VIDEO = ".mp4"


def pattern(output: str | os.PathLike[str], image_format: str) -> Path:
    """Make a pattern of what was typed after ``-o``.

    ``out`` and ``out/`` are folders: ``out/{azimuth}.jpg``. ``dir/name.png`` is ``dir/name-{azimuth}.png``, its
    extension as it was typed, and ``dir/name.mp4`` is ``dir/name-{azimuth}.jpg``. A pattern stays as it is.
    """
    text = os.fspath(output)
    path = Path(text)
    if SIDE in path.name:
        return path
    separators = tuple(filter(None, (os.sep, os.altsep)))
    if not path.suffix or text.endswith(separators):
        return path / f"{SIDE}.{image_format}"
    extension = f".{image_format}" if path.suffix.lower() == VIDEO else path.suffix
    return path.with_name(f"{path.stem}-{SIDE}{extension}")


def place(of: Path, azimuth: str) -> Path:
    """Return the file of one azimuth; several outputs of it are numbered by the core."""
    return of.with_name(of.name.replace(SIDE, azimuth))


NOWHERE = Path()
"""Place of a 360 video of which nothing is said: the folder of its run."""


def video_place(value: str, output: PurePath | None) -> Path:
    """Return where the 360 video goes: the value with ``.mp4``, or, if it is empty, the place that ``-o`` says.

    ``output`` is what was typed after ``-o``: ``name.mp4`` itself, ``dir/name.mp4`` for ``dir/name.png``, and
    ``out/angles-360.mp4`` for a folder. :data:`NOWHERE` if neither says anything.
    """
    if value.strip() not in ("", str(NOWHERE)):
        path = Path(value)
    elif output is None:
        return NOWHERE
    elif not output.suffix:
        path = Path(output) / "angles-360"
    else:
        path = Path(output.with_suffix(""))
    return absolute(path if path.suffix.lower() == VIDEO else path.with_name(path.name + VIDEO))
