"""Files that people write, read with the reason why one cannot be read."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NamedTuple


class TextFile(NamedTuple):
    """What reading gave."""

    text: str
    """Empty if the file is not there or cannot be read. A byte order mark is left out."""
    reason: str = ""
    """Why it cannot be read, ``it is not UTF-8 text``; empty if it can, or is not there. Nothing of its content."""
    there: bool = True
    """Whether there is something of that name."""


def read_text(path: Path, largest: int) -> TextFile:
    """Read a regular file of at most ``largest`` bytes. Raises nothing, since an error would carry its bytes."""
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
