"""How the process of a command ends: with its exit code, after everything that others wanted done at its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sogni_core.testing import write_distribution

BE = "from sogni_core.frontend.process import run_process\n"


def run(text: str, *argv: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program of a few lines."""
    return subprocess.run(
        [sys.executable, "-c", "import atexit, os, sys\n" + text, *argv],
        check=False, text=True, encoding="utf-8", **{"capture_output": True, **options},  # type: ignore[call-overload]
    )  # fmt: skip


@pytest.mark.parametrize("code", [0, 3, 143])
def test_its_exit_code_and_all_it_said(code: int) -> None:
    text = f"print(*argv) or print('x' * 70000, end='', file=sys.stderr) or {code}"
    done = run(f"{BE}run_process(lambda argv: {text})", "a", "b")
    assert (done.returncode, done.stdout) == (code, "a b\n")
    assert done.stderr == "x" * 70000


def test_handlers_and_finalizers_are_called_and_threads_are_waited_for() -> None:
    text = f"""
atexit.register(print, "earlier handler")
{BE}
def main(argv):
    import concurrent.futures, tempfile, threading, time, weakref
    atexit.register(print, "handler")
    threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
    concurrent.futures.ThreadPoolExecutor(1).submit(lambda: (time.sleep(0.1), print("pool")))
    weakref.finalize(main, print, "finalizer")
    main.folder = tempfile.TemporaryDirectory()
    print(main.folder.name)
    return 5
run_process(main)
"""
    done = run(text)
    folder, *said = done.stdout.splitlines()
    assert done.returncode == 5
    assert sorted(said) == ["earlier handler", "finalizer", "handler", "pool", "thread"]
    assert not Path(folder).exists()


def test_an_error_that_nobody_caught_is_shown() -> None:
    done = run(f"{BE}run_process(lambda argv: 1 / 0)")
    assert (done.returncode, "ZeroDivisionError" in done.stderr) == (1, True)


@pytest.mark.skipif(sys.platform == "win32", reason="a full device of POSIX")
def test_an_output_that_cannot_be_written_is_python_s_own_failure() -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    text = f"{BE}run_process(lambda argv: print('lost') or 0)"
    with Path("/dev/full").open("w") as full:
        done = run(text, capture_output=False, stdout=full, stderr=subprocess.PIPE, env=buffered)
    assert done.returncode == 120


def test_the_installed_scripts_are_these_programs() -> None:
    from importlib.metadata import entry_points

    scripts = entry_points(group="console_scripts")
    assert scripts["sogni"].value == "sogni_core.cli:program"
    assert scripts["sogni-gen"].value == "sogni_gen:program"


PLUGIN = """
from sogni_core.plugin import Command, hookimpl

@hookimpl
def sogni_commands():
    return [Command("leave-open", "Leave a file open.", "forgetful.work:run")]
"""

WORK = """
from sogni_core.result import Report

def run(app):
    global left
    left = open("left.txt", "w")
    left.write("data")
    return Report({"left": "open"}, ["left open"])
"""


@pytest.mark.parametrize("distribution", ["forgetful", "sogni-video"])
def test_what_a_plugin_leaves_open_is_written_whoever_made_it(folder: Path, distribution: str) -> None:
    files = {"forgetful/__init__.py": "", "forgetful/plugin.py": PLUGIN, "forgetful/work.py": WORK}
    write_distribution(folder, distribution, plugins={"forgetful": "forgetful.plugin"}, files=files)
    program = ["-c", "from sogni_core.cli import program; program()", "leave-open"]
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, *program], env=environ, cwd=folder, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert (folder / "left.txt").read_text() == "data"
