"""A program in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet

from sogni_core.settings.paths import Paths
from sogni_core.testing.process import Process, installed, windows_signal
from sogni_core.testing.pytest_plugin import ProcessFactory

STAY = "import sys, time; print('here', flush=True); print('there', file=sys.stderr, flush=True); time.sleep(600)"


def python(text: str, **options: str) -> Process:
    return Process([sys.executable, "-c", text], environ=os.environ, **options)


def test_the_installed_program_runs_in_the_home_of_the_test(sogni_process: ProcessFactory, sogni_home: Paths) -> None:
    process = sogni_process("config", "path", "--json")
    assert process.exit_code == 0, process.stderr
    assert str(sogni_home.config) in process.stdout
    assert process.json["success"] is True
    assert not process.running


def test_plugins_environment_and_input_are_those_of_the_call(sogni_process: ProcessFactory) -> None:
    first = sogni_process("plugins", "--json", plugins=["devnet"])
    second = sogni_process("config", "explain", "image.width", "--json", environ={"SOGNI_IMAGE__WIDTH": "640"})
    third = sogni_process("login", "--username", "a", "--password-stdin", "--json", stdin="two\nlines\n")
    assert {row["name"] for row in first.json["plugins"]} == {"core", "devnet"}
    assert second.json["layers"][0]["value"] == 640
    assert third.json["errorCode"] == "INVALID_ARGUMENT"


def test_another_program_can_be_named(sogni_process: ProcessFactory) -> None:
    assert sogni_process("--version", program="sogni-gen").exit_code == 0
    with pytest.raises(FileNotFoundError, match="sogni-nothing"):
        sogni_process(program="sogni-nothing")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("devnet", [{"seconds_per_image": 600}], indirect=True)
def test_a_signal_reaches_it_while_it_runs(sogni_process: ProcessFactory, devnet: Devnet, folder: Path) -> None:
    process = sogni_process("image", "a cat", "-o", "cat.png", "--json", environ=devnet.environ)
    process.wait_until(lambda: devnet.projects)
    process.send(signal.SIGINT)
    assert (process.exit_code, process.json["errorCode"]) == (130, "INTERRUPTED")
    assert devnet.projects[0].id in process.stdout


def test_a_killed_process_leaves_what_it_wrote() -> None:
    process = python(STAY)
    process.wait_for("there")
    process.wait_for("here")
    process.kill()
    called = process.wait()
    assert called.exit_code != 0
    assert (called.stdout.strip(), called.stderr.strip()) == ("here", "there")


def test_a_process_that_does_not_end_fails_the_test() -> None:
    process = python(STAY)
    process.wait_for("here")
    with pytest.raises(AssertionError, match="did not end"):
        process.wait(0.01)
    assert not process.running


def test_a_text_that_never_comes_fails_the_test() -> None:
    process = python("print('here')")
    with pytest.raises(AssertionError, match="did not write 'elsewhere'"):
        process.wait_for("elsewhere")
    assert process.exit_code == 0
    with pytest.raises(AssertionError, match="did not reach the condition"):
        process.wait_until(lambda: False)


def test_what_still_runs_is_ended() -> None:
    process = python(STAY)
    process.close()
    assert not process.running


def test_a_ctrl_c_is_a_ctrl_break_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "CTRL_BREAK_EVENT", 1, raising=False)
    assert windows_signal(signal.SIGINT) == 1
    assert windows_signal(signal.SIGTERM) == signal.SIGTERM


def test_programs_are_found_beside_this_python() -> None:
    assert Path(installed("sogni")).parent == Path(sys.executable).parent
