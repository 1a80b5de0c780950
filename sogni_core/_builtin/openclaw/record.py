"""What this program wrote into a folder, kept there: by it a file of ours is told from one that somebody changed."""

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
"""Bytes; nothing of ours has so many."""

_NAME = re.compile(r"(?:references/)?[A-Za-z0-9][A-Za-z0-9-]*(?:\.[a-z]+)+")
"""What a file of ours can be called. A record that says otherwise is not believed: files are removed by it."""

_HASH = re.compile(r"[0-9a-f]{64}")

Hashes = Mapping[str, tuple[str, ...]]
"""Name below the folder to the SHA-256 of what was written; two while a file is being replaced."""


def digest(content: bytes) -> str:
    """Return the hash of a file's content."""
    return hashlib.sha256(content).hexdigest()


def read(folder: Path) -> Hashes:
    """Return what was written into a folder; nothing if there is no record. Raises INVALID_STATE if it is damaged."""
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
        f"{quote_path(path)} does not say what was written here: it was changed or damaged.",
        hint=f"Move {quote_path(folder)} away, then install again.",
        details={"path": str(path)},
    )


def write(folder: Path, hashes: Hashes) -> None:
    """Write the record. Raises INVALID_STATE."""
    files = {name: list(known) for name, known in sorted(hashes.items())}
    write_atomic(folder / FILE, json.dumps({"version": 1, "files": files}, indent=2) + "\n", 0o644)


def _checked(said: object) -> Hashes:
    """Return a record's content; raises ValueError if it is not what this program writes."""
    files = said.get("files") if isinstance(said, dict) and said.get("version") == 1 else None
    if not isinstance(files, dict):
        raise ValueError("no record")
    for name, known in files.items():
        if not _NAME.fullmatch(name) or not isinstance(known, list):
            raise ValueError("no record")
        if not all(isinstance(one, str) and _HASH.fullmatch(one) for one in known):
            raise ValueError("no record")
    return {name: tuple(known) for name, known in files.items()}
