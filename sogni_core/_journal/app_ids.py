"""App ids: a small stored pool for each account and endpoint, from which each process leases one.

protocol: an app id names an installation, and is stored and used again. The server keeps one connection per account and
app id, closes the older one, and refuses an address that shows too many different ids in a day. So two processes at the
same time need two ids, and a process that starts later takes one that is free.

An id is the name of a file; the process that holds the file has the id. The system frees it however the process ends.
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
"""Ids per account and endpoint; the server would refuse more processes at the same time."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AppIdLease:
    """An app id that belongs to this process until it is released or the process ends."""

    def __init__(self, app_id: str, held: Hold) -> None:
        self.app_id = app_id
        self._held = held

    def release(self) -> None:
        """Give the id back; a second call does nothing."""
        self._held.release()


def lease_app_id(state_dir: Path, account: str, endpoint: str, wanted: str | None = None) -> AppIdLease:
    """Lease a stored app id of ``account`` at ``endpoint``, or a new one if all are taken.

    ``wanted``: lease this id and no other, because only its connection can take over what was sent on it.

    Raises INVALID_STATE if the folder cannot be used, the pool is exhausted, or ``wanted`` is not an id of a pool;
    APP_ID_IN_USE if another process holds ``wanted``.
    """
    if wanted is not None and not _ID.fullmatch(wanted):
        raise ConfigError("INVALID_STATE", f"{clean(wanted, 80)} is not an app id of this installation.")
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
            # None: another process saw the new file first and took it; it belongs to the pool now.
            if held is not None:
                return AppIdLease(app_id, held)
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(
            "INVALID_STATE", f"Cannot use {quote_path(folder)}: {clean(error)}.", details={"path": str(folder)}
        ) from error
    raise ConfigError(
        "INVALID_STATE",
        f"{LARGEST_POOL} processes already use this account.",
        hint="Wait for other sogni commands to end.",
        details={"path": str(folder)},
    )


def _wanted(folder: Path, app_id: str) -> AppIdLease:
    # The file is made again if it is gone: the service still knows the id.
    held = hold(folder / app_id)
    if held is None:
        raise ConfigError(
            "APP_ID_IN_USE",
            f"Another process uses app id {app_id}, on which this was sent.",
            details={"appId": app_id},
        )
    return AppIdLease(app_id, held)


def _new_id() -> str:
    import uuid

    return str(uuid.uuid4())
