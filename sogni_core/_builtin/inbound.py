"""The command ``inbound``: what a chat host received, so that an agent finds the picture somebody has just sent."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sogni_core.app import App
from sogni_core.errors import InputError, SogniError
from sogni_core.frozen import frozen
from sogni_core.media import HEAD, content_type, measure, read_container
from sogni_core.media.container import READABLE
from sogni_core.result import Report
from sogni_core.text import quote_path

SETTING = "media_inbound_dir"
"""Key of the setting that names the folder."""

_UNFINISHED = (".crdownload", ".download", ".opdownload", ".part", ".partial", ".tmp")
"""Endings that programs give to a file while they are still writing it."""


@frozen
class Received:
    """One file as it lies there."""

    path: Path
    size: int
    """Bytes."""
    modified: float
    """Seconds since the epoch."""
    content_type: str
    """By content; never empty."""


def inbound(
    app: App,
    kind: Annotated[
        Literal["image", "audio", "video"] | None, typer.Option("--kind", help="Only files of this kind.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Newest files to list.")] = 10,
) -> Report:
    """List the newest media that a chat host received, the newest first."""
    folder = inbound_folder(app)
    rows = []
    for file in _newest(folder):
        if kind in (None, file.content_type.partition("/")[0]):
            rows.append(_fields(file))
            if len(rows) == limit:
                break
    text = [_line(row) for row in rows] or f"No {kind or 'media'} in {quote_path(folder)}."
    return Report({"type": "inbound", "folder": str(folder), "files": rows}, text)


def inbound_folder(app: App) -> Path:
    """Return the folder that the setting names; raises ConfigError if it names none."""
    app.settings.require(SETTING)
    return app.paths.expanded(app.settings.core.media_inbound_dir)


def _newest(folder: Path) -> Iterator[Received]:
    """Yield what is media by its content, the newest first. A file is opened only when it is its turn."""
    for modified, name in sorted(_finished(folder), reverse=True):
        path = folder / name
        try:
            with path.open("rb", buffering=0) as stream:
                found = os.fstat(stream.fileno())
                kind = content_type(stream.read(HEAD)) if stat.S_ISREG(found.st_mode) else ""
            if kind in READABLE:
                # Sound alone is often written under the brand of a video.
                kind = _typed(path, kind)
        except OSError:
            continue  # gone, or not ours to read
        if kind:
            yield Received(path, found.st_size, modified, kind)


def _finished(folder: Path) -> Iterator[tuple[float, str]]:
    """Yield time and name of every file that may be listed. Raises MISSING_FILE if the folder cannot be read."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                    continue
                try:
                    # Looked at before it is opened: opening a pipe would wait for somebody to write into it.
                    found = entry.stat()
                except OSError:
                    continue  # a link that leads nowhere, or in a circle
                if stat.S_ISREG(found.st_mode):
                    yield found.st_mtime, entry.name
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a valid path"
        raise InputError(
            "MISSING_FILE",
            f"The folder of received media, {quote_path(folder)}, cannot be read: {reason.lower()}.",
            hint=f"Say where the chat host keeps them: sogni config set {SETTING} FOLDER",
            details={"path": str(folder), "setting": SETTING},
        ) from error


def _typed(path: Path, kind: str) -> str:
    try:
        return read_container(path).content_type
    except SogniError:
        return kind


def _fields(file: Received) -> dict[str, Any]:
    width, height, seconds, problem = _measured(file)
    return {
        "path": str(file.path),
        "contentType": file.content_type,
        "size": file.size,
        "received": _time(file.modified),
        "width": width or None,
        "height": height or None,
        "seconds": seconds or None,
        "problem": problem,
    }


def _measured(file: Received) -> tuple[int, int, float, str | None]:
    """Return width, height and seconds where they can be told, and why the file cannot be used if that is known."""
    try:
        if file.content_type.startswith("image/"):
            return (*measure(file.path)[1:], 0.0, None)
        if file.content_type in READABLE:
            facts = read_container(file.path)
            return facts.width, facts.height, facts.seconds, None
    except SogniError as error:
        return 0, 0, 0.0, str(error.details.get("cause") or error.message)
    except OSError as error:
        return 0, 0, 0.0, error.strerror or "it cannot be read"
    return 0, 0, 0.0, None


def _time(modified: float) -> str | None:
    try:
        return datetime.fromtimestamp(modified, UTC).isoformat(timespec="seconds")
    except (OSError, OverflowError, ValueError):
        return None  # a time that no calendar has


def _line(row: dict[str, Any]) -> str:
    size = f"{row['width']}x{row['height']}" if row["width"] else "-"
    problem = f"  ({row['problem']})" if row["problem"] else ""
    return f"{row['received'] or '-'}  {row['contentType']}  {size}  {quote_path(row['path'])}{problem}"
