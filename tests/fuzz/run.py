"""Fuzz with atheris, which looks at what the code does with an input to make the next: ``make fuzz``.

``python tests/fuzz/run.py --seconds 60 [TARGET …]`` shares the time out among the targets, each in a process of its
own; ``--runs 2000`` tries so many inputs on each instead, the same ones each time it begins anew.

An input that raises, takes longer than ``LONGEST`` seconds, or more memory than ``MEMORY`` is kept in ``.cache/fuzz``
and named, and the exit code is 1. What was found worth keeping is the next run's beginning.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

LONGEST = 5
MEMORY = 1024
"""MiB."""
CACHE = Path(__file__).parents[2] / ".cache" / "fuzz"


def fuzz(name: str, arguments: list[str]) -> None:
    """Fuzz one target in this process; ends it."""
    import atheris

    with atheris.instrument_imports(include=["sogni_core"], enable_loader_override=False):
        from targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/fuzz/run.py", description="Fuzz what reads bytes of others.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all by default")
    parser.add_argument("--seconds", type=int, default=600, help="in all, whatever --runs says")
    parser.add_argument("--runs", type=int, help="inputs of each target, always the same ones")
    given = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print(f"Nothing was fuzzed: there is no atheris for Python {sys.version_info[0]}.{sys.version_info[1]} here.")
        return 0
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
        done = subprocess.run(
            [sys.executable, __file__, "--one", name, *options],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds + 60,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line), "?")
        print(f"{name:<18}{runs:>9} inputs  {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout[-2000:] + done.stderr[-4000:], file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        fuzz(sys.argv[2], sys.argv[3:])
    sys.exit(main())
