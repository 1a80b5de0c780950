"""``python -m bench [NAME …] [--check] [--rounds N]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module

from bench.report import Report, machine

BENCHES = ("startup", "image", "ablation", "batch", "transfer", "turntable", "media", "journal")
"""Modules of this package with a function ``run(rounds, check)``; a new bench is a module and its name here."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure sogni beside what it must cost.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)}; all by default")
    parser.add_argument("--check", action="store_true", help="one short round; judge facts, not times")
    parser.add_argument("--rounds", type=int, default=None, help="rounds to measure; more are steadier")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in BENCHES]
    if unknown:
        parser.error(f"there is no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}")
    print(machine())
    failed = False
    for name in given.names or BENCHES:
        run: Callable[..., Report] = import_module(f"bench.{name}").run
        report = run(rounds=given.rounds, check=given.check)
        report.show()
        print(f"  kept in {report.keep()}")
        for goal in report.goals:
            if given.check and not (goal.timed or goal.met):
                print(f"  FAILED {goal.name}: {goal.value:.2f} is above {goal.limit:g}", file=sys.stderr)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
