"""The installed script, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from sogni_core.testing.isolation import isolated_environ

from .materials import provide
from .rows import in_order

pytestmark = pytest.mark.slow

SCRIPT = Path(sys.executable).with_name("sogni-gen.exe" if os.name == "nt" else "sogni-gen")


@pytest.fixture
def run(stage: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("process-home")

    def call(*argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        provide(stage.folder, argv)
        whole = {**isolated_environ(home), **stage.devnet.environ, **environ}
        return subprocess.run([SCRIPT, *argv], env=whole, capture_output=True, timeout=120, check=False, text=True,
                              encoding="utf-8", stdin=subprocess.DEVNULL)  # fmt: skip

    return call


CALLS: list[tuple[tuple[str, ...], int, str, str]] = [
    # arguments, exit code, what stdout begins with, what stderr begins with
    (("--version",), 0, version("sogni-core"), ""),
    (("-V",), 0, version("sogni-core"), ""),
    ((), 1, "", "Error: No prompt provided. Use --help for usage.\n"),
    (("--bogus",), 1, "", "Error: Unknown option: --bogus\nHint: Use --help to see supported options.\n"),
    (("-n", "0", "x"), 1, "", "Error: -n must be >= 1.\n"),
    (("-h",), 1, "", "Error: -h requires a value.\n"),
    (("--last",), 0, "", "No previous render found."),
    (("-q", "--balance"), 0, "SPARK: ", ""),
    (("-q", "x"), 0, "http://127.0.0.1:", ""),
    (("-q", "-o", "cat.png", "--", "-a cat"), 0, "http://127.0.0.1:", ""),
    (("-q", "-c", "a.png", "x"), 0, "http://127.0.0.1:", ""),
    (("-q", "--photobooth", "--ref", "face.jpg", "-w", "512", "-h", "512", "x"), 0, "http://127.0.0.1:", ""),
    (("-q", "--multi-angle", "-c", "subject.jpg", "x"), 0, "front: http://127.0.0.1:", ""),
    (("-q", "--video", "--duration", "1", "-w", "480", "-h", "480", "-o", "o.mp4", "x"), 0, "http://127.0.0.1:", ""),
    (("-q", "--video", "--estimate-video-cost"), 0, "Estimated cost: {", ""),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "code", "out", "err"), CALLS)
def test_a_call(run: Any, argv: tuple[str, ...], code: int, out: str, err: str) -> None:
    called = run(*argv)
    assert called.returncode == code, called
    assert called.stdout.startswith(out) and bool(called.stdout) == bool(out)
    assert called.stderr.startswith(err) and (bool(err) or not called.stderr)


def test_help(run: Any) -> None:
    called = run("--help")
    assert (called.returncode, called.stderr) == (0, "")
    assert "--angles-360-video" in called.stdout and "--photobooth" in called.stdout


def test_json_of_a_success(run: Any, stage: Any) -> None:
    called = run("--json", "-o", "cat.png", "a cat wearing a hat")
    found = json.loads(called.stdout)
    assert (called.returncode, found["success"], found["seed"]) == (0, True, 342357531)
    assert found["localPath"] == str(stage.folder / "cat.png")
    lines = called.stderr.splitlines()
    assert in_order(["Using prompt-hash seed: 342357531", "Connecting to Sogni...", "Connected."], lines)


def test_json_of_a_failure(run: Any) -> None:
    called = run("--json", "--lora-strength", "1", "x")
    found = json.loads(called.stdout)
    assert (called.returncode, found["success"], called.stderr) == (1, False, "")
    assert (found["errorCode"], found["prompt"]) == ("INVALID_ARGUMENT", "x")


def test_an_openclaw_run(run: Any) -> None:
    called = run("-n", "0", "x", OPENCLAW_PLUGIN_CONFIG="{}")
    assert (called.returncode, json.loads(called.stdout)["openclaw"]) == (1, True)
    assert called.stderr.startswith("Error: -n must be >= 1.\n")


def test_as_a_tool_server_calls_it(run: Any) -> None:
    called = run("--json", "--quiet", "-w", "640", "--", "--a prompt")
    assert (called.returncode, called.stderr) == (0, "")
    assert json.loads(called.stdout)["prompt"] == "--a prompt"


def test_render_after_render(run: Any) -> None:
    first = json.loads(run("--json", "-q", "-s", "0", "-o", "cat.png", "a cat").stdout)
    assert json.loads(run("--last").stdout)["seed"] == 0
    second = json.loads(run("--json", "-q", "--last-image", "--last-seed", "in a garden").stdout)
    assert (second["seed"], second["contextImages"]) == (0, [first["localPath"]])
