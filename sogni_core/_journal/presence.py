"""Which processes are alive: each one that runs something holds a file, and a run names the file of its process.

A run that has not ended is *interrupted* once nobody holds that file. A process id would not be enough: ids are used
again, and looking one up differs between systems.
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
"""Seconds; the process of a younger file may be about to hold it."""


class Presence:
    """The file that shows that this process is alive."""

    def __init__(self, folder: Path) -> None:
        """Hold a new file in ``folder``, and remove the files of dead processes. Raises INVALID_STATE."""
        private_folder(folder)
        _sweep(folder)
        while True:
            self.name = f"{os.getpid()}-{os.urandom(6).hex()}"
            held = hold(folder / self.name)
            if held is not None:
                self._hold: Hold = held
                return

    def end(self) -> None:
        """Release and remove the file."""
        self._hold.release()
        with suppress(OSError):
            self._hold.path.unlink(missing_ok=True)


def is_present(folder: Path, name: str) -> bool:
    """Tell whether a living process holds the file ``name``."""
    return is_held(folder / name)


def _sweep(folder: Path) -> None:
    before = time.time() - _SWEPT_AFTER
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _NAME.fullmatch(entry.name):
                continue
            # What cannot be removed now will be removed next time; nothing depends on it.
            with suppress(OSError, sqlite3.Error):
                if entry.stat().st_mtime < before and not is_held(Path(entry.path)):
                    Path(entry.path).unlink(missing_ok=True)
