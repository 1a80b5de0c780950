"""Takes over runs whose process has died, and gives steps a new project."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sogni_core._journal.entries import RUNNING
from sogni_core.errors import InputError


def take_over(
    connection: sqlite3.Connection, run_id: str, owner: str, is_present: Callable[[str], bool], *, mine: str
) -> bool:
    """Make this process the owner of a run; False if there is no such run.

    ``owner``: the owner when the run was read. Raises RUN_ACTIVE if a process, this one included, works on it. Of two
    processes that resume at the same time only one gets it, since this is one transaction.
    """
    row = connection.execute("SELECT owner, state FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        return False
    now_owned_by, state = row
    if now_owned_by != owner or (state == RUNNING and is_present(owner)):
        raise InputError("RUN_ACTIVE", f"Another process is working on run {run_id}.", details={"runId": run_id})
    connection.execute(
        "UPDATE runs SET state = ?, owner = ?, pid = ?, ended = NULL, error_code = NULL WHERE id = ?",
        (RUNNING, mine, os.getpid(), run_id),
    )
    return True


def renew(
    connection: sqlite3.Connection, run_id: str, key: str, project_id: str, project: str, output: Path | None, now: str
) -> sqlite3.Cursor:
    """Give a step that failed or was cancelled a new project; the old one's id and error are deleted."""
    return connection.execute(
        "UPDATE steps SET project_id = ?, project = ?, state = 'prepared', output = ?, changed = ?, error_code = NULL,"
        " error_message = NULL, app_id = NULL, writes = 0, found = NULL WHERE run_id = ? AND key = ?",
        (project_id, project, str(output) if output is not None else None, now, run_id, key),
    )
