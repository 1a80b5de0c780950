"""Signals cancel; a closed pipe is no traceback."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet

from sogni_core.testing.pytest_plugin import ProcessFactory

from .conftest import PROGRAM, Start

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("devnet", [{"seconds_per_image": 60}], indirect=True)
def test_a_signal_cancels_and_says_what_became_of_the_project(
    sogni_process: ProcessFactory, devnet: Devnet, number: signal.Signals, code: int, folder: Path
) -> None:
    process = sogni_process("image", "a cat", "-o", "cat.png", "--json", environ=devnet.environ)
    process.wait_until(lambda: devnet.projects)
    begin = time.monotonic()
    process.send(number)
    assert process.exit_code == code, process.stderr
    assert time.monotonic() - begin < 6
    found = process.json
    assert (found["errorCode"], found["success"], found["mayChargeAgain"]) == ("INTERRUPTED", False, True)
    (project,) = found["errorDetails"]["projects"]
    assert (project["projectId"], project["state"]) == (devnet.job_requests[0]["jobID"], "cancelled")
    assert "Traceback" not in process.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 1}], indirect=True)
def test_who_is_told_not_to_hang_up_does_not(sogni_process: ProcessFactory, devnet: Devnet, folder: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = sogni_process("image", "a cat", "-o", "cat.png", environ=devnet.environ)
    finally:
        signal.signal(signal.SIGHUP, before)
    process.wait_until(lambda: devnet.projects)
    process.send(signal.SIGHUP)
    assert process.exit_code == 0, process.stderr
    assert (folder / "cat.png").is_file()


@pytest.mark.parametrize("argv", [["version"], ["version", "--json"]])
def test_a_signal_while_the_program_is_being_imported_is_no_traceback(argv: list[str]) -> None:
    # What raises in the place of the program is the interpreter, at any import.
    text = """
from sogni_core.frontend.process import run_process
def run(argv):
    raise KeyboardInterrupt
run_process(run)
"""
    done = subprocess.run([sys.executable, "-c", text, *argv], capture_output=True, timeout=120, check=False)
    assert done.returncode == 130
    if "--json" in argv:
        assert json.loads(done.stdout)["errorCode"] == "INTERRUPTED"
    else:
        assert done.stderr.splitlines()[0] == b"Error: Stopped by SIGINT."
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 60}], indirect=True)
def test_a_signal_in_text_mode_names_the_project(sogni_process: ProcessFactory, devnet: Devnet) -> None:
    process = sogni_process("image", "a cat", environ=devnet.environ)
    process.wait_until(lambda: devnet.projects)
    process.send(signal.SIGINT)
    assert (process.exit_code, process.stdout) == (130, "")
    assert f"Project {devnet.job_requests[0]['jobID']}: cancelled" in process.stderr


@pytest.mark.parametrize("argv", [["errors"], ["--help"], ["image", "--help"], ["config", "--help"], ["schema"]])
def test_a_closed_pipe_is_no_traceback(start: Start, devnet: Devnet, argv: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*argv, environ=devnet.environ, stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, b"")


def test_a_reader_that_has_enough_is_no_traceback(start: Start) -> None:
    process = start("schema")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stream:
        err = stream.read()
    assert (process.wait(timeout=120), err) == (0, b"")


FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="a device of Linux")


@needs_full
@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["version"], "Cannot write to standard output: no space left on device."),
        (["version", "--json"], "Cannot write to standard output: no space left on device."),
        (["nonsense", "--json"], "Unknown command 'nonsense'."),
        (["schema"], "OSError: [Errno 28] No space left on device"),
        (["--help"], "Cannot write to standard output: no space left on device."),
        (["image", "--help"], "Cannot write to standard output: no space left on device."),
    ],
)
def test_standard_output_that_cannot_be_written_is_said_on_the_other(start: Start, argv: list[str], said: str) -> None:
    with FULL.open("wb") as full:
        process = start(*argv, stdout=full)
        _, err = process.communicate(timeout=120)
    assert process.returncode in (1, 2)
    assert [line for line in err.decode().splitlines() if not line.startswith("Hint: ")] == [f"Error: {said}"]


@needs_full
def test_progress_that_cannot_be_written_costs_nothing_else(start: Start, devnet: Devnet, folder: Path) -> None:
    with FULL.open("wb") as full:
        process = start("image", "a cat", "-o", "cat.png", "--json", environ=devnet.environ, stderr=full)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert json.loads(out)["localPath"] == str(folder / "cat.png")


@pytest.mark.parametrize(("closed", "code"), [("<&-", 0), ("2>&-", 0), (">&-", 2), ("<&- >&- 2>&-", 2)])
def test_a_program_started_without_its_streams(
    devnet: Devnet, folder: Path, closed: str, code: int, sogni_home: object
) -> None:
    command = shlex.join([*PROGRAM, "image", "a cat", "-o", "cat.png", "--json"])
    environ = {**os.environ, **devnet.environ}
    done = subprocess.run(
        ["sh", "-c", f"{command} {closed}"], cwd=folder, env=environ, capture_output=True, timeout=120
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (folder / "cat.png").stat().st_size > 0


def test_no_terminal_and_no_input_never_asks(start: Start) -> None:
    process = start("login", "--json", stdin=subprocess.DEVNULL)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert json.loads(out)["errorCode"] == "INVALID_ARGUMENT"
