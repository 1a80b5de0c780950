"""The journal's tables, as migrations from each version to the next."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

_CHARGE = """
INSERT OR IGNORE INTO charges
    (project_id, run_id, step, mode, model, network, account, profile, labels, token, quote, usd, amount, source, sent)
SELECT p.project_id, r.id, p.key, r.mode, coalesce(json_extract(s.project, '$.model'), ''), r.network,
    coalesce(r.account, ''), '', '[]', coalesce(p.cost_token, json_extract(s.project, '$.token_type'), 'spark'),
    p.cost_amount, p.cost_usd, CASE WHEN p.state IN ('completed', 'withheld') THEN p.cost_amount END,
    CASE WHEN p.state IN ('completed', 'withheld') THEN 'quote'
         WHEN p.state IN ('sending', 'sent', 'running', 'unknown') THEN 'open' ELSE 'estimate' END,
    r.began
"""

_CHARGES_OF_STEPS = (
    f"{_CHARGE} FROM steps p JOIN steps s ON s.run_id = p.run_id AND s.key = p.key"
    " JOIN runs r ON r.id = p.run_id WHERE p.writes > 0"
)
_CHARGES_OF_ATTEMPTS = (
    f"{_CHARGE} FROM attempts p JOIN steps s ON s.run_id = p.run_id AND s.key = p.key JOIN runs r ON r.id = p.run_id"
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            mode TEXT NOT NULL,
            workflow TEXT NOT NULL,
            network TEXT NOT NULL,
            account TEXT,
            state TEXT NOT NULL,
            request TEXT NOT NULL,
            random_seed INTEGER NOT NULL,
            began TEXT NOT NULL,
            ended TEXT,
            error_code TEXT,
            warnings TEXT NOT NULL DEFAULT '[]',
            owner TEXT NOT NULL,
            pid INTEGER NOT NULL
        )
        """,
        "CREATE INDEX runs_by_time ON runs (began, id)",
        """
        CREATE TABLE steps (
            run_id TEXT NOT NULL REFERENCES runs (id),
            key TEXT NOT NULL,
            place INTEGER NOT NULL,
            project_id TEXT NOT NULL UNIQUE,
            project TEXT NOT NULL,
            state TEXT NOT NULL,
            app_id TEXT,
            output TEXT,
            began TEXT NOT NULL,
            changed TEXT NOT NULL,
            error_code TEXT,
            error_message TEXT,
            cost_token TEXT,
            cost_amount REAL,
            cost_usd REAL,
            PRIMARY KEY (run_id, key)
        )
        """,
        """
        CREATE TABLE artifacts (
            run_id TEXT NOT NULL,
            key TEXT NOT NULL,
            place INTEGER NOT NULL,
            content_type TEXT NOT NULL,
            path TEXT,
            url TEXT,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            seed INTEGER,
            labelled INTEGER NOT NULL,
            PRIMARY KEY (run_id, key, place),
            FOREIGN KEY (run_id, key) REFERENCES steps (run_id, key)
        )
        """,
    ),
    (
        "ALTER TABLE steps ADD COLUMN writes INTEGER NOT NULL DEFAULT 0",
        "UPDATE steps SET writes = 1 WHERE state <> 'prepared'",
        "ALTER TABLE steps ADD COLUMN found TEXT",
        "ALTER TABLE artifacts ADD COLUMN seconds REAL NOT NULL DEFAULT 0",
        """
        CREATE TABLE found (
            project_id TEXT PRIMARY KEY,
            endpoint TEXT NOT NULL,
            account TEXT NOT NULL,
            app_id TEXT NOT NULL,
            ended INTEGER NOT NULL,
            project TEXT NOT NULL,
            request TEXT,
            first TEXT NOT NULL,
            last TEXT NOT NULL
        )
        """,
        "CREATE INDEX found_by_time ON found (last)",
    ),
    (
        """
        CREATE TABLE attempts (
            run_id TEXT NOT NULL,
            key TEXT NOT NULL,
            number INTEGER NOT NULL,
            project_id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL,
            app_id TEXT,
            writes INTEGER NOT NULL,
            jobs INTEGER NOT NULL,
            outputs INTEGER NOT NULL,
            error_code TEXT,
            error_message TEXT,
            cost_token TEXT,
            cost_amount REAL,
            cost_usd REAL,
            ended TEXT NOT NULL,
            PRIMARY KEY (run_id, key, number),
            FOREIGN KEY (run_id, key) REFERENCES steps (run_id, key)
        )
        """,
        "ALTER TABLE steps ADD COLUMN indices TEXT",
    ),
    (
        "ALTER TABLE runs ADD COLUMN profile TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN labels TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE runs ADD COLUMN idempotency_key TEXT",
        "ALTER TABLE runs ADD COLUMN digest TEXT",
        "CREATE UNIQUE INDEX runs_by_key ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL",
        "CREATE INDEX runs_by_digest ON runs (digest, began) WHERE digest IS NOT NULL",
        """
        CREATE TABLE reservations (
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            token TEXT NOT NULL,
            amount TEXT NOT NULL,
            PRIMARY KEY (run_id, token)
        )
        """,
        # Without references: what was paid stays on record when a run is deleted. Amounts are decimals, as text.
        """
        CREATE TABLE charges (
            project_id TEXT PRIMARY KEY,
            run_id TEXT NOT NULL,
            step TEXT NOT NULL,
            mode TEXT NOT NULL,
            model TEXT NOT NULL,
            network TEXT NOT NULL,
            account TEXT NOT NULL,
            profile TEXT NOT NULL,
            labels TEXT NOT NULL,
            token TEXT NOT NULL,
            quote TEXT,
            usd TEXT,
            amount TEXT,
            source TEXT NOT NULL,
            payment TEXT NOT NULL DEFAULT '',
            sent TEXT NOT NULL
        )
        """,
        "CREATE INDEX charges_by_time ON charges (sent)",
        "CREATE INDEX charges_by_run ON charges (run_id)",
        _CHARGES_OF_STEPS,
        _CHARGES_OF_ATTEMPTS,
    ),
)
"""Statements by version; the first entry turns an empty file into version 1. Entries are never changed."""


class NewerVersion(Exception):
    """A later version of this program wrote the file; it was not changed."""


def prepare(connection: sqlite3.Connection, wait: float, keep: Callable[[sqlite3.Connection, int], None]) -> bool:
    """Migrate a file to the current version, and set the options of the connection. ``wait`` in seconds.

    ``keep``: called with the version of a file of an earlier version, before it is changed. Returns whether the file
    has a write-ahead log.
    """
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise NewerVersion(version)
    ahead = _use_write_ahead_log(connection, wait)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    if version == len(MIGRATIONS):
        return ahead
    if version:
        keep(connection, version)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it first.
        for statements in MIGRATIONS[_version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return ahead


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _use_write_ahead_log(connection: sqlite3.Connection, wait: float) -> bool:
    """Switch to write-ahead mode, so that readers never wait for writers; False if the file system cannot have it."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return True
    until = time.monotonic() + wait
    while True:
        try:
            return bool(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal")
        except sqlite3.OperationalError as error:
            # SQLite does not wait by itself here while others open the same new file.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.005)
