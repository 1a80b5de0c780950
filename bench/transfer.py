"""Files up and down: a large one for memory and throughput, many small ones for latency."""

from __future__ import annotations

import random
import sys
import tempfile
import uuid
from pathlib import Path

from PIL import Image

from bench import places
from bench.own_times import take_turns
from bench.report import Goal, Report
from bench.stage import Stage, devnet, line, store
from bench.timing import Contestant, ratio

MEGABYTES = 300
RESULTS = 16
ROUND_TRIP = 100.0
"""Milliseconds, for the many."""
CLIP = places.ROOT / "tests" / "unit" / "media" / "samples" / "clip.mp4"


def run(rounds: int | None, check: bool) -> Report:
    """Measure beside bare httpx and, unless ``check``, the official SDK, which does not stream."""
    rounds, megabytes = rounds or (1 if check else 7), 60 if check else MEGABYTES
    report = Report("transfer")
    report.notes.append("The URL is asked for in each case; the file store is a process of its own.")
    sdk = None
    if not check:
        sdk, words = places.sdk_python()
        report.notes.append(words)
    with tempfile.TemporaryDirectory() as folder:
        _large(report, Path(folder), sdk, rounds, megabytes)
    with tempfile.TemporaryDirectory() as folder:
        _many(report, Path(folder), sdk, rounds)
    return report


def _large(report: Report, home: Path, sdk: str | None, rounds: int, megabytes: int) -> None:
    film = home / "film.mp4"
    _film(film, megabytes)
    with devnet(home, 0) as stage, store(film) as port:
        stage.server.public_url = f"http://127.0.0.1:{port}"
        environ = _registered(stage, film, "video/mp4", 1)
        for what, name in (("up", "up"), ("down", "down")):
            contestants = _contestants(sdk, what, film if what == "up" else home / "down", 1)
            take_turns(contestants, rounds, environ)
            report.tables[f"{megabytes} MB {name}"] = contestants
            bare, ours = contestants[:2]
            report.goals += [
                Goal(f"{megabytes} MB {name} by bare httpx", ratio(ours, bare), 1.3),
                Goal(f"{megabytes} MB {name}, peak MiB", max(ours.peak), 70, timed=False),
            ]


def _many(report: Report, home: Path, sdk: str | None, rounds: int) -> None:
    picture = home / "picture.png"
    noise = random.Random(1).randbytes(200 * 200 * 3)  # not to be deflated, so that it has the size of a picture
    Image.frombytes("RGB", (200, 200), noise).save(picture)
    with devnet(home, ROUND_TRIP) as stage, store(picture) as near, line(near, ROUND_TRIP) as port:
        stage.server.public_url = f"http://127.0.0.1:{port}"
        environ = _registered(stage, picture, "image/png", RESULTS)
        contestants = _contestants(sdk, "many", home / "many", RESULTS)
        take_turns(contestants, rounds, environ)
    name = f"{RESULTS} results, {ROUND_TRIP:.0f} ms round trip"
    report.tables[name] = contestants
    report.goals.append(Goal(f"{name}, by bare httpx", ratio(contestants[1], contestants[0]), 1.2))


def _registered(stage: Stage, file: Path, mime: str, count: int) -> dict[str, str]:
    """Let the devnet know results, and return the environment by which contestants find them."""
    project, account = str(uuid.uuid4()).upper(), stage.server.accounts[0]
    for index in range(count):
        job = f"{project[:-2]}{index:02X}"
        stage.server.net.storage.adopt_result(account.address, project, job, "complete", file, mime)
    return {**stage.environ, "BENCH_PROJECT": project, "BENCH_KEY": account.api_key}


def _contestants(sdk: str | None, what: str, file: Path, count: int) -> list[Contestant]:
    def one(name: str, python: str, script: str) -> Contestant:
        return Contestant(name, [python, str(places.HERE / script), what, str(file), str(count)])

    found = [
        one("bare httpx", sys.executable, "bare_transfer.py"),
        one("sogni_core", sys.executable, "our_transfer.py"),
    ]
    return found if sdk is None else [*found, one("official SDK", sdk, "sdk_transfer.py")]


def _film(path: Path, megabytes: int) -> None:
    """Make a film that is whole and as large as asked: what is missing is a box of nothing at its end."""
    clip, size = CLIP.read_bytes(), megabytes * 1_000_000
    with path.open("wb") as film:
        film.write(clip)
        film.write((size - len(clip)).to_bytes(4) + b"free")
        film.truncate(size)
