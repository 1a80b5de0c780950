"""The page about JSON output names every field that is there, and none that is not."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from sogni_core._journal.journal import Journal
from sogni_core.settings import Paths
from tools.repository import ROOT

PAGE = ROOT / "docs/reference/json.md"
TABLE = re.compile(r"^<!-- json: (sogni [^\n]+?) -->\n\|[^\n]+\n\|[-|]+\n((?:\|[^\n]+\n)+)", re.MULTILINE)


def documented(rows: str) -> set[str]:
    return {name for row in rows.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def lists(rows: str) -> dict[str, set[str]]:
    """Fields that are lists of objects, and the fields of those."""
    found = {}
    for row in rows.splitlines():
        cells = row.split("|")
        begins = re.search(r"objects? (?:for each [\w ]+: |with )", cells[2])
        if begins:
            names = re.sub(r"\([^)]*\)", "", cells[2][begins.end() :])
            found[re.findall(r"`(\w+)`", cells[1])[0]] = set(re.findall(r"`(\w+)`", names))
    return found


def test_every_table_names_what_is_printed(
    sogni_cli: Any, devnet: Any, sogni_home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # The pages' account is the devnet's first; the password comes on standard input.
    owner = devnet.accounts[0]
    environ = {**devnet.environ, "SOGNI_MEDIA_INBOUND_DIR": str(tmp_path)}
    job = {"imgID": "A", "status": "jobCompleted", "seedUsed": 7}
    journal = Journal(sogni_home.journal)
    journal.note_found({"id": "P", "status": "completed", "completedWorkerJobs": [job]}, "wss://host", "me", "app")
    journal.close()
    tables = TABLE.findall(PAGE.read_text("utf-8"))
    assert len(tables) >= 15
    for command, rows in tables:
        argv = shlex.split(command.replace("your_username", owner.username))[1:]
        stdin = owner.password if "--password-stdin" in argv else ""
        printed = sogni_cli(*argv, environ=environ, stdin=stdin).json
        assert set(printed) - {"warnings"} == documented(rows) - {"warnings"}, command
        for name, fields in lists(rows).items():
            assert printed[name], command
            assert all(set(one) == fields for one in printed[name]), command
