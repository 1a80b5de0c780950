"""The command ``inbound``, by which an agent finds the picture that a chat user has just sent."""

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
"""Extensions of files that a program is still writing."""


@frozen
class Received:
    """One file in the folder."""

    path: Path
    size: int
    """Bytes."""
    modified: float
    """Seconds since the epoch."""
    content_type: str
    """Derived from the content; never empty."""


def inbound(
    app: App,
    kind: Annotated[
        Literal["image", "audio", "video"] | None, typer.Option("--kind", help="Only files of this kind.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Number of files to list.")] = 10,
) -> Report:
    """List the media that a chat host received, newest first."""
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
    """Return the folder that the setting names; raises ConfigError if the setting is invalid."""
    app.settings.require(SETTING)
    return app.paths.expanded(app.settings.core.media_inbound_dir)


def _newest(folder: Path) -> Iterator[Received]:
    """Yield the files whose content is media, newest first. Each file is opened only when it is needed."""
    for modified, name in sorted(_finished(folder), reverse=True):
        path = folder / name
        try:
            with path.open("rb", buffering=0) as stream:
                found = os.fstat(stream.fileno())
                kind = content_type(stream.read(HEAD)) if stat.S_ISREG(found.st_mode) else ""
            if kind in READABLE:
                # Audio files often have the brand of a video container.
                kind = _typed(path, kind)
        except OSError:
            continue  # deleted, or not readable
        if kind:
            yield Received(path, found.st_size, modified, kind)


def _finished(folder: Path) -> Iterator[tuple[float, str]]:
    """Yield time and name of every complete file. Raises MISSING_FILE if the folder cannot be read."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                    continue
                try:
                    # Check the kind before opening: a pipe would block until another program writes to it.
                    found = entry.stat()
                except OSError:
                    continue  # a broken or circular link
                if stat.S_ISREG(found.st_mode):
                    yield found.st_mtime, entry.name
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a valid path"
        raise InputError(
            "MISSING_FILE",
            f"Cannot read the folder of received media, {quote_path(folder)}: {reason.lower()}.",
            hint=f"Set the folder where the chat host saves them: sogni config set {SETTING} FOLDER",
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
    """Return width, height and seconds, 0 if unknown, and the reason if the file cannot be used."""
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
        return None  # not a valid date


def _line(row: dict[str, Any]) -> str:
    size = f"{row['width']}x{row['height']}" if row["width"] else "-"
    problem = f"  ({row['problem']})" if row["problem"] else ""
    return f"{row['received'] or '-'}  {row['contentType']}  {size}  {quote_path(row['path'])}{problem}"
