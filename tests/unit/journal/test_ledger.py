"""Reservations and charges: no limit is passed, however many processes spend, die and go on."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from sogni_core._journal.journal import Journal
from sogni_core._journal.ledger import ExceededError, Limit
from sogni_core._journal.tables import MIGRATIONS
from sogni_core._journal.terms import KeyTakenError, Terms
from sogni_core.costs import report
from sogni_core.errors import MoneyError, ServiceError

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
DAY = Limit("limits.day", Decimal(10), "period", NOW - timedelta(hours=24), networks=("fast", "relaxed"))
RUN = Limit("limits.run", Decimal(4), "run", networks=("fast", "relaxed"))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    found = Journal(tmp_path / "journal.db", clock=clock)
    yield found
    found.close()


def begin(journal: Journal, cost: str = "3", *limits: Limit, network: str = "fast", **terms: object) -> str:
    costs = (("spark", Decimal(cost)),)
    whole = Terms(limits=limits or (DAY,), costs=costs, **terms)  # type: ignore[arg-type]
    return journal.begin_run("image", "text", {}, network, "me", 1, NOW, terms=whole)


def send(journal: Journal, run: str, cost: str = "3", key: str = "image") -> str:
    project = f"{run}-{key}"
    journal.begin_step(run, key, project, {"model": "m", "token_type": "spark", "count": 2})
    journal.mark_step(run, key, "sending", cost={"token": "spark", "amount": float(cost), "usd": 0.01})
    return project


def test_what_is_reserved_counts_while_its_process_lives(journal: Journal, tmp_path: Path) -> None:
    other = Journal(tmp_path / "journal.db")
    begin(other, "8")
    with pytest.raises(ExceededError) as caught:
        begin(journal, "3")
    excess = caught.value.excess
    assert (excess.limit.name, excess.wanted, excess.spent, excess.reserved) == (
        "limits.day",
        Decimal(3),
        Decimal(0),
        Decimal(8),
    )
    assert len(journal.runs()) == 1, "a run that is refused is not in the journal"
    other.close()
    begin(journal, "3")


def test_charges_count_instead_of_what_was_reserved_for_them(journal: Journal, tmp_path: Path) -> None:
    other = Journal(tmp_path / "journal.db")
    run = begin(other, "8")
    send(other, run, "5")
    other.mark_step(run, "image", "completed")
    begin(journal, "2")
    with pytest.raises(ExceededError):
        begin(journal, "0.01")
    other.finish_run(run, "completed")
    begin(journal, "3")
    other.close()


def test_what_may_have_been_sent_counts_after_its_process_died(journal: Journal, tmp_path: Path) -> None:
    other = Journal(tmp_path / "journal.db")
    send(other, begin(other, "8"), "5")
    other.close()
    begin(journal, "5")
    with pytest.raises(ExceededError):
        begin(journal, "0.01")


def test_a_refused_project_costs_nothing_and_a_confirmed_charge_stays(journal: Journal) -> None:
    run = begin(journal, "6")
    refused, failed = send(journal, run, "3", "a"), send(journal, run, "3", "b")
    journal.mark_step(run, "a", "failed", error=MoneyError("INSUFFICIENT_BALANCE", "no"))
    journal.mark_step(run, "b", "failed", error=ServiceError("JOB_FAILED", "no"))
    found = {charge.project_id: charge for charge in journal.ledger.charges()}
    assert [(str(found[one].source), found[one].most) for one in (refused, failed)] == [
        ("none", Decimal(0)),
        ("estimate", Decimal(3)),
    ]
    journal.ledger.confirm(failed, Decimal("0.75"), payment="paid_spark")
    journal.mark_step(run, "b", "partial")
    again = journal.ledger.of_run(run)[1]
    assert (again.source, again.amount, again.payment) == ("actual", Decimal("0.75"), "paid_spark")
    assert journal.ledger.spent(run, "spark") == Decimal("0.75")


def test_limits_of_a_run_a_label_a_profile_and_networks(journal: Journal, clock: Clock) -> None:
    with pytest.raises(ExceededError):
        begin(journal, "4.01", RUN)
    label = Limit("limits.labels.a.day", Decimal(5), "period", DAY.since, "a", networks=("fast",))
    begin(journal, "4", DAY, label, labels=("a", "b"))
    begin(journal, "4", DAY, labels=("b",))
    with pytest.raises(ExceededError) as caught:
        begin(journal, "1.5", label, labels=("a",))
    assert caught.value.excess.reserved == 4
    begin(journal, "9", replace(DAY, networks=("devnet",)), network="devnet")
    begin(journal, "9", Limit("limits.day", Decimal(10), "period", DAY.since, profile="work", networks=("fast",)),
          profile="work")  # fmt: skip


def test_what_was_spent_before_the_period_does_not_count(journal: Journal, clock: Clock) -> None:
    run = begin(journal, "9")
    clock.now = NOW - timedelta(days=2)
    send(journal, run, "9")
    clock.now = NOW
    journal.mark_step(run, "image", "completed")
    journal.finish_run(run, "completed")
    begin(journal, "9")


def test_one_run_has_a_key(journal: Journal) -> None:
    run = begin(journal, "1", key="k")
    with pytest.raises(KeyTakenError) as caught:
        begin(journal, "1", key="k")
    assert caught.value.run_id == run == journal.run_of_key("k")
    assert journal.run_of_key("other") is None


def test_sums(journal: Journal) -> None:
    run = begin(journal, "6", labels=("a", "b"))
    send(journal, run, "1", "one")
    journal.mark_step(run, "one", "completed")
    journal.ledger.confirm(send(journal, run, "2", "two"), Decimal("1.5"))
    found = report(journal.ledger.charges(), "label")
    assert [(one.name, one.amount, one.uncertain, one.projects) for one in found.groups] == [
        ("a", Decimal("2.5"), Decimal(1), 2), ("b", Decimal("2.5"), Decimal(1), 2)]  # fmt: skip
    assert [(one.token, one.amount) for one in found.totals] == [("spark", Decimal("2.5"))]
    assert [one.name for one in report(journal.ledger.charges(), "day").groups] == ["2026-11-23"]


class Spending(RuleBasedStateMachine):
    """Processes begin runs under one limit, send, end and die in any order."""

    most = Decimal(10)
    processes = Bundle("processes")
    runs = Bundle("runs")

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.db"
        self.open: list[Journal] = []
        self.charged: dict[str, Decimal] = {}
        self.number = 0

    @rule(target=processes)
    def begin_process(self) -> Journal:
        self.open.append(Journal(self.path, clock=lambda: NOW))
        return self.open[-1]

    @rule(target=runs, process=processes, cost=st.integers(0, 12))
    def begin_run(self, process: Journal, cost: int) -> object:
        if process not in self.open:
            return multiple()
        try:
            return process, begin(process, str(cost)), cost
        except ExceededError:
            return multiple()

    @rule(run=runs, share=st.integers(1, 3), end=st.sampled_from(["sending", "completed", "unknown", "failed"]))
    def send(self, run: tuple[Journal, str, int], share: int, end: str) -> None:
        process, run_id, cost = run
        left = cost - sum(charge.quote or 0 for charge in process.ledger.of_run(run_id))
        price = left // share
        if process not in self.open or process.run(run_id).state != "running" or price <= 0:
            return
        self.number += 1
        project = send(process, run_id, str(price), f"s{self.number}")
        self.charged[project] = Decimal(price)
        if end != "sending":
            process.mark_step(run_id, f"s{self.number}", end)

    @rule(run=consumes(runs))
    def end_run(self, run: tuple[Journal, str, int]) -> None:
        if run[0] in self.open and run[0].run(run[1]).state == "running":
            run[0].finish_run(run[1], "completed")

    @rule(process=consumes(processes))
    def die(self, process: Journal) -> None:
        if process in self.open:
            process.close()
            self.open.remove(process)

    @invariant()
    def the_limit_holds(self) -> None:
        assert sum(self.charged.values()) <= self.most

    def teardown(self) -> None:
        for process in self.open:
            process.close()
        self.folder.cleanup()


TestSpending = Spending.TestCase
TestSpending.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)


def test_runs_of_an_earlier_version_get_their_charges(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as old:
        for statements in MIGRATIONS[:3]:
            for statement in statements:
                old.execute(statement)
        old.execute("PRAGMA user_version = 3")
        began = NOW.isoformat(timespec="milliseconds")
        old.execute(
            "INSERT INTO runs (id, mode, workflow, network, account, state, request, random_seed, began, owner, pid)"
            " VALUES ('r', 'image', 'text', 'fast', 'me', 'partial', '{}', 1, ?, 'gone', 1)",
            (began,),
        )
        project = '{"model": "m", "token_type": "sogni", "count": 2}'
        steps = [("done", 0, "P0", "completed", 1, 1.5), ("never", 1, "P1", "prepared", 0, None),
                 ("lost", 2, "P2", "unknown", 1, 2.0), ("half", 3, "P3", "partial", 1, 3.0)]  # fmt: skip
        for key, place, name, state, writes, cost in steps:
            old.execute(
                "INSERT INTO steps (run_id, key, place, project_id, project, state, writes, cost_amount, began,"
                " changed) VALUES ('r', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key, place, name, project, state, writes, cost, began, began),
            )
        old.execute(
            "INSERT INTO attempts (run_id, key, number, project_id, state, writes, jobs, outputs, cost_amount, ended)"
            " VALUES ('r', 'half', 0, 'P4', 'failed', 1, 2, 1, 4.0, ?)",
            (began,),
        )
        old.commit()
    journal = Journal(path)
    found = {charge.project_id: (charge.source, charge.token, charge.most) for charge in journal.ledger.charges()}
    journal.close()
    assert found == {
        "P0": ("quote", "sogni", Decimal("1.5")),
        "P2": ("open", "sogni", Decimal("2.0")),
        "P3": ("estimate", "sogni", Decimal("3.0")),
        "P4": ("estimate", "sogni", Decimal("4.0")),
    }
    assert (tmp_path / "journal.db.v3").is_file()
