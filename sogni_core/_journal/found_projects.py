"""Rows of what a network named without being asked: projects of earlier runs, and of other programs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sogni_core._journal.entries import FoundProject
from sogni_core._protocol import recovery, results
from sogni_core._protocol.failures import SENSITIVE
from sogni_core._protocol.values import items, record, text
from sogni_core.history import FoundJob


def note_found(
    connection: sqlite3.Connection,
    kept: Mapping[str, Any],
    where: tuple[str, str, str],
    request: Mapping[str, Any] | None,
    now: str,
) -> None:
    """Keep a project as :func:`recovery.keep` gives it; ``where`` is endpoint, account and app id."""
    project_id, ended = kept["id"], recovery.has_ended(kept)
    step = connection.execute("SELECT found FROM steps WHERE project_id = ?", (project_id,)).fetchone()
    if step is not None:
        if ended or not (step[0] and recovery.has_ended(json.loads(step[0]))):
            connection.execute("UPDATE steps SET found = ? WHERE project_id = ?", (_json(kept), project_id))
        return
    if connection.execute("SELECT 1 FROM attempts WHERE project_id = ?", (project_id,)).fetchone():
        return  # an earlier project of a step, whose outputs were collected while it was the step's
    connection.execute(
        "INSERT INTO found (project_id, endpoint, account, app_id, ended, project, request, first, last)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (project_id) DO UPDATE SET ended = excluded.ended, project = excluded.project,"
        " request = coalesce(excluded.request, request), last = excluded.last"
        " WHERE excluded.ended >= found.ended",
        (project_id, *where, ended, _json(kept), None if request is None else _json(request), now, now),
    )


def read_found(connection: sqlite3.Connection, limit: int) -> list[FoundProject]:
    """Return the projects that no step knows, those named last first."""
    cursor = connection.execute(
        "SELECT project_id, endpoint, account, app_id, ended, project, request, first, last FROM found"
        " ORDER BY last DESC, rowid DESC LIMIT ?",
        (limit,),
    )
    return [_found(*row) for row in cursor]


def _found(
    project_id: str,
    endpoint: str,
    account: str,
    app_id: str,
    ended: int,
    project: str,
    request: str | None,
    first: str,
    last: str,
) -> FoundProject:
    told = json.loads(project)
    asked = json.loads(request) if request else None
    safety_filter = record(asked).get("disableSafety") is not True
    return FoundProject(
        project_id=project_id,
        endpoint=endpoint,
        account=account,
        app_id=app_id,
        status=told.get("status", ""),
        ended=bool(ended),
        model=told.get("model", {}).get("id", ""),
        prompt=_prompt(asked),
        jobs=tuple(
            FoundJob(
                job["imgID"],
                job.get("status", ""),
                job.get("seedUsed"),
                _is_withheld(job, safety_filter),
                recovery.is_completed(job),
            )
            for job in told["workerJobs"]
        ),
        project=told,
        request=asked,
        first=datetime.fromisoformat(first),
        last=datetime.fromisoformat(last),
    )


def _prompt(asked: object) -> str:
    frames = items(record(asked).get("keyFrames"))
    return text(record(frames[0]).get("positivePrompt"), 200) if frames else ""


def _is_withheld(job: Mapping[str, Any], safety_filter: bool) -> bool:
    return job.get("reason") == SENSITIVE or results.is_withheld(job, safety_filter=safety_filter)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
