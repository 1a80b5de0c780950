"""Files held by a process for as long as it lives.

The lock is SQLite's own on an empty file: exclusive, taken at once or not at all, on Linux, macOS and
Windows alike, and freed by the system however the process ends. Nothing is written. It costs a tenth of
a lock file library's import beside a journal that needs SQLite anyway, and unlike ``flock`` it is not
inherited by the children of a fork.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

_opening = threading.Lock()
"""POSIX drops a process's locks on a file when it closes any descriptor of it, so creating and locking are one."""


class Hold:
    """A file held by this process."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection

    def release(self) -> None:
        """Let it go; a second call does nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def hold(path: Path) -> Hold | None:
    """Hold a file, made if it is not there; None if somebody else holds it. Raises OSError, sqlite3.Error."""
    with _opening:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            # Else SQLite puts a rollback journal beside the file, for a change that is never made.
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
    """Whether a living process holds a file; False if it is not there. Raises sqlite3.Error."""
    if not path.exists():
        return False
    with _opening:
        try:
            # Read-only, so that nothing is made or changed by looking.
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        except sqlite3.OperationalError:
            if not path.exists():
                return False  # taken away between the two lines, which only its holder or a sweep does
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
