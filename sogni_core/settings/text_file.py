"""Reads files that people write, and says why one cannot be read."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NamedTuple


class TextFile(NamedTuple):
    """A text file, or why it cannot be read."""

    text: str
    """Empty if the file is missing or cannot be read. Without byte order mark."""
    reason: str = ""
    """Why it cannot be read, ``it is not UTF-8 text``, without its content; empty if it can, or is missing."""
    there: bool = True
    """Whether something of that name exists."""


def read_text(path: Path, largest: int) -> TextFile:
    """Read a regular file of at most ``largest`` bytes. Never raises: an exception could contain its content."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return TextFile("", "it is not a regular file")
        if found.st_size > largest:
            return TextFile("", f"it is larger than {_size(largest)}")
        return TextFile(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return TextFile("", there=False)
    except OSError as error:
        return TextFile("", (error.strerror or "it cannot be opened").lower())
    except UnicodeDecodeError:
        return TextFile("", "it is not UTF-8 text")
    except ValueError:
        return TextFile("", "its name is not valid")  # a NUL character


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"
