"""What a bench found: printed as tables, kept as JSON in ``bench/results/``."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.timing import Contestant, ratio

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Goal:
    """A figure that should not be exceeded: a ratio of times, or a fact that no busy machine changes."""

    name: str
    value: float
    limit: float
    timed: bool = True
    """Whether it depends on the clock. If not, ``--check`` fails where it is missed."""

    @property
    def met(self) -> bool:
        return self.value <= self.limit


@dataclass
class Report:
    """Everything that one bench has to say."""

    name: str
    notes: list[str] = field(default_factory=list)
    tables: dict[str, Sequence[Contestant]] = field(default_factory=dict)
    """Title to contestants, the one that the others are compared with first."""
    goals: list[Goal] = field(default_factory=list)

    def show(self) -> None:
        print(f"\n{self.name}\n{'=' * len(self.name)}")
        for note in self.notes:
            print(note)
        for title, contestants in self.tables.items():
            print(f"\n{title} ({len(contestants[0].wall)} rounds)")
            print(f"  {'':<34}{'median ms':>10}{'least ms':>10}{'cpu ms':>9}{'peak MiB':>10}{'ratio':>8}")
            for one in contestants:
                cpu = f"{one.processor:.0f}" if one.processor is not None else "-"
                peak = f"{max(one.peak):.0f}" if one.peak else "-"
                times = f"{one.median:>10.0f}{min(one.wall):>10.0f}{cpu:>9}{peak:>10}"
                print(f"  {one.name:<34}{times}{ratio(one, contestants[0]):>8.2f}")
        if self.goals:
            print()
        for goal in self.goals:
            verdict = "met   " if goal.met else "MISSED"
            print(f"  {verdict} {goal.name}: {goal.value:.2f} (goal: at most {goal.limit:g})")

    def keep(self) -> Path:
        """Write the JSON file and return where it is."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        path = RESULTS / f"{self.name}-{time.strftime('%Y%m%d-%H%M%S')}.json"
        path.write_text(json.dumps(self._json(), indent=2) + "\n", encoding="utf-8")
        return path

    def _json(self) -> dict[str, Any]:
        return {
            "bench": self.name,
            "machine": machine(),
            "notes": self.notes,
            "tables": {
                title: [
                    {
                        "name": one.name,
                        "wallMs": one.wall,
                        "cpuMs": one.cpu,
                        "peakMiB": one.peak,
                        "ratio": ratio(one, contestants[0]),
                    }
                    for one in contestants
                ]
                for title, contestants in self.tables.items()
            },
            "goals": [
                {"name": goal.name, "value": goal.value, "limit": goal.limit, "met": goal.met} for goal in self.goals
            ],
        }


def machine() -> str:
    """Name what was measured on."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}, Python {platform.python_version()}"
