"""Make a file on this machine: written next to its place, checked, and moved there in one step."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from sogni_core._engine.finishers import FinishFile
from sogni_core.errors import InputError
from sogni_core.files import PartFile, Place, prepare_output
from sogni_core.media.asset import read_asset
from sogni_core.media.kind import HEAD, content_type
from sogni_core.project import Asset
from sogni_core.result import Artifact
from sogni_core.text import quote_path


async def make(
    place: Place, work: Callable[[Path], Awaitable[object]], finish: FinishFile[Asset] | None = None
) -> Artifact:
    """Let ``work`` write a file; see :meth:`sogni_core.context.Context.make`. ``finish`` works on it then."""
    output = prepare_output(place)
    with PartFile(place) as part_file:
        part = part_file.finish()
        await work(part)
        made = await asyncio.to_thread(_checked, part, output)
        if finish is not None:
            made = await finish(part, made, lambda path: _checked(path, output), lambda found: _artifact(found, output))
        part_file.commit()
    return _artifact(made, part_file.path)


def _artifact(made: Asset, output: Path) -> Artifact:
    return Artifact(
        0,
        made.content_type,
        path=output,
        size=made.size,
        sha256=made.sha256,
        width=made.width,
        height=made.height,
        seconds=made.seconds,
    )


def _checked(part: Path, output: Path) -> Asset:
    """Read what was written and make sure that it is on the disk."""
    with part.open("rb") as stream:
        kind = content_type(stream.read(HEAD)).partition("/")[0]
        if not kind:
            raise InputError(
                "UNSUPPORTED_MEDIA", f"The file made for {quote_path(output)} is not an image, sound or video."
            )
        os.fsync(stream.fileno())
    return read_asset(Asset(str(part)), kind=kind)
