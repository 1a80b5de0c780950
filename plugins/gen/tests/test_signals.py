"""The installed script while it is stopped, and when nobody listens: what was paid for is named, in every form."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet
from sogni_devnet.settings import DevnetSettings

from sogni_core.testing.isolation import isolated_environ

from .test_processes import SCRIPT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")]

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def slow() -> Iterator[Devnet]:
    """A devnet that does not come to an end."""
    with Devnet(DevnetSettings(seconds_per_image=60, seconds_per_clip=60, pictures="plain")) as running:
        yield running


@pytest.fixture
def start(slow: Devnet, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Started:
    """Start the script; return when the devnet has its project."""
    home = isolated_environ(tmp_path_factory.mktemp("signals"))

    def begin(*argv: str, **environ: str) -> subprocess.Popen[str]:
        before = len(slow.projects)
        process = subprocess.Popen([SCRIPT, *argv], env={**home, **slow.environ, **environ}, cwd=folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        until = time.monotonic() + 120
        while len(slow.projects) == before:
            assert time.monotonic() < until and process.poll() is None, "the project never arrived"
            time.sleep(0.02)
        return process

    return begin


def project(slow: Devnet) -> str:
    found: str = slow.job_requests[-1]["jobID"]
    return found


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("argv", [("-o", "x.png"), ("--video", "--duration", "1")])
def test_a_signal_is_an_error_of_the_run(
    start: Started, slow: Devnet, folder: Path, number: signal.Signals, code: int, argv: tuple[str, ...]
) -> None:
    process = start("--json", "-q", *argv, "a cat")
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    found = json.loads(out)
    assert (process.returncode, err) == (code, "")
    assert (found["success"], found["prompt"], found["errorCode"]) == (False, "a cat", "INTERRUPTED")
    assert found["mayChargeAgain"] is True
    assert found["context"]["video"] is ("--video" in argv)
    assert [(one["projectId"], one["state"]) for one in found["errorDetails"]["projects"]] == [
        (project(slow), "cancelled")
    ]
    assert list(folder.iterdir()) == []


def test_a_host_gets_an_object_and_the_project_in_text(start: Started, slow: Devnet) -> None:
    process = start("a cat", OPENCLAW_PLUGIN_CONFIG="{}")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, json.loads(out)["openclaw"]) == (143, True)
    assert "Error: Stopped by SIGTERM." in err
    assert f"Project {project(slow)}: cancelled" in err


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["--json", "--version"], ["--last"]])
def test_a_reader_that_is_gone_is_no_traceback(folder: Path, argv: list[str], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environ: dict[str, Any] = isolated_environ(tmp_path)
    called = subprocess.run([SCRIPT, *argv], env=environ, cwd=folder, stdout=writer, stderr=subprocess.PIPE,
                            timeout=120, check=False, text=True)  # fmt: skip
    os.close(writer)
    assert called.returncode == 0
    assert called.stderr == ("No previous render found.\n" if argv == ["--last"] else "")
