"""Takes over runs whose process has died, and gives steps a new project."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
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
    connection: sqlite3.Connection,
    run_id: str,
    key: str,
    project_id: str,
    project: str,
    output: Path | None,
    indices: Sequence[int] | None,
    now: str,
) -> sqlite3.Cursor:
    """Give a step a new project, for all of its outputs or for those in ``indices``; the old one becomes an attempt.

    One that was never sent is forgotten: it cost nothing, and nobody knows it.
    """
    connection.execute(_KEEP_ATTEMPT, (_MANY if indices is None else len(indices), now, run_id, key))
    return connection.execute(
        "UPDATE steps SET project_id = ?, project = ?, state = 'prepared', output = ?, changed = ?, error_code = NULL,"
        " error_message = NULL, app_id = NULL, writes = 0, found = NULL, cost_token = NULL, cost_amount = NULL,"
        " cost_usd = NULL, indices = ? WHERE run_id = ? AND key = ?",
        (
            project_id,
            project,
            str(output) if output is not None else None,
            now,
            json.dumps([*indices]) if indices is not None else None,
            run_id,
            key,
        ),
    )


_KEEP_ATTEMPT = """
INSERT INTO attempts (run_id, key, number, project_id, state, app_id, writes, jobs, outputs, error_code, error_message,
                      cost_token, cost_amount, cost_usd, ended)
SELECT run_id, key, (SELECT count(*) FROM attempts a WHERE a.run_id = s.run_id AND a.key = s.key), project_id, state,
       app_id, writes, jobs, max(0, jobs - ?), error_code, error_message, cost_token, cost_amount, cost_usd, ?
FROM (SELECT *, coalesce(json_array_length(indices), json_extract(project, '$.count'), 1) AS jobs FROM steps) s
WHERE run_id = ? AND key = ? AND writes > 0
"""
"""Makes an attempt of a step's project; its parameters are the number of missing outputs, the time, run and key."""

_MANY = 1 << 30
"""More outputs than any project has: it had none of them."""
