"""Measure what programs do after they have started: they take turns and say themselves how long it took.

A contestant prints one JSON line at its end, ``{"ms": 812.5, "peakMiB": 61.2}``; start and imports are left out of the
first and are in the second.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence

from bench.timing import Contestant, RunFailed

LONGEST = 300.0
"""Seconds after which a contestant has failed."""


def take_turns(contestants: Sequence[Contestant], rounds: int, environ: Mapping[str, str]) -> None:
    """Run each once in every round; each round begins with another one."""
    for number in range(rounds):
        shift = number % len(contestants)
        for contestant in [*contestants[shift:], *contestants[:shift]]:
            said = _once(contestant, environ)
            contestant.wall.append(said["ms"])
            contestant.peak.append(said["peakMiB"])


def _once(contestant: Contestant, environ: Mapping[str, str]) -> dict[str, float]:
    done = subprocess.run(
        contestant.argv,
        env={**environ, **contestant.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode != 0:
        raise RunFailed(f"{contestant.name} ended with {done.returncode}: {done.stderr[-2000:]}")
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said
