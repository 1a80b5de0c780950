"""Turns rows of the journal into records."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import datetime
from pathlib import Path
from typing import Any

from sogni_core._journal.entries import INTERRUPTED, RUNNING, Attempt, Run, Step
from sogni_core.result import Artifact


def read_runs(connection: sqlite3.Connection, where: str, parameters: tuple[Any, ...], gone: Set[str]) -> list[Run]:
    """Return the runs that ``where`` chooses, with steps and artifacts.

    ``gone``: owners whose process has died; their runs that have not ended are interrupted.
    """
    rows = _rows(connection, f"SELECT * FROM runs {where}", parameters)  # noqa: S608 - one of the journal's own clauses
    ids = [row["id"] for row in rows]
    steps = _steps(connection, ids)
    return [_run(row, tuple(steps[row["id"]]), gone) for row in rows]


def _steps(connection: sqlite3.Connection, runs: list[str]) -> dict[str, list[Step]]:
    artifacts: dict[tuple[str, str], list[Artifact]] = defaultdict(list)
    attempts: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    steps: dict[str, list[Step]] = defaultdict(list)
    charged: dict[str, dict[str, Any]] = {}
    for run_id in runs:
        for row in _rows(
            connection, "SELECT project_id, token, amount, source FROM charges WHERE run_id = ?", (run_id,)
        ):
            charged[row["project_id"]] = row
        for row in _rows(connection, "SELECT * FROM attempts WHERE run_id = ? ORDER BY key, number", (run_id,)):
            attempts[run_id, row["key"]].append(_attempt(row, _cost(row, charged)))
        for row in _rows(connection, "SELECT * FROM artifacts WHERE run_id = ? ORDER BY key, place", (run_id,)):
            artifacts[run_id, row["key"]].append(_artifact(row))
        for row in _rows(connection, "SELECT * FROM steps WHERE run_id = ? ORDER BY place", (run_id,)):
            key = row["key"]
            cost = _cost(row, charged)
            steps[run_id].append(_step(row, cost, tuple(artifacts[run_id, key]), tuple(attempts[run_id, key])))
    return steps


def _run(row: dict[str, Any], steps: tuple[Step, ...], gone: Set[str]) -> Run:
    state = row["state"]
    if state == RUNNING and row["owner"] in gone:
        state = INTERRUPTED
    return Run(
        id=row["id"],
        mode=row["mode"],
        workflow=row["workflow"],
        network=row["network"],
        account=row["account"],
        state=state,
        began=datetime.fromisoformat(row["began"]),
        request=json.loads(row["request"]),
        random_seed=row["random_seed"],
        ended=datetime.fromisoformat(row["ended"]) if row["ended"] else None,
        error_code=row["error_code"],
        warnings=tuple(json.loads(row["warnings"])),
        pid=row["pid"],
        owner=row["owner"],
        steps=steps,
        profile=row["profile"],
        labels=tuple(json.loads(row["labels"])),
        idempotency_key=row["idempotency_key"] or "",
        digest=row["digest"] or "",
    )


def _cost(row: dict[str, Any], charged: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    cost = {"token": row["cost_token"], "amount": row["cost_amount"], "usd": row["cost_usd"]}
    charge = charged.get(row["project_id"])
    if charge is not None and charge["amount"] is not None:
        cost |= {"token": charge["token"], "charged": float(charge["amount"]), "source": charge["source"]}
    return {name: value for name, value in cost.items() if value is not None} or None


def _attempt(row: dict[str, Any], cost: dict[str, Any] | None) -> Attempt:
    return Attempt(
        project_id=row["project_id"],
        state=row["state"],
        jobs=row["jobs"],
        outputs=row["outputs"],
        ended=datetime.fromisoformat(row["ended"]),
        app_id=row["app_id"],
        writes=row["writes"],
        error_code=row["error_code"],
        error_message=row["error_message"],
        cost=cost,
    )


def _step(
    row: dict[str, Any], cost: dict[str, Any] | None, artifacts: tuple[Artifact, ...], attempts: tuple[Attempt, ...]
) -> Step:
    return Step(
        key=row["key"],
        project_id=row["project_id"],
        project=json.loads(row["project"]),
        state=row["state"],
        began=datetime.fromisoformat(row["began"]),
        changed=datetime.fromisoformat(row["changed"]),
        app_id=row["app_id"],
        output=Path(row["output"]) if row["output"] else None,
        error_code=row["error_code"],
        error_message=row["error_message"],
        cost=cost,
        artifacts=artifacts,
        writes=row["writes"],
        found=json.loads(row["found"]) if row["found"] else None,
        indices=tuple(json.loads(row["indices"])) if row["indices"] else None,
        attempts=attempts,
    )


def _artifact(row: dict[str, Any]) -> Artifact:
    return Artifact(
        index=row["place"],
        content_type=row["content_type"],
        path=Path(row["path"]) if row["path"] else None,
        url=row["url"],
        size=row["size"],
        sha256=row["sha256"],
        width=row["width"],
        height=row["height"],
        seconds=row["seconds"],
        seed=row["seed"],
        labelled=bool(row["labelled"]),
    )


def _rows(connection: sqlite3.Connection, query: str, parameters: tuple[Any, ...]) -> list[dict[str, Any]]:
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
