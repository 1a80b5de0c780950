"""Fuzz with atheris, which looks at what the code does with an input to make the next: ``make fuzz``.

``python tests/fuzz/run.py --seconds 60 [TARGET …]`` shares the time out among the targets, each in a process of its
own, forked from the one that has imported and instrumented all; ``--runs 2000`` tries so many inputs on each instead,
the same ones each time it begins anew.

An input that raises, takes longer than ``LONGEST`` seconds, or more memory than ``MEMORY`` is kept in ``.cache/fuzz``
and named, and the exit code is 1. What was found worth keeping is the next run's beginning.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

LONGEST = 5
MEMORY = 1024
"""MiB."""
CACHE = Path(__file__).parents[2] / ".cache" / "fuzz"


def fuzz(target: Callable[[bytes], None], arguments: list[str], said: IO[bytes]) -> int:
    """Fuzz one target in a process of its own; returns its exit code."""
    import atheris

    child = os.fork()
    if not child:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
        atheris.Setup([sys.argv[0], *arguments], target)
        atheris.Fuzz()  # ends the process
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/fuzz/run.py", description="Fuzz what reads bytes of others.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all by default")
    parser.add_argument("--seconds", type=int, default=600, help="in all, whatever --runs says")
    parser.add_argument("--runs", type=int, help="inputs of each target, always the same ones")
    given = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print(f"Nothing was fuzzed: there is no atheris for Python {sys.version_info[0]}.{sys.version_info[1]} here.")
        return 0
    if "PYTHONHASHSEED" not in os.environ:
        # Which way the code takes must not depend on how a process hashes.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    import atheris

    # It says of every module that it instruments it.
    with (
        contextlib.redirect_stderr(io.StringIO()),
        atheris.instrument_imports(include=["sogni_core"], enable_loader_override=False),
    ):
        from targets import SEEDS, TARGETS

    failed = []
    for name in given.targets or TARGETS:
        corpus, found = CACHE / name / "corpus", CACHE / name / "found"
        for folder in (corpus, found):
            folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(SEEDS[name]):
            (corpus / f"seed-{number}").write_bytes(seed)
        seconds = max(1, given.seconds // len(given.targets or TARGETS))
        fixed = [f"-runs={given.runs}", "-seed=1"] if given.runs is not None else []
        options = [
            *fixed,
            f"-max_total_time={seconds}",
            f"-timeout={LONGEST}",
            f"-rss_limit_mb={MEMORY}",
            f"-artifact_prefix={found}/",
            "-max_len=8192",
            "-verbosity=0",
            "-print_final_stats=1",
            str(corpus),
        ]
        with tempfile.TemporaryFile() as said:
            ended = fuzz(TARGETS[name], options, said)
            said.seek(0)
            text = said.read().decode(errors="replace")
        runs = next((line.split()[-1] for line in text.splitlines() if "number_of_executed_units" in line), "?")
        print(f"{name:<18}{runs:>9} inputs  {'ok' if ended == 0 else 'FAILED'}", flush=True)
        if ended:
            failed.append(name)
            print(text[-6000:], file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
