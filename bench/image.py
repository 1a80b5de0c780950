"""One image, from the start of the process to its end with the file on disk, login stored before."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench import places
from bench.report import Goal, Report
from bench.stage import RENDER_SECONDS, devnet
from bench.timing import Contestant, ratio, take_turns

ROUND_TRIP = 40.0
"""Milliseconds."""


def run(rounds: int | None, check: bool) -> Report:
    """Measure without latency and behind a delay; with ``check`` once and without the SDK."""
    rounds = rounds or (1 if check else 15)
    report = Report("image")
    report.notes.append(f"A worker takes {RENDER_SECONDS * 1000:.0f} ms for every image, whoever asked for it.")
    sdk = None
    if not check:
        sdk, words = places.sdk_python()
        report.notes.append(words)
    for round_trip in (0.0, ROUND_TRIP):
        with tempfile.TemporaryDirectory() as folder, devnet(Path(folder), round_trip) as stage:
            contestants = _contestants(stage.home, sdk)
            take_turns(contestants, rounds, stage.environ)
        bare, ours = contestants[:2]
        name = f"{round_trip:.0f} ms round trip" if round_trip else "no latency"
        report.tables[f"One image, {name}"] = contestants
        if round_trip:
            report.goals.append(Goal(f"sogni image by the bare script, {name}", ratio(ours, bare), 1.15))
    return report


def _contestants(home: Path, sdk: str | None) -> list[Contestant]:
    def one(name: str, argv: list[str], *more: str) -> Contestant:
        output = home / f"{name.replace(' ', '-')}.png"
        return Contestant(name, [*argv, str(output), *more], produces=output)

    found = [
        one("bare script", [sys.executable, str(places.HERE / "bare_image.py")]),
        one("sogni image -q -o", [places.sogni(), "image", "a cat", "-q", "-o"]),
    ]
    if sdk is not None:
        script = str(places.HERE / "sdk_image.py")
        found += [one(f"official SDK, {login}", [sdk, script], login) for login in ("token", "password")]
    return found
