"""Projects that a network told of on its own: kept with their step or by themselves, never lost to a later word."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sogni_core._engine.run_history import found_project_of
from sogni_core._journal.journal import Journal
from sogni_core._journal.tables import MIGRATIONS
from sogni_core._protocol.events import JobFinished, ProjectCompleted
from sogni_core._protocol.state import ProjectState
from sogni_core.errors import ConfigError
from sogni_core.history import FoundJob

BEGAN = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
WHERE = ("wss://socket.example.test", "me", "app-1")


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "state" / "journal.db", clock=Hand())
    yield found
    found.close()


def step(journal: Journal, project_id: str = P) -> str:
    run_id = journal.begin_run("image", "image", {}, "fast", "me", 1, BEGAN)
    journal.begin_step(run_id, "main", project_id, {"model": "m"})
    return run_id


def told(name: str = P, status: str = "completed", *jobs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": name.lower(), "status": status, "model": {"id": "m", "type": "image"}, "workerJobs": [], **fields} | {
        "completedWorkerJobs": list(jobs)
    }


def job(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": "x", "imgID": name, "status": "jobCompleted", "seedUsed": 7, "reason": "jobCompleted", **fields}


def encoded(request: object) -> str:
    return base64.b64encode(json.dumps(request).encode()).decode()


def test_a_project_that_nobody_knows_is_kept_by_itself(journal: Journal) -> None:
    request = {"jobID": P, "keyFrames": [{"positivePrompt": "a cat"}]}
    filtered = job("b", triggeredNSFWFilter=True, seedUsed=None)
    project = told(P, "completed", job("a", worker={"username": "w"}, resultUrl="https://x.test/secret"), filtered)
    journal.note_found(project | {"clientRequestData": encoded(request)}, *WHERE)
    (found,) = journal.found()
    assert (found.project_id, found.endpoint, found.account, found.app_id) == (P, *WHERE)
    assert (found.status, found.ended, found.model, found.request) == ("completed", True, "m", request)
    assert found.jobs == (
        FoundJob("A", "jobCompleted", 7, withheld=False, completed=True),
        FoundJob("B", "jobCompleted", None, withheld=True, completed=True),
    )
    assert (found.prompt, found_project_of(found).outputs) == ("a cat", 1)
    assert found.first == found.last == BEGAN + timedelta(seconds=1)
    assert "secret" not in json.dumps(dict(found.project))


def test_what_is_kept_tells_a_state_machine_everything(journal: Journal) -> None:
    journal.note_found(told(P, "completed", job("a", jobIndex=0)), *WHERE)
    state = ProjectState(P, 1)
    assert state.adopt(journal.found()[0].project) == [JobFinished(0, "A", 7), ProjectCompleted()]


def test_a_project_of_a_step_is_kept_with_it_and_leaves_its_state(journal: Journal) -> None:
    run_id = step(journal)
    journal.mark_step(run_id, "main", "sending")
    journal.note_found(told(P, "completed", job("a")), *WHERE)
    kept = journal.run(run_id).step("main")
    assert kept is not None
    assert kept.state == "sending"
    assert kept.found is not None
    assert (kept.found["id"], kept.found["status"]) == (P, "completed")
    assert kept.found["workerJobs"][0]["imgID"] == "A"
    assert journal.found() == []


@pytest.mark.parametrize("with_step", [True, False])
def test_an_end_is_not_forgotten_for_a_late_word(journal: Journal, with_step: bool) -> None:
    run_id = step(journal) if with_step else ""

    def status() -> str:
        if not with_step:
            return journal.found()[0].status
        kept = journal.run(run_id).step("main")
        assert kept is not None
        assert kept.found is not None
        return str(kept.found["status"])

    for said, kept in (("active", "active"), ("queued", "queued"), ("completed", "completed"), ("active", "completed")):
        journal.note_found(told(P, said), *WHERE)
        assert status() == kept
    journal.note_found(told(P, "errored"), *WHERE)
    assert status() == "errored"


def test_a_later_word_keeps_when_it_was_first_told_and_what_began_it(journal: Journal) -> None:
    journal.note_found(told(P, "active", clientRequestData=encoded({"jobID": P})), *WHERE)
    journal.note_found(told(P, "completed"), *WHERE)
    (found,) = journal.found()
    assert found.request == {"jobID": P}
    assert found.last - found.first == timedelta(seconds=1)


def test_those_told_of_last_come_first(journal: Journal) -> None:
    for name in ("a", "b", "c"):
        journal.note_found(told(name, "active"), *WHERE)
    journal.note_found(told("a", "completed"), *WHERE)
    assert [found.project_id for found in journal.found()] == ["A", "C", "B"]
    assert [found.project_id for found in journal.found(2)] == ["A", "C"]
    assert journal.found(0) == journal.found(-1) == []


@pytest.mark.parametrize("odd", [{}, {"id": 5}, {"id": ""}, {"id": "x" * 1000}])
def test_what_has_no_id_is_nothing(journal: Journal, odd: dict[str, Any]) -> None:
    journal.note_found(odd, *WHERE)
    assert journal.found() == []


@pytest.mark.parametrize("data", [None, 5, "", "!", "////", encoded([1]), encoded("x"), "W1" * 10_000, "QQ" * 10**6])
def test_a_request_that_does_not_read_is_none(journal: Journal, data: object) -> None:
    journal.note_found(told(P, "active", clientRequestData=data), *WHERE)
    assert journal.found()[0].request is None


def test_hostile_text_is_cleaned(journal: Journal) -> None:
    hostile = "\x1b[31mred\u202e\ud800" + "x" * 10_000
    bad = job("a", status=hostile, reason=hostile, seedUsed="nine", jobIndex=hostile)
    journal.note_found({**told(P, hostile, bad), "model": {"id": hostile}, "reason": hostile}, *WHERE)
    (found,) = journal.found()
    text = json.dumps(dict(found.project))
    assert "\x1b" not in text
    assert "\\u" not in text.replace("\\u2026", "")
    assert len(text) < 2000
    assert not found.ended


def test_a_safe_word_is_withheld_whatever_the_filter(journal: Journal) -> None:
    request = encoded({"disableSafety": True})
    jobs = (
        job("a", status="jobError", reason="sensitiveContent"),
        job("b", triggeredNSFWFilter=True),
        job("c", triggeredNSFWFilter=True, nsfwDetected=True),
    )
    journal.note_found(told(P, "completed", *jobs, clientRequestData=request), *WHERE)
    assert [one.withheld for one in journal.found()[0].jobs] == [True, False, False]


def test_nothing_is_made_for_a_look(journal: Journal) -> None:
    assert journal.found() == []
    assert not journal.path.exists()


def test_a_damaged_journal_is_told(journal: Journal) -> None:
    journal.path.parent.mkdir()
    journal.path.write_bytes(b"this is no database" * 100)
    for call in (journal.found, lambda: journal.note_found(told(), *WHERE)):
        with pytest.raises(ConfigError):
            call()


def test_writes_are_counted(journal: Journal) -> None:
    run_id = step(journal)

    def writes() -> int:
        kept = journal.run(run_id).step("main")
        assert kept is not None
        return kept.writes

    seen = []
    for state in ("prepared", "sending", "sent", "sending", "sent", "completed"):
        journal.mark_step(run_id, "main", state)
        seen.append(writes())
    assert seen == [0, 1, 1, 2, 2, 2]


def test_a_journal_of_the_first_version_is_brought_up(journal: Journal) -> None:
    journal.path.parent.mkdir()
    connection = sqlite3.connect(journal.path)
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    run = (
        "20261123-101530-aaaa",
        "image",
        "image",
        "fast",
        "me",
        "running",
        "{}",
        1,
        BEGAN.isoformat(),
        "[]",
        "1-x",
        1,
    )
    connection.execute(
        "INSERT INTO runs"
        " (id, mode, workflow, network, account, state, request, random_seed, began, warnings, owner, pid)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        run,
    )
    for place, state in enumerate(("prepared", "sending", "sent", "completed")):
        row = (run[0], state, place, f"P{place}", "{}", state, None, None, BEGAN.isoformat(), BEGAN.isoformat())
        connection.execute(
            "INSERT INTO steps (run_id, key, place, project_id, project, state, app_id, output, began, changed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    connection.execute(
        "INSERT INTO artifacts VALUES (?, 'completed', 0, 'image/png', NULL, NULL, 1, '', 2, 3, 4, 0)", (run[0],)
    )
    connection.commit()
    connection.close()
    kept = journal.run(run[0])
    assert [(one.state, one.writes, one.found) for one in kept.steps] == [
        ("prepared", 0, None),
        ("sending", 1, None),
        ("sent", 1, None),
        ("completed", 1, None),
    ]
    (artifact,) = kept.steps[3].artifacts
    assert (artifact.width, artifact.height, artifact.seed, artifact.labelled, artifact.seconds) == (2, 3, 4, False, 0)
    journal.note_found(told("P1", "completed"), *WHERE)
    assert journal.run(run[0]).steps[1].found is not None
    with closing(sqlite3.connect(journal.path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()
    assert version == (len(MIGRATIONS),)
    before = journal.path.with_name("journal.db.v1")
    assert os.name == "nt" or stat.S_IMODE(before.stat().st_mode) == 0o600
    with closing(sqlite3.connect(before)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM steps").fetchone() == (4,)
    assert [path.name for path in journal.path.parent.glob("*.part")] == []


def test_earlier_projects_of_a_step_are_kept(journal: Journal) -> None:
    run_id = journal.begin_run("image", "image", {}, "fast", "me", 1, BEGAN)
    journal.begin_step(run_id, "main", "P1", {"count": 4})
    journal.mark_step(run_id, "main", "sending", app_id="a")
    journal.mark_step(run_id, "main", "partial", cost={"token": "spark", "amount": 0.4})
    journal.renew_step(run_id, "main", "P2", {"count": 4}, indices=(2, 3))
    journal.mark_step(run_id, "main", "sending")
    journal.mark_step(run_id, "main", "partial", cost={"token": "spark", "amount": 0.2})
    journal.renew_step(run_id, "main", "P3", {"count": 4}, indices=(3,))
    (step,) = journal.run(run_id).steps
    assert (step.project_id, step.state, step.indices, step.writes, step.cost) == ("P3", "prepared", (3,), 0, None)
    assert [(one.project_id, one.state, one.jobs, one.outputs, one.cost) for one in step.attempts] == [
        ("P1", "partial", 4, 2, {"token": "spark", "amount": 0.4}),
        ("P2", "partial", 2, 1, {"token": "spark", "amount": 0.2}),
    ]
    journal.note_found(told("P1", "completed"), *WHERE)
    assert journal.found() == [], "it is known"
    journal.renew_step(run_id, "main", "P4", {"count": 4}, indices=(3,))
    assert len(journal.run(run_id).steps[0].attempts) == 2, "P3 was never sent"
