"""The record of the files that this program wrote to a folder, by which it recognises changed files."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from sogni_core.errors import ConfigError
from sogni_core.files import write_atomic
from sogni_core.text import quote_path

FILE = ".sogni-skill.json"
"""Name of the record in the folder."""

LARGEST = 1_000_000
"""Bytes. No file of this program is larger."""

_NAME = re.compile(r"(?:references/)?[A-Za-z0-9][A-Za-z0-9-]*(?:\.[a-z]+)+")
"""Pattern for the names of our files. A record with other names is refused, since files are deleted by it."""

_HASH = re.compile(r"[0-9a-f]{64}")

Hashes = Mapping[str, tuple[str, ...]]
"""Path in the folder to the SHA-256 of what was written; two while a file is being replaced."""


def digest(content: bytes) -> str:
    """Return the hash of a file's content."""
    return hashlib.sha256(content).hexdigest()


def read(folder: Path) -> Hashes:
    """Return the record of a folder, empty if there is none; raises INVALID_STATE if it is damaged."""
    path = folder / FILE
    try:
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST:
            return _checked(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        pass
    raise ConfigError(
        "INVALID_STATE",
        f"The record {quote_path(path)} was changed or damaged.",
        hint=f"Move {quote_path(folder)}, then install again.",
        details={"path": str(path)},
    )


def write(folder: Path, hashes: Hashes) -> None:
    """Write the record. Raises INVALID_STATE."""
    files = {name: list(known) for name, known in sorted(hashes.items())}
    write_atomic(folder / FILE, json.dumps({"version": 1, "files": files}, indent=2) + "\n", 0o644)


def _checked(said: object) -> Hashes:
    """Return the content of a record; raises ValueError if this program did not write it."""
    files = said.get("files") if isinstance(said, dict) and said.get("version") == 1 else None
    if not isinstance(files, dict):
        raise ValueError("no record")
    for name, known in files.items():
        if not _NAME.fullmatch(name) or not isinstance(known, list):
            raise ValueError("no record")
        if not all(isinstance(one, str) and _HASH.fullmatch(one) for one in known):
            raise ValueError("no record")
    return {name: tuple(known) for name, known in files.items()}
