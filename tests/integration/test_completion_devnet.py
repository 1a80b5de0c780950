"""What a partial run costs in the end, by the devnet's own ledger."""

from __future__ import annotations

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

    def call(*argv: str) -> Called:
        called: Called = sogni_cli(*argv, "--json", environ=devnet.environ)
        return called

    return call


ARGV = ("image", "a cat", "-w", "256", "-h", "256", "-o", "cat.png", "-n", "4")


def spent(devnet: Devnet) -> Decimal:
    return Decimal(1000) - devnet.accounts[0].balance.spark.net


def test_a_partial_run_costs_what_its_outputs_cost(sogni: Sogni, devnet: Devnet, tmp_path: Path) -> None:
    assert sogni(*ARGV[:6], "-o", "one.png").exit_code == 0
    one = begun = spent(devnet)
    devnet.faults.add("partial_failure")
    first = sogni(*ARGV)
    assert (first.exit_code, first.json["errorCode"], len(first.json["localPaths"])) == (8, "PARTIAL", 3)
    assert first.json["hint"] == "What is listed was saved; sogni resume RUN renders only the rest."
    before = spent(devnet)
    again = sogni("resume", first.json["runId"])
    assert (again.exit_code, len(again.json["localPaths"])) == (0, 4)
    assert spent(devnet) - before == one
    assert len(list(tmp_path.glob("cat-*.png"))) == 4
    assert sogni("resume", first.json["runId"]).json["localPaths"] == again.json["localPaths"]
    assert spent(devnet) - before == one, "a second resume buys nothing"
    assert Decimal(str(again.json["cost"]["estimated"])) == spent(devnet) - begun, "what was charged, the failure too"
    (step,) = sogni("show", first.json["runId"]).json["steps"]
    assert [(one["state"], one["jobs"], one["outputs"]) for one in step["attempts"]] == [("partial", 4, 3)]


def test_a_time_limit_for_resuming(sogni: Sogni, devnet: Devnet) -> None:
    devnet.faults.add("partial_failure")
    run = sogni(*ARGV).json["runId"]
    assert sogni("resume", run, "-t", "0").exit_code == 2
    assert sogni("resume", run, "-t", "120").exit_code == 0
