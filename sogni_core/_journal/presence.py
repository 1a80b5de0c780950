"""Who is alive: each process that runs something holds one file, and a run names the file of its process.

A run that never ended is *interrupted* once nobody holds that file. A process id alone would not do: it
is reused, and looking one up differs on every system.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from sogni_core._journal.locks import Hold, hold, is_held
from sogni_core.files import private_folder

_NAME = re.compile(r"\d+-[0-9a-f]{12}")

_SWEPT_AFTER = 3600.0
"""Seconds; a younger file may be one that its process is about to hold."""


class Presence:
    """The sign of life of this process."""

    def __init__(self, folder: Path) -> None:
        """Hold a new file in ``folder``, and take away those of processes that died. Raises INVALID_STATE."""
        private_folder(folder)
        _sweep(folder)
        while True:
            self.name = f"{os.getpid()}-{os.urandom(6).hex()}"
            held = hold(folder / self.name)
            if held is not None:
                self._hold: Hold = held
                return

    def end(self) -> None:
        """Let go and take the file away."""
        self._hold.release()
        with suppress(OSError):
            self._hold.path.unlink(missing_ok=True)


def is_present(folder: Path, name: str) -> bool:
    """Whether the process that holds the file ``name`` lives."""
    return is_held(folder / name)


def _sweep(folder: Path) -> None:
    before = time.time() - _SWEPT_AFTER
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _NAME.fullmatch(entry.name):
                continue
            # What cannot be looked at or taken away now will be next time; nothing depends on it.
            with suppress(OSError, sqlite3.Error):
                if entry.stat().st_mtime < before and not is_held(Path(entry.path)):
                    Path(entry.path).unlink(missing_ok=True)
