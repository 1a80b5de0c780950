"""The places of files that runs are about to write, so that two processes never have one place.

One small SQLite file for all processes of an installation. A place is held for as long as the process that took it
lives (see ``presence``), so that a crash blocks nothing. A run keeps its places after that: ``resume`` finds them here.
Nothing in it is worth a wait for the disk: after a power cut, nobody holds a place.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sogni_core._journal.presence import Presence, is_present
from sogni_core.errors import ConfigError
from sogni_core.files import private_folder
from sogni_core.frozen import frozen
from sogni_core.text import clean, quote_path

_WAIT = 15.0
"""Seconds to wait for other processes; each locks the file for milliseconds."""

_TABLE = """
CREATE TABLE IF NOT EXISTS places (
    place TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    wanted TEXT NOT NULL,
    holder TEXT,
    run_id TEXT,
    sha256 TEXT
)
"""


@frozen
class KeptPlace:
    """A place of a run."""

    wanted: str
    """What the workflow asked for: a path, or the name of an output without one."""
    path: Path
    """Where it goes."""
    sha256: str = ""
    """Hex digest of the file that was made there; empty if none was, or if the journal has it."""


Held = Callable[[Path], bool]
"""Tells whether another run of a living process has a place."""


class Places:
    """The file of places; opened when first needed. Every method raises INVALID_STATE if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        """``folder``: the state folder of this installation."""
        self._path = folder / "places.db"
        self._presences = folder / "present"
        self._presence: Presence | None = None
        self._connection: sqlite3.Connection | None = None
        self._holders = 0

    def close(self) -> None:
        """Close the file; nobody holds the places of this process any more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        presence, self._presence = self._presence, None
        if presence is not None:
            presence.end()

    def new_holder(self) -> str:
        """Return the name of a run of this process, for the other methods."""
        if self._presence is None:
            private_folder(self._presences.parent)
            self._presence = Presence(self._presences)
        self._holders += 1
        return f"{self._presence.name}/{self._holders}"

    def take(self, holder: str, choose: Callable[[Held], Iterable[KeptPlace]], run_id: str | None = None) -> None:
        """Let ``choose`` name places, and hold them; no other process takes or releases any meanwhile.

        What ``choose`` raises is raised, and nothing is held then.
        """
        with self._writing() as connection:
            chosen = [
                (_key(place.path), str(place.path), place.wanted, holder, run_id, place.sha256 or None)
                for place in choose(lambda path: self._is_held(connection, path, holder))
            ]
            connection.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?)", chosen)

    def look(self, see: Callable[[Held], Iterable[KeptPlace]]) -> None:
        """As :meth:`take`, but hold nothing."""
        if not self._path.exists():
            list(see(lambda path: False))
            return
        with self._using() as connection:
            list(see(lambda path: self._is_held(connection, path, "")))

    def give(self, holder: str, run_id: str) -> None:
        """Note that the places of a holder belong to a run."""
        with self._writing() as connection:
            connection.execute("UPDATE places SET run_id = ? WHERE holder = ?", (run_id, holder))

    def note(self, path: Path, sha256: str) -> None:
        """Note the file that was made in a place."""
        with self._writing() as connection:
            connection.execute("UPDATE places SET sha256 = ? WHERE place = ?", (sha256, _key(path)))

    def release(self, holder: str, *, completed: bool) -> None:
        """Let others have the places. A run that is not completed keeps them in mind, others only what they made."""
        with self._writing() as connection:
            connection.execute(
                "DELETE FROM places WHERE holder = ? AND (run_id IS NULL OR (? AND sha256 IS NULL))",
                (holder, completed),
            )
            connection.execute("UPDATE places SET holder = NULL WHERE holder = ?", (holder,))

    def of_run(self, run_id: str) -> Mapping[str, KeptPlace]:
        """Return the places that a run still has, by what was wanted."""
        if not self._path.exists():
            return {}
        with self._using() as connection:
            rows = connection.execute("SELECT wanted, path, sha256 FROM places WHERE run_id = ?", (run_id,)).fetchall()
        return {wanted: KeptPlace(wanted, Path(path), digest or "") for wanted, path, digest in rows}

    def forget(self, run_ids: Iterable[str]) -> None:
        """Forget the places of runs that are gone, and those of processes that died before their run began."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM places WHERE run_id = ?", [(run_id,) for run_id in run_ids])
            loose = connection.execute("SELECT DISTINCT holder FROM places WHERE run_id IS NULL").fetchall()
            dead = [(holder,) for (holder,) in loose if not self._lives(holder)]
            connection.executemany("DELETE FROM places WHERE run_id IS NULL AND holder = ?", dead)

    def _is_held(self, connection: sqlite3.Connection, path: Path, holder: str) -> bool:
        row = connection.execute("SELECT holder FROM places WHERE place = ?", (_key(path),)).fetchone()
        return row is not None and row[0] not in (None, holder) and self._lives(row[0])

    def _lives(self, holder: str) -> bool:
        name = holder.partition("/")[0]
        if self._presence is not None and name == self._presence.name:
            return True
        return is_present(self._presences, name)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._connection is None:
                self._connection = self._open()
            yield self._connection
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror or "" if isinstance(error, OSError) else clean(error)
            text = f"Cannot use {quote_path(self._path)}: {(reason or 'it cannot be opened').lower()}."
            hint = None
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                hint = "Remove the file; it only notes which files are being written."
            raise ConfigError("INVALID_STATE", text, hint=hint, details={"path": str(self._path)}) from error

    def _open(self) -> sqlite3.Connection:
        private_folder(self._path.parent)
        connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            if os.name == "posix":
                self._path.chmod(0o600)
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_TABLE)
        except BaseException:
            connection.close()
            raise
        return connection


def _key(path: Path) -> str:
    """Return what is the same for two spellings of one place."""
    return os.path.normcase(os.path.realpath(path))
