"""Measure programs that take turns, so that what the machine does meanwhile falls on all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Contestant:
    """A program to be measured from its start to its end."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment that all contestants share."""
    produces: Path | None = None
    """A file that every run must make; it is removed before each."""
    wall: list[float] = field(default_factory=list)
    """Milliseconds of each run."""
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of processor time of each run; empty where the system does not tell."""
    peak: list[float] = field(default_factory=list)
    """MiB of memory of each run at its largest; empty where that was not measured."""

    @property
    def median(self) -> float:
        return statistics.median(self.wall)

    @property
    def processor(self) -> float | None:
        return statistics.median(self.cpu) if self.cpu else None


class RunFailed(Exception):
    """A contestant failed, which is no measurement."""


def take_turns(contestants: Sequence[Contestant], rounds: int, environ: Mapping[str, str]) -> None:
    """Run each ``rounds`` times; each round begins with another one.

    Before the first of several rounds each runs once to warm caches; who wants one round does not want its times.
    """
    for contestant in contestants if rounds > 1 else ():
        _once(contestant, environ)
    for number in range(rounds):
        shift = number % len(contestants)
        for contestant in [*contestants[shift:], *contestants[:shift]]:
            wall, cpu = _once(contestant, environ)
            contestant.wall.append(wall)
            if cpu is not None:
                contestant.cpu.append(cpu)


def ratio(one: Contestant, other: Contestant) -> float:
    """Median over the rounds of one's time by the other's in the same round: load that comes and goes cancels out."""
    return statistics.median(mine / theirs for mine, theirs in zip(one.wall, other.wall, strict=True))


def _once(contestant: Contestant, environ: Mapping[str, str]) -> tuple[float, float | None]:
    if contestant.produces is not None:
        contestant.produces.unlink(missing_ok=True)
    begin = time.perf_counter()
    process = subprocess.Popen(
        contestant.argv,
        env={**environ, **contestant.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    cpu = None
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = (usage.ru_utime + usage.ru_stime) * 1000
    process.wait()
    wall = (time.perf_counter() - begin) * 1000
    process.stderr.close()
    if process.returncode != 0:
        raise RunFailed(f"{contestant.name} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    if contestant.produces is not None and not contestant.produces.is_file():
        raise RunFailed(f"{contestant.name} ended well but made no {contestant.produces.name}")
    return wall, cpu
