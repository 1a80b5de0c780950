"""What the journal costs: each transition of a run, and all that one image needs, beside a bare durable write."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.report import Goal, Report
from bench.timing import Contestant
from sogni_core._journal.journal import Journal
from sogni_core._journal.ledger import Limit
from sogni_core._journal.terms import Terms
from sogni_core.result import Artifact

TIMES = 100
"""How often each is done in one round; the figures are for all of them."""

COST = {"token": "spark", "amount": 0.1, "usd": 0.0005}
ARTIFACT = Artifact(0, "image/png", Path("/tmp/cat.png"), size=1, sha256="0" * 64, width=512, height=512, seed=7)
LIMITS = (Limit("limits.day", Decimal(1_000_000), "period", datetime.now(UTC), networks=("fast",)),)


def run(rounds: int | None, check: bool) -> Report:
    """Measure in this process; with ``check`` once."""
    report = Report("journal")
    report.notes.append(
        f"Each figure is for {TIMES} calls. Sending and ending wait for the disk, as the bare write does."
    )
    bare = Contestant(f"bare durable write, {TIMES} times", [])
    contestants = {name: Contestant(name, []) for name in (*_TRANSITIONS, "one image in all")}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds or (1 if check else 7)):
            bare.wall.append(_bare(Path(folder) / f"bare-{number}.db"))
            for name, spent in _ours(Path(folder) / f"journal-{number}.db").items():
                contestants[name].wall.append(spent)
    report.tables["Transitions"] = [bare, *contestants.values()]
    whole = contestants["one image in all"].median / TIMES
    report.goals = [Goal("milliseconds of the journal in one image", whole, 10)]
    return report


def _bare(path: Path) -> float:
    """Return how many milliseconds as many plain durable writes take."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE facts (fact TEXT)")
        began = time.perf_counter()
        for _ in range(TIMES):
            connection.execute("INSERT INTO facts VALUES ('sending')")
        return (time.perf_counter() - began) * 1000


def _ours(path: Path) -> Mapping[str, float]:
    """Return how many milliseconds each transition takes, and all of an image."""
    journal = Journal(path)
    spent = dict.fromkeys(_TRANSITIONS, 0.0)
    try:
        for number in range(TIMES):
            facts = {"project": f"P{number}", "run": ""}
            for name, transition in _TRANSITIONS.items():
                began = time.perf_counter()
                facts["run"] = transition(journal, facts) or facts["run"]
                spent[name] += (time.perf_counter() - began) * 1000
    finally:
        journal.close()
    return spent | {"one image in all": sum(spent.values())}


def _begin(journal: Journal, facts: Mapping[str, str]) -> str:
    terms = Terms(limits=LIMITS, costs=(("spark", Decimal("0.1")),), digest=facts["project"])
    return journal.begin_run(
        "image", "text", {"options": {"prompt": "a cat"}}, "fast", "me", 7, datetime.now(UTC), terms
    )


def _step(journal: Journal, facts: Mapping[str, str]) -> None:
    project = {"type": "ImageProject", "model": "m", "token_type": "spark", "count": 1, "prompt": "a cat"}
    journal.begin_step(facts["run"], "image", facts["project"], project)


_TRANSITIONS: Mapping[str, Callable[[Journal, Mapping[str, Any]], str | None]] = {
    "run begins, its cost reserved": _begin,
    "step begins": _step,
    "sending": lambda journal, facts: journal.mark_step(facts["run"], "image", "sending", app_id="app"),
    "sent, with its price": lambda journal, facts: journal.mark_step(facts["run"], "image", "sent", cost=COST),
    "output is saved": lambda journal, facts: journal.add_artifact(facts["run"], "image", ARTIFACT),
    "step completed": lambda journal, facts: journal.mark_step(facts["run"], "image", "completed", cost=COST),
    "run completed": lambda journal, facts: journal.finish_run(facts["run"], "completed"),
}
