"""What ``sogni costs`` says is what the devnet charged, by its own ledger, whatever became of the runs."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.testing.command_line import Called

Sogni = Callable[..., Called]


@pytest.fixture
def sogni(sogni_cli: Any, devnet: Devnet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sogni:
    monkeypatch.chdir(tmp_path)

    def call(*argv: str, **environ: str) -> Called:
        called: Called = sogni_cli(*argv, environ={**devnet.environ, **environ})
        return called

    return call


IMAGE = ("image", "-w", "256", "-h", "256", "--json")


def spent(devnet: Devnet) -> Decimal:
    return Decimal(1000) - devnet.accounts[0].balance.spark.net


def told(sogni: Sogni) -> tuple[Decimal, float]:
    (total,) = sogni("costs", "--json").json["totals"]
    return Decimal(str(total["amount"])), total["uncertain"]


STORIES: dict[str, tuple[str, ...]] = {
    "it works": (),
    "a job fails": ("job_error",),
    "one of three fails": ("partial_failure",),
    "the project fails": ("project_error",),
    "it is withheld": ("withheld",),
    "it is never done": ("never_starts",),
    "the worker is silent": ("silent_worker",),
    "it is lost with its connection": ("drop_after_request",),
    "its download fails": ("download_failed times=9",),
}


SLOW = ("it is never done", "the worker is silent", "its download fails")


@pytest.mark.parametrize("story", [pytest.param(one, marks=[pytest.mark.slow] * (one in SLOW)) for one in STORIES])
def test_costs_are_what_the_devnet_charged(sogni: Sogni, devnet: Devnet, story: str) -> None:
    assert sogni(*IMAGE, "before").exit_code == 0
    for fault in STORIES[story]:
        devnet.faults.add(*fault.split()[:1], **dict(part.split("=") for part in fault.split()[1:]))
    count = ("-n", "3") if story.startswith("one") else ()
    quick = ("-t", "2", "--queue-timeout", "2") if "never" in story or "silent" in story else ()
    sogni(*IMAGE, "a cat", *count, *quick)
    assert told(sogni) == (spent(devnet), 0)
    devnet.faults.clear()
    run = sogni("runs", "--json", "-n", "1").json["runs"][0]
    sogni("resume", run["runId"], "--json")
    assert told(sogni) == (spent(devnet), 0)


def test_a_refused_project_is_on_record_and_cost_nothing(sogni: Sogni, devnet: Devnet) -> None:
    poor = {"SOGNI_API_KEY": devnet.accounts[1].api_key}
    assert sogni(*IMAGE, "a cat", "-n", "16", **poor).json["errorCode"] == "INSUFFICIENT_BALANCE"
    assert sogni("costs", "--json", **poor).json["totals"][0]["amount"] == 0
    (charge,) = csv.DictReader(io.StringIO(sogni("costs", "--csv", **poor).stdout))
    assert (charge["source"], charge["amount"]) == ("none", "0")


def test_without_the_network_prices_count_and_that_is_said(sogni: Sogni, devnet: Devnet) -> None:
    assert sogni(*IMAGE, "a cat", "--label", "agent-3").exit_code == 0
    called = sogni("costs", "--by", "label", SOGNI_REST_URL="http://127.0.0.1:9")
    assert called.exit_code == 0
    assert called.stdout.splitlines() == ["agent-3  0.025 spark, 1 project, 0.025 not confirmed",
                                          "Total    0.025 spark, 1 project, 0.025 not confirmed"]  # fmt: skip
    assert "Some charges are not confirmed" in called.stderr
    assert sogni("costs", "--by", "label").stdout.splitlines()[0] == "agent-3  0.025 spark, 1 project"


def test_csv(sogni: Sogni) -> None:
    assert sogni(*IMAGE, "a cat", "--label", "a", "--label", "b").exit_code == 0
    (row,) = csv.DictReader(io.StringIO(sogni("costs", "--csv").stdout))
    assert (row["mode"], row["labels"], row["amount"], row["source"]) == ("image", "a b", "0.025", "actual")


def test_since(sogni: Sogni) -> None:
    assert sogni("costs").stdout == "No costs yet.\n"
    assert sogni(*IMAGE, "a cat").exit_code == 0
    assert sogni("costs", "--since", "7d", "--json").json["totals"]
    assert not sogni("costs", "--since", "0m", "--json").json["totals"]
    for wrong in ("yesterday", "2999-01-01", "7y"):
        called = sogni("costs", "--since", wrong, "--json")
        assert (called.exit_code, called.json["field"]) == (2, "since")


def test_what_is_left_is_said(sogni: Sogni, devnet: Devnet) -> None:
    called = sogni("image", "a cat", "-w", "256", "-h", "256")
    assert called.stderr.splitlines()[-1] == "Cost: 0.025 spark, 999.975 left"


def crowd(devnet: Devnet, folder: Path, *argvs: list[str], **environ: str) -> list[dict[str, Any]]:
    """Run processes at once, and return their JSON."""
    from sogni_core.testing.isolation import isolated_environ

    whole = {**isolated_environ(folder / "home"), **devnet.environ, **environ}
    script = [sys.executable, "-m", "sogni_core"]
    running = [
        subprocess.Popen([*script, *argv], cwd=folder, env=whole, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for argv in argvs
    ]
    return [json.loads(process.communicate()[0]) for process in running]


@pytest.mark.slow
def test_ten_processes_with_one_limit(start_devnet: Callable[..., Devnet], tmp_path: Path) -> None:
    devnet = start_devnet(seconds_per_image=0.5)
    argvs = [[*IMAGE, f"cat {number}"] for number in range(10)]
    ends = crowd(devnet, tmp_path, *argvs, SOGNI_LIMITS__DAY="0.1")
    assert sum(end["success"] for end in ends) == 4
    assert {end["errorCode"] for end in ends if not end["success"]} == {"LIMIT_REACHED"}
    assert spent(devnet) == Decimal("0.1")


@pytest.mark.slow
def test_ten_processes_with_one_key(start_devnet: Callable[..., Devnet], tmp_path: Path) -> None:
    devnet = start_devnet(seconds_per_image=0.5)
    ends = crowd(devnet, tmp_path, *[[*IMAGE, "a cat", "-o", "cat.png"]] * 10, SOGNI_IDEMPOTENCY_KEY="k")
    assert all(end["success"] for end in ends), ends
    assert len({end["runId"] for end in ends}) == 1
    assert spent(devnet) == Decimal("0.025")
