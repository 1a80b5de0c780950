"""Names of files from patterns such as ``{date}-{prompt}-{seed}.{ext}``, which every system can store."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath, PureWindowsPath

FIELDS: Mapping[str, str] = {
    "date": "day on which the run began, 2026-12-31",
    "time": "time at which it began, 235959",
    "mode": "mode, such as image",
    "workflow": "workflow, such as edit",
    "model": "model id",
    "prompt": "beginning of the prompt",
    "seed": "seed",
    "width": "width in pixels",
    "height": "height in pixels",
    "index": "place among the outputs of one step, from 1",
    "ext": "extension of the format, such as png",
}
"""Fields of a pattern, with their meanings."""

_FIELD = re.compile(r"\{([^{}]*)\}")
_LONGEST_VALUE = 80
_LONGEST_NAME = 200
"""Bytes; file systems allow 255, and a number may be added."""

_PORTS = (f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³")
WINDOWS_DEVICES = frozenset(("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *_PORTS))
"""Names that Windows gives to devices, whatever their extension."""


def unknown_fields(pattern: str, own: Collection[str] = ()) -> list[str]:
    """Return the fields of a pattern that do not exist; ``own`` are those that a mode fills in itself."""
    return [name for name in _FIELD.findall(pattern) if name not in FIELDS and name not in own]


def filled(pattern: str, values: Mapping[str, object]) -> str:
    """Return a pattern with values in place of its fields. A field without a value stays.

    Values become safe first: they hold letters and digits of any script, ``-``, ``_`` and single dots, and no folder.
    """
    return _FIELD.sub(lambda match: _value(match, values), pattern)


def relative_name(pattern: str, values: Mapping[str, object]) -> PurePosixPath:
    """Return the path that a pattern names below a folder; each of its parts can be stored on every system."""
    parts = [_part(part) for part in filled(pattern, values).replace("\\", "/").split("/")]
    return PurePosixPath(*(part for part in parts if part)) if any(parts) else PurePosixPath("untitled")


def wrong_pattern(pattern: str) -> str | None:
    """Return what is wrong with a pattern for names below a folder; None if nothing is."""
    if unknown := unknown_fields(pattern):
        return f"has the unknown field {{{unknown[0]}}}; available: {', '.join(f'{{{name}}}' for name in FIELDS)}"
    parts = pattern.replace("\\", "/").split("/")
    if PureWindowsPath(pattern).anchor or pattern.startswith("/") or ".." in parts or not parts[-1].strip(" ."):
        return "must name a file below the output folder"
    return None


def _value(match: re.Match[str], values: Mapping[str, object]) -> str:
    name = match[1]
    return _safe(str(values[name])) if name in values else match[0]


def _safe(text: str) -> str:
    kept = "".join(
        char if char.isalnum() or char in "._-" or unicodedata.category(char).startswith("M") else " "
        for char in unicodedata.normalize("NFC", text[: 20 * _LONGEST_VALUE])
    )
    joined = re.sub(r"\.{2,}", ".", "-".join(kept.split()))
    return _cut(joined.strip("-._"), _LONGEST_VALUE).strip("-._") or "untitled"


def _part(part: str) -> str:
    """Return one component of a path as every system can store it."""
    kept = re.sub(r'[<>:"|?*\x00-\x1f\x7f]', "-", part).strip().rstrip(". ")
    if kept in ("", "..", "."):
        return ""
    stem, dot, extension = kept.rpartition(".")
    if not stem or len(extension) > 10:
        stem, dot, extension = kept, "", ""
    stem = _cut(stem, _LONGEST_NAME)
    if stem.partition(".")[0].rstrip().upper() in WINDOWS_DEVICES:
        stem = f"_{stem}"
    return f"{stem}{dot}{extension}"


def _cut(text: str, limit: int) -> str:
    return text.encode("utf-8", "ignore")[:limit].decode("utf-8", "ignore")
