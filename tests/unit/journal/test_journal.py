from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sogni_core._journal.entries import Run
from sogni_core._journal.journal import Journal
from sogni_core._journal.tables import MIGRATIONS
from sogni_core.errors import ConfigError, InputError, PluginError, ServiceError
from sogni_core.result import Artifact

BEGAN = datetime(2026, 11, 23, 10, 15, 30, 123456, UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "state" / "journal.db")
    yield found
    found.close()


def begin(journal: Journal, began: datetime = BEGAN) -> str:
    return journal.begin_run("image", "image", {"prompt": "a cat"}, "devnet", "me", 7, began)


def test_nothing_is_made_before_it_is_needed(journal: Journal) -> None:
    assert journal.runs() == []
    with pytest.raises(InputError):
        journal.run("20261123")
    assert not journal.path.parent.exists()


def test_a_run_with_its_steps_and_artifacts_comes_back(journal: Journal, tmp_path: Path) -> None:
    run_id = begin(journal)
    assert re.fullmatch(r"20261123-101530-[2-9a-z]{4}", run_id)
    assert journal.run(run_id).state == "running"
    output = tmp_path / "cat.png"
    journal.begin_step(run_id, "main", "P1", {"model": "m", "path": output}, app_id="app", output=output)
    step = journal.run(run_id).step("main")
    assert step is not None
    assert (step.state, step.project_id, step.project, step.app_id, step.output) == (
        "prepared",
        "P1",
        {"model": "m", "path": str(output)},
        "app",
        output,
    )
    journal.mark_step(run_id, "main", "sending")
    journal.mark_step(run_id, "main", "sent", cost={"token": "spark", "amount": 1.5, "usd": 0.01})
    artifact = Artifact(0, "image/png", output, "https://files.test/x", 10, "ab" * 32, 64, 40, 4294967295, True, 2.5)
    journal.add_artifact(run_id, "main", Artifact(0, "image/png"))
    journal.add_artifact(run_id, "main", artifact)
    journal.add_artifact(run_id, "main", Artifact(1, "image/png"))
    journal.mark_step(run_id, "main", "partial", error=ServiceError("JOB_FAILED", "worker \x1b[31mfailed"))
    journal.finish_run(run_id, "partial", error_code="PARTIAL", warnings=["one", "two"])
    run = journal.run(run_id)
    assert isinstance(run, Run)
    assert (run.mode, run.workflow, run.network, run.account, run.random_seed) == ("image", "image", "devnet", "me", 7)
    assert (run.state, run.error_code, run.warnings, run.request) == (
        "partial",
        "PARTIAL",
        ("one", "two"),
        {"prompt": "a cat"},
    )
    assert run.began == BEGAN.replace(microsecond=123000)
    assert run.ended is not None
    assert run.pid == os.getpid()
    step = run.step("main")
    assert step is not None
    assert step.artifacts == (artifact, Artifact(1, "image/png"))
    assert step.cost == {"token": "spark", "amount": 1.5, "usd": 0.01}
    assert (step.state, step.error_code, step.error_message) == ("partial", "JOB_FAILED", "worker failed")
    assert run.step("other") is None


def test_steps_are_in_order_and_their_keys_unique_within_the_run(journal: Journal) -> None:
    first, second = begin(journal), begin(journal)
    for place, key in enumerate(("b", "a", "c")):
        journal.begin_step(first, key, f"P{place}", {})
    journal.begin_step(second, "a", "P9", {})
    assert [step.key for step in journal.run(first).steps] == ["b", "a", "c"]
    with pytest.raises(PluginError) as raised:
        journal.begin_step(first, "a", "P10", {})
    assert raised.value.code == "PLUGIN_HOOK"
    assert [step.project_id for step in journal.run(first).steps] == ["P0", "P1", "P2"]


def test_the_newest_runs_come_first(journal: Journal) -> None:
    ids = [begin(journal, BEGAN + timedelta(seconds=second)) for second in (2, 0, 1, 1)]
    assert [run.id for run in journal.runs()] == [ids[0], ids[3], ids[2], ids[1]]
    assert [run.id for run in journal.runs(limit=1)] == [ids[0]]
    assert journal.runs(limit=0) == journal.runs(limit=-1) == []


def test_times_are_utc(journal: Journal) -> None:
    run_id = begin(journal, BEGAN.astimezone(timezone(timedelta(hours=9))))
    assert run_id.startswith("20261123-101530-")
    assert journal.run(run_id).began.utcoffset() == timedelta(0)


def test_a_run_is_found_by_the_beginning_of_its_id(journal: Journal) -> None:
    first, second = begin(journal), begin(journal, BEGAN + timedelta(days=1))
    assert journal.run(first[:10]).id == first
    assert journal.run(second[:-1]).id == second
    for unknown in ("", "%", "2026_", "20261123-101530-zzzzz", "x\x1b[31m"):
        with pytest.raises(InputError) as raised:
            journal.run(unknown)
        assert raised.value.code == "UNKNOWN_RUN"
        assert "\x1b" not in raised.value.message
    with pytest.raises(InputError) as raised:
        journal.run("2026")
    assert raised.value.details["among"] == [second, first]
    assert raised.value.message == f"2026 matches 2 runs: {second}, {first}"


def test_unknown_runs_and_steps(journal: Journal) -> None:
    run_id = begin(journal)
    calls = (
        lambda: journal.finish_run("x", "completed"),
        lambda: journal.begin_step("x", "a", "P", {}),
        lambda: journal.mark_step(run_id, "a", "sent"),
        lambda: journal.add_artifact(run_id, "a", Artifact(0, "image/png")),
        lambda: journal.run("x"),
    )
    for call in calls:
        with pytest.raises(InputError) as raised:
            call()
        assert raised.value.code == "UNKNOWN_RUN"
    with pytest.raises(ValueError, match="not a state"):
        journal.mark_step(run_id, "a", "done")
    assert journal.run(run_id).steps == ()


def test_what_is_not_given_stays(journal: Journal) -> None:
    run_id = begin(journal)
    journal.begin_step(run_id, "a", "P", {}, app_id="app")
    cost = {"token": "sogni", "amount": 2}
    journal.mark_step(run_id, "a", "failed", error=ServiceError("JOB_FAILED", "x"), cost=cost)
    journal.mark_step(run_id, "a", "completed")
    step = journal.run(run_id).step("a")
    assert step is not None
    assert (step.error_code, step.cost, step.app_id) == ("JOB_FAILED", {"token": "sogni", "amount": 2.0}, "app")


def test_a_second_journal_sees_the_same(journal: Journal) -> None:
    run_id = begin(journal)
    other = Journal(journal.path)
    assert other.run(run_id) == journal.run(run_id)
    assert other.run(run_id).state == "running"
    other.close()


def test_a_run_without_an_end_is_interrupted_once_its_journal_is_closed(journal: Journal) -> None:
    run_id, ended = begin(journal), begin(journal)
    journal.finish_run(ended, "completed")
    journal.close()
    assert journal.run(run_id).state == "interrupted"
    assert journal.run(ended).state == "completed"
    again = begin(journal)
    assert journal.run(again).state == "running"


def test_files_are_private(journal: Journal) -> None:
    if os.name != "posix":
        return
    before = os.umask(0)
    try:
        begin(journal)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in journal.path.parent.rglob("*")}
    assert {mode for name, mode in modes.items() if name != "present"} == {0o600}
    assert modes["present"] == 0o700
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    journal.close()
    journal.path.chmod(0o644)
    journal.runs()
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_the_file_is_in_write_ahead_mode(journal: Journal) -> None:
    begin(journal)
    with closing(sqlite3.connect(journal.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def unusable(journal: Journal) -> ConfigError:
    found = []
    for call in (journal.runs, lambda: begin(journal)):
        with pytest.raises(ConfigError) as raised:
            call()
        found.append(raised.value)
        journal.close()
    assert {error.code for error in found} == {"INVALID_STATE"}
    return found[0]


def test_a_journal_of_a_later_version_is_left_alone(journal: Journal) -> None:
    begin(journal)
    journal.close()
    connection = sqlite3.connect(journal.path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = journal.path.read_bytes()
    error = unusable(journal)
    assert "later version" in error.message
    assert "Update sogni-core" in str(error.hint)
    assert journal.path.read_bytes() == before


def test_a_damaged_journal_is_told(journal: Journal) -> None:
    journal.path.parent.mkdir()
    journal.path.write_bytes(b"this is no database" * 100)
    error = unusable(journal)
    assert "damaged" in error.message
    assert str(journal.path) in error.message


def test_a_journal_with_damaged_pages_is_told(journal: Journal) -> None:
    for _ in range(50):
        begin(journal)
    journal.close()
    data = bytearray(journal.path.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    journal.path.write_bytes(data)
    with pytest.raises(ConfigError) as raised:
        journal.runs()
    assert "damaged" in raised.value.message


def test_a_folder_in_its_place_and_a_file_in_its_folders_place(tmp_path: Path) -> None:
    (tmp_path / "journal.db").mkdir()
    unusable(Journal(tmp_path / "journal.db"))
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as raised:
        begin(Journal(tmp_path / "file" / "journal.db"))
    assert raised.value.code == "INVALID_STATE"


def test_a_failed_transaction_leaves_nothing_and_the_journal_goes_on(journal: Journal) -> None:
    run_id = begin(journal)
    journal.begin_step(run_id, "a", "P", {})
    with pytest.raises(sqlite3.IntegrityError):
        journal.begin_step(run_id, "b", "P", {})
    with pytest.raises(InputError):
        journal.add_artifact(run_id, "c", Artifact(0, "image/png"))
    journal.begin_step(run_id, "b", "P2", {})
    assert [step.key for step in journal.run(run_id).steps] == ["a", "b"]


def test_a_file_that_exists_but_is_empty_becomes_a_journal(journal: Journal) -> None:
    journal.path.parent.mkdir()
    journal.path.touch()
    assert journal.runs() == []
    begin(journal)


def test_a_step_between_prepared_and_sent_survives_a_kill(journal: Journal) -> None:
    code = (
        "import os, signal, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from sogni_core._journal.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "run = journal.begin_run('image', 'image', {'prompt': 'a'}, 'fast', None, 1, datetime.now(UTC))\n"
        "journal.begin_step(run, 'a', 'PROJECT', {'model': 'm'})\n"
        "journal.mark_step(run, 'a', 'sending')\n"
        "print(run, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(journal.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        alive = journal.run(run_id)
        process.kill()
    assert alive.state == "running"
    dead = journal.run(run_id)
    assert (dead.state, dead.pid) == ("interrupted", process.pid)
    step = dead.step("a")
    assert step is not None
    assert (step.project_id, step.state, step.project) == ("PROJECT", "sending", {"model": "m"})
    assert begin(journal)


def test_many_processes_write_while_others_read(journal: Journal) -> None:
    code = (
        "import json, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from sogni_core._journal.journal import Journal\n"
        "from sogni_core.result import Artifact\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "ids = []\n"
        "for n in range(10):\n"
        "    run = journal.begin_run('image', 'image', {}, 'fast', None, 1, datetime.now(UTC))\n"
        "    for key in 'ab':\n"
        "        journal.begin_step(run, key, f'{run}/{key}', {})\n"
        "        journal.mark_step(run, key, 'sent')\n"
        "        journal.add_artifact(run, key, Artifact(0, 'image/png'))\n"
        "        journal.mark_step(run, key, 'completed')\n"
        "    journal.finish_run(run, 'completed')\n"
        "    ids.append(run)\n"
        "journal.close()\n"
        "print(json.dumps(ids))\n"
    )
    command = [sys.executable, "-c", code, str(journal.path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    looks = 0
    while any(process.poll() is None for process in processes):
        for run in journal.runs(limit=5):
            assert run.state in {"running", "completed"}
            assert run.state == "running" or len(run.steps) == 2
        looks += 1
    written = []
    for process in processes:
        assert process.stdout is not None
        written += json.loads(process.stdout.read())
        process.stdout.close()
        assert process.wait() == 0
    runs = journal.runs(limit=1000)
    assert looks
    assert sorted(run.id for run in runs) == sorted(written)
    assert len(set(written)) == 60
    assert {(run.state, len(run.steps), run.steps[0].state) for run in runs} == {("completed", 2, "completed")}
    assert not list((journal.path.parent / "present").iterdir())


def test_what_may_cost_money_waits_for_the_disk_and_what_leads_up_to_it_need_not(tmp_path: Path) -> None:
    opened: list[sqlite3.Connection] = []

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        opened.append(sqlite3.connect(*args, **options))
        return opened[-1]

    journal = Journal(tmp_path / "state" / "journal.db", connect=connect)
    run_id = begin(journal)

    def waits() -> bool:
        return bool(opened[0].execute("PRAGMA synchronous").fetchone() == (2,))

    journal.begin_step(run_id, "main", "P1", {})
    assert not waits()
    journal.mark_step(run_id, "main", "sending")
    assert waits()
    journal.mark_step(run_id, "main", "sent")
    assert not waits()
    journal.finish_run(run_id, "completed")
    assert waits()
    journal.close()
