"""The SQLite file of the journal: opened when first needed, read and written in transactions, its errors translated."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sogni_core._journal.tables import NewerVersion, prepare
from sogni_core.errors import ConfigError
from sogni_core.files import private_folder
from sogni_core.text import clean, quote_path

_WAIT = 15.0
"""Seconds to wait for other writers; each locks the file for milliseconds."""


class Database:
    """One SQLite file, usable from any thread, with one connection.

    Every method raises INVALID_STATE if the file cannot be used: no permission, disk full, damaged, or written by a
    later version.
    """

    def __init__(self, path: Path, connect: Callable[..., sqlite3.Connection] = sqlite3.connect) -> None:
        """Prepare the file ``path``; nothing is read or made yet. ``connect`` opens it."""
        self.path = path
        self._connect = connect
        self.lock = threading.RLock()
        """Held by the thread that uses the file."""
        self._connection: sqlite3.Connection | None = None
        self._ahead = False
        """Whether the file has a write-ahead log."""
        self._synchronous = ""
        """How the open connection waits for the disk; empty if it was not set yet."""

    @property
    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def close(self) -> None:
        """Close the file; it is opened again when needed."""
        with self.lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection, outside of a transaction; other threads wait."""
        with self.lock, self._translated():
            yield self._open()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection in one transaction, which changes nothing."""
        with self.using() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Yield the connection in one transaction; ``durable``: it is on the disk before this returns."""
        with self.using() as connection:
            # Without a write-ahead log every transaction waits: NORMAL could damage the file.
            self._synchronise(connection, "FULL" if durable or not self._ahead else "NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    def _synchronise(self, connection: sqlite3.Connection, how: str) -> None:
        if how != self._synchronous:
            connection.execute(f"PRAGMA synchronous = {how}")
            self._synchronous = how

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            private_folder(self.path.parent)
            # SQLite would leave the mode to the umask. The files that it makes next to this one get the same mode.
            try:
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            except FileExistsError:
                if os.name == "posix" and self.path.stat().st_mode & 0o077:
                    self.path.chmod(0o600)
            connection = self._connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            try:
                self._ahead = prepare(connection, _WAIT, self._keep)
            except BaseException:
                connection.close()
                raise
            self._connection, self._synchronous = connection, ""
        return self._connection

    def _keep(self, connection: sqlite3.Connection, version: int) -> None:
        """Copy the file of an earlier version beside it, for the program that wrote it; an earlier copy stays."""
        place = self.path.with_name(f"{self.path.name}.v{version}")
        if place.exists():
            return
        part = place.with_name(f"{place.name}.{os.getpid()}.part")
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
        try:
            copy = sqlite3.connect(part)
            try:
                connection.backup(copy)
            finally:
                copy.close()
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except NewerVersion as error:
            raise self._unusable(
                f"a later version of sogni-core wrote it (version {error} of its tables)",
                "Update sogni-core, or set SOGNI_STATE_DIR to another folder.",
            ) from None
        except sqlite3.IntegrityError:
            raise  # a violated rule between tables is a bug here, not a damaged file
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # missing where Python's module itself refuses
            if code not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise self._unusable(clean(error), None) from error
            raise self._unusable("it is damaged", "Move the file away to begin a new journal.") from error
        except OSError as error:
            raise self._unusable((error.strerror or "it cannot be opened").lower(), None) from error

    def _unusable(self, reason: str, hint: str | None) -> ConfigError:
        message = f"Cannot use the journal {quote_path(self.path)}: {reason}."
        return ConfigError("INVALID_STATE", message, hint=hint, details={"path": str(self.path)})
