"""Many images at once on one session: how many jobs a second, files on disk included."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from bench import places
from bench.own_times import take_turns
from bench.report import Goal, Report
from bench.stage import devnet
from bench.timing import Contestant, ratio

JOBS = 200


def run(rounds: int | None, check: bool) -> Report:
    """Measure beside the bare script and, unless ``check``, the official SDK; workers take no time at all."""
    rounds, jobs = rounds or (1 if check else 7), 40 if check else JOBS
    report = Report("batch")
    report.notes.append(f"{jobs} images of 256 x 256 at once, each saved as a file, by a session that is open already.")
    with tempfile.TemporaryDirectory() as folder, devnet(Path(folder), 0, pace=0, slots=16) as stage:
        ours = _contestant("sogni_core", [sys.executable, str(places.HERE / "our_batch.py")], stage.home, jobs)
        bare = _contestant("bare script", [sys.executable, str(places.HERE / "bare_batch.py")], stage.home, jobs)
        contestants = [bare, ours]
        if not check:
            sdk, words = places.sdk_python()
            report.notes.append(words)
            if sdk is not None:
                script = str(places.HERE / "sdk_batch.py")
                contestants.append(_contestant("official SDK", [sdk, script], stage.home, jobs))
        take_turns(contestants, rounds, stage.environ)
        report.goals.append(Goal("images missing or not whole", _missing(ours, jobs), 0, timed=False))
    report.tables[f"{jobs} images"] = contestants
    report.notes += [f"{one.name}: {jobs * 1000 / one.median:.0f} jobs per second." for one in contestants]
    report.goals.append(Goal("sogni_core by the bare script", ratio(ours, bare), 1.5))
    if len(contestants) > 2:
        report.goals.append(Goal("sogni_core by the official SDK", ratio(ours, contestants[2]), 1.0))
    return report


def _missing(contestant: Contestant, jobs: int) -> int:
    """Count what is wrong with the files of the last round, the one made before the clock started included."""
    whole = 0
    for path in Path(contestant.argv[-2]).iterdir():
        with Image.open(path) as image:
            image.load()
            whole += image.size == (256, 256)
    return jobs + 1 - whole


def _contestant(name: str, argv: list[str], home: Path, jobs: int) -> Contestant:
    folder = home / "".join(letter for letter in name if letter.isalpha())
    folder.mkdir()
    return Contestant(name, [*argv, str(folder), str(jobs)])
