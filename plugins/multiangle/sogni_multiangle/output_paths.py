"""The output paths of several angles: one pattern with ``{azimuth}`` in the file name."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

from sogni_core.files import absolute

SIDE = "{azimuth}"
"""Placeholder for the key of the azimuth."""

VIDEO = ".mp4"


def pattern(output: str | os.PathLike[str], image_format: str) -> Path:
    """Return the pattern for an output path.

    ``out`` and ``out/`` are folders and become ``out/{azimuth}.jpg``. ``dir/name.png`` becomes
    ``dir/name-{azimuth}.png``, with its extension unchanged, and ``dir/name.mp4`` becomes ``dir/name-{azimuth}.jpg``.
    A pattern is returned unchanged.
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
    """Return the file of one azimuth. The core numbers several outputs of it."""
    return of.with_name(of.name.replace(SIDE, azimuth))


NOWHERE = Path()
"""Path of a 360 video if no path was given; it then goes into the folder of its run."""


def video_place(value: str, output: PurePath | None) -> Path:
    """Return the path of the 360 video: the value with ``.mp4``, or, if it is empty, a path derived from ``output``.

    ``output`` is the output path of the request: ``name.mp4`` is used itself, ``dir/name.png`` gives ``dir/name.mp4``,
    and a folder gives ``out/angles-360.mp4``. If both are empty, the result is :data:`NOWHERE`.
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
