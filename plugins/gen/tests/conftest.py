"""``sogni-gen`` in this process against a devnet: one devnet for a module, a home and a folder for each case."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.accounts import Account
from sogni_devnet.balance import Balance, Purse
from sogni_devnet.log import Entry
from sogni_devnet.server import Devnet, default_accounts
from sogni_devnet.settings import DevnetSettings

from sogni_core.settings.paths import Paths
from sogni_core.testing.command_line import FLAT_PROGRAM, Called, call
from sogni_core.testing.isolation import environment

from .materials import provide
from .rows import Refused, Sent, fits, in_order, part_of

RICH, POOR, MODEST, EQUALS = range(4)
"""Accounts of the devnet: with funds, without, with half a SPARK, and one whose password has an equals sign."""

AREA = re.compile(r"gen/tests/test_(\w+)\.py::")


class Stage:
    """The program, the folder it is called in, its home, and the Supernet it speaks to."""

    def __init__(self, devnet: Devnet, folder: Path, home: Paths) -> None:
        self.devnet, self.folder, self.home = devnet, folder, home
        self.called = Called(-1, "", "")
        self._before = 0

    def call(
        self,
        argv: str | Sequence[str],
        *,
        config: Mapping[str, Any] | None = None,
        account: int | None = RICH,
        environ: Mapping[str, str] | None = None,
    ) -> Called:
        """Call the program; files that are named are there. ``account`` None: no credentials in the environment.

        ``argv``: arguments, or a command line as a shell reads it. ``config`` is put into OpenClaw's file, so that
        the call is no OpenClaw run.
        """
        words = _words(argv)
        provide(self.folder, words)
        self._before = len(self.devnet.requests)
        whole = {**os.environ, **self.devnet.environ}
        if account is None:
            del whole["SOGNI_API_KEY"]
        else:
            whole["SOGNI_API_KEY"] = self.devnet.accounts[account].api_key
        if config is not None:
            path = self.home.credentials.parent / "openclaw-of-the-test.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"plugins": {"entries": {"sogni-gen": {"enabled": True, "config": config}}}}))
            whole["OPENCLAW_CONFIG_PATH"] = str(path)
        with environment({**whole, **(environ or {})}):
            self.called = call(words, program=FLAT_PROGRAM)
        return self.called

    @property
    def requests(self) -> list[Entry]:
        """What the last call sent."""
        return self.devnet.requests[self._before :]

    @property
    def projects(self) -> list[dict[str, Any]]:
        """The payloads of the projects that the last call sent."""
        return [entry.payload for entry in self.requests if entry.type == "jobRequest"]

    @property
    def frames(self) -> list[dict[str, Any]]:
        """Their key frames."""
        return [project["keyFrames"][0] for project in self.projects]

    @property
    def uploads(self) -> dict[str, Path]:
        """Where the devnet keeps what the last call uploaded, by slot."""
        ids = {project["jobID"] for project in self.projects}
        return {file.slot: file.path for file in self.devnet.files if file.slot and file.project in ids}

    @property
    def json(self) -> dict[str, Any]:
        """The one object, on one line, that the last call wrote to stdout."""
        assert self.called.stdout.count("\n") == 1 and self.called.stdout.endswith("\n"), self.called
        return self.called.json

    @property
    def lines(self) -> list[str]:
        """What the last call wrote to stderr."""
        return self.called.stderr.splitlines()

    def succeed(self, argv: str | Sequence[str], **more: Any) -> dict[str, Any]:
        """Call with ``--json``; return the object of a success."""
        called = self.call(["--json", *_words(argv)], **more)
        assert called.exit_code == 0, called
        found = self.json
        assert found["success"] is True
        return found

    def fail(self, argv: str | Sequence[str], **more: Any) -> dict[str, Any]:
        """Call with ``--json``; return the object of a failure."""
        called = self.call(["--json", *_words(argv)], **more)
        assert called.exit_code == 1, called
        found = self.json
        assert found["success"] is False
        assert not [line for line in self.lines if line.startswith(("Error:", "Hint:"))], "prose belongs to text"
        return found

    def refuse(self, row: Refused, *, text: bool = False) -> None:
        """Assert that a call is refused with the row's error, as JSON and perhaps as text too, and nothing is sent."""
        found = self.fail(row.words, config=row.config)
        assert fits(found["error"], row.error), found["error"]
        assert found["errorCode"] == row.code
        if row.details is not None:
            part_of(row.details, found["errorDetails"])
        if row.hint is not None:
            assert fits(found["hint"], row.hint), found
        assert self.requests == []
        if not text:
            return
        called = self.call(row.words, config=row.config)
        assert (called.exit_code, called.stdout) == (1, ""), called
        said = [line for line in self.lines if line.startswith(("Error: ", "Hint: "))]
        wanted = [f"Error: {found['error']}", *([f"Hint: {found['hint']}"] if found.get("hint") else [])]
        assert "\n".join(said) == "\n".join(wanted), called.stderr
        assert self.requests == []

    def send(self, row: Sent) -> None:
        """Assert that a call sends what the row says."""
        self.devnet.faults.add("insufficient_funds", times=None)
        found = self.fail(row.words, config=row.config)
        assert len(self.projects) == row.count
        unknown = f"Model {self.frames[0]['modelID']} is not available on this network"
        assert found["error"] in {"Debit Error: Insufficient funds", unknown}
        part_of(row.frame, self.frames[0])
        part_of(row.project, self.projects[0])
        assert in_order(row.lines, self.lines), self.called.stderr
        if row.context:
            part_of(row.context, found["context"])

    def keep_last_render(self, text: str | Mapping[str, Any]) -> None:
        """Write the file of the last render."""
        path = self.home.last_render
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")

    @property
    def last_render(self) -> dict[str, Any]:
        """What is kept of the last render."""
        found: dict[str, Any] = json.loads(self.home.last_render.read_text("utf-8"))
        return found


def _words(argv: str | Sequence[str]) -> Sequence[str]:
    return shlex.split(argv) if isinstance(argv, str) else argv


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a test works in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def supernet() -> Iterator[Devnet]:
    """A devnet that makes plain pictures at once."""
    settings = DevnetSettings(seconds_per_image=0, seconds_per_clip=0, pictures="plain", spark=1e8, sogni=1e8)
    modest = Account.fresh("devnet-modest", spark=0.5, sogni=0.5)
    equals = Account(
        "devnet-equals", 'pa=ss"word', "devnet-equals-key", Balance(Purse(Decimal(1000)), Purse(Decimal(1000)))
    )
    with Devnet(settings, accounts=[*default_accounts(settings), modest, equals]) as running:
        yield running


@pytest.fixture
def stage(supernet: Devnet, folder: Path, sogni_home: Paths) -> Iterator[Stage]:
    yield Stage(supernet, folder, sogni_home)
    supernet.faults.clear()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many cases of each area ran, and how many of them passed."""
    seen: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            area = AREA.match(report.nodeid.replace(os.sep, "/"))
            if area is not None and (report.when == "call" or outcome == "error"):
                seen[area[1]] += 1
                good[area[1]] += outcome == "passed"
    if seen:
        terminalreporter.section("cases of sogni-gen by area")
        for area in sorted(seen):
            terminalreporter.write_line(f"{area.replace('_', ' '):<24} {good[area]:>4} of {seen[area]}")
        terminalreporter.write_line(f"{'all':<24} {good.total():>4} of {seen.total()}")
