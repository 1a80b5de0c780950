"""App ids: a small stored pool per account and endpoint, one leased to each process.

protocol: an app id names an installation, is stored and reused; the server keeps one live connection per
account and app id, closing the older one, and refuses an address that shows too many different ids in a
day. So two processes at once need two ids, and a process that starts later takes one that is free.

An id is the name of a file; who holds the file has the id. The system frees it however a process ends.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from pathlib import Path

from sogni_core._journal.locks import Hold, hold
from sogni_core.errors import ConfigError
from sogni_core.files import private_folder
from sogni_core.text import clean, quote_path

LARGEST_POOL = 64
"""Ids per account and endpoint; more processes at once would only earn a refusal by the server."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AppIdLease:
    """An app id that is this process's own until it is released or the process ends."""

    def __init__(self, app_id: str, held: Hold) -> None:
        self.app_id = app_id
        self._held = held

    def release(self) -> None:
        """Leave the id to the next process; a second call does nothing."""
        self._held.release()


def lease_app_id(state_dir: Path, account: str, endpoint: str, wanted: str | None = None) -> AppIdLease:
    """Lease a stored app id of ``account`` at ``endpoint``, or a new one if all are taken.

    ``wanted``: this one and no other, since what was sent on it can be taken over by its connection alone.

    Raises INVALID_STATE if the folder cannot be used or the pool is exhausted, or if ``wanted`` is no id of a pool;
    APP_ID_IN_USE if another process holds ``wanted``: it is still at work.
    """
    if wanted is not None and not _ID.fullmatch(wanted):
        raise ConfigError("INVALID_STATE", f"{clean(wanted, 80)} is no app id of this installation.")
    owner = hashlib.sha256(f"{account}\n{endpoint}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
    folder = private_folder(private_folder(private_folder(state_dir) / "app-ids") / owner)
    try:
        if wanted is not None:
            return _wanted(folder, wanted)
        known = sorted(entry.name for entry in folder.iterdir() if _ID.fullmatch(entry.name))
        for app_id in known:
            held = hold(folder / app_id)
            if held is not None:
                return AppIdLease(app_id, held)
        for _ in range(len(known), LARGEST_POOL):
            app_id = _new_id()
            held = hold(folder / app_id)
            # None: another process saw the new file first and took it; it is one of the pool now.
            if held is not None:
                return AppIdLease(app_id, held)
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(
            "INVALID_STATE", f"Cannot use {quote_path(folder)}: {clean(error)}.", details={"path": str(folder)}
        ) from error
    raise ConfigError(
        "INVALID_STATE",
        f"{LARGEST_POOL} processes use this account at once already.",
        hint="Wait for other sogni commands to end.",
        details={"path": str(folder)},
    )


def _wanted(folder: Path, app_id: str) -> AppIdLease:
    # Made anew if its file is gone: the service still knows the id.
    held = hold(folder / app_id)
    if held is None:
        raise ConfigError(
            "APP_ID_IN_USE",
            f"App id {app_id}, on which this was sent, is used by another process now.",
            details={"appId": app_id},
        )
    return AppIdLease(app_id, held)


def _new_id() -> str:
    import uuid

    return str(uuid.uuid4())
