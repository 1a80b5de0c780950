"""Files that a process holds as long as it lives.

The lock is SQLite's own, on an empty file: exclusive, taken at once or not at all, the same on Linux, macOS and
Windows, and freed by the system however the process ends. Nothing is written. The journal needs SQLite anyway, so this
costs a tenth of importing a lock file library, and unlike ``flock`` it is not inherited by the children of a fork.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

_opening = threading.Lock()
"""POSIX drops a process's locks on a file when it closes any descriptor of it, so creating and locking belong
together."""


class Hold:
    """A file that this process holds."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection

    def release(self) -> None:
        """Release the file; a second call does nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def hold(path: Path) -> Hold | None:
    """Hold a file, which is made if missing; None if another holder has it. Raises OSError, sqlite3.Error."""
    with _opening:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            # Otherwise SQLite would make a rollback journal for a change that is never made.
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if _busy(error):
                return None
            raise
        except BaseException:
            connection.close()
            raise
    return Hold(path, connection)


def is_held(path: Path) -> bool:
    """Tell whether a living process holds a file; False if there is no file. Raises sqlite3.Error."""
    if not path.exists():
        return False
    with _opening:
        try:
            # Read-only, so that looking changes nothing.
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        except sqlite3.OperationalError:
            if not path.exists():
                return False  # removed between the two lines, by its holder or a sweep
            raise
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if _busy(error):
                return True
            if not path.exists():
                return False
            raise
        finally:
            connection.close()
    return False


def _busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
