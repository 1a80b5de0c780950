"""What starts the program imports nothing heavy. The gate is the set of modules, not a clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sogni_core.testing.imports import HEAVY, import_alone

PROBE = """
import contextlib, io, json, sys
from sogni_core.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    code = main(sys.argv[1:])
print(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""

LIGHT = ["sogni_core", "sogni_core.plugin", "sogni_core.errors", "sogni_core.result", "sogni_core.context",
         "sogni_core.project", "sogni_core.text", "sogni_core.testing", "sogni_core.settings", "sogni_core.media",
         "sogni_core.cli"]  # fmt: skip

ROOT = Path(__file__).parents[2]

OURS = sorted(
    found.parent.name for kind in ("plugins", "examples") for found in ROOT.glob(f"{kind}/*/sogni_*/plugin.py")
)
"""Packages of the plugins in this repository."""

PLUGINS = ["sogni_core._builtin.plugin", *(f"{package}.plugin" for package in OURS)]

RECORDS = ["sogni_core._builtin.models", "sogni_video.error_codes", "sogni_video.models"]
"""Modules of records that a plugin's own module imports, to keep it short."""

START = sorted(f"sogni_core._startup.{found.stem}" for found in ROOT.glob("sogni_core/_startup/[a-z]*.py"))


def _after(argv: Sequence[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *argv],
        env={**os.environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=50,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["code"] == 0, done.stderr
    return set(found["modules"])


@pytest.mark.parametrize("argv", [["--help"], ["--version"], []], ids=["help", "version", "nothing"])
def test_starting_loads_nothing_heavy(argv: list[str]) -> None:
    loaded = _after(argv)
    # typer itself is what help is made with.
    assert loaded & set(HEAVY) - {"typer"} == set()
    # importlib.metadata is not heavy anywhere else; a start is better off without it.
    assert loaded & {"importlib.metadata", "email", "zipfile", "socket"} == set()
    # Nor are these records, whose methods take some time to compile.
    assert loaded & {"sogni_core.field", "sogni_core.project", "sogni_core.result"} == set()
    plugins = {name for name in loaded if name.startswith(tuple(f"{package}." for package in OURS))}
    core = {name for name in loaded if name.startswith("sogni_core._builtin.")}
    assert plugins | core <= {*PLUGINS, *RECORDS}


def test_the_version_asks_no_plugin() -> None:
    assert "sogni_devnet.plugin" not in _after(["--version"])


@pytest.mark.parametrize("name", [*LIGHT, *PLUGINS, *RECORDS])
def test_importing_it_is_light(name: str) -> None:
    fresh = import_alone(name)
    assert list(fresh.findings()) == []


def test_every_plugin_of_this_repository_is_looked_at() -> None:
    assert {
        "sogni_devnet",
        "sogni_flipbook",
        "sogni_multiangle",
        "sogni_photobooth",
        "sogni_postcard",
        "sogni_video",
    } <= {*OURS}


@pytest.mark.parametrize("name", START)
def test_measures_that_speed_up_the_start_import_the_standard_library_alone(name: str) -> None:
    fresh = import_alone(name)
    assert not fresh.error
    foreign = {module for module in fresh.modules if module.partition(".")[0] not in sys.stdlib_module_names}
    assert foreign <= {"sogni_core", "sogni_core._startup", "sogni_core.frozen", name}


def test_the_package_imports_nothing_of_itself() -> None:
    fresh = import_alone("sogni_core")
    assert [name for name in fresh.modules if name.startswith("sogni_core.")] == []


def test_help_of_a_mode_loads_its_own_plugin_only() -> None:
    loaded = _after(["postcard", "--help"])
    assert "sogni_postcard.mode" in loaded
    assert not any(name.startswith("sogni_devnet.") and name != "sogni_devnet.plugin" for name in loaded)
    assert loaded & {"httpx", "websockets", "PIL", "eth_account", "rich"} == set()


def test_help_builds_no_validator() -> None:
    """Nor for the classes on the way to a mode's request, which nothing ever validates with."""
    probe = """
import sys
from sogni_core.cli import main
from sogni_core.request import Request

def built(model):
    yield from [model.__name__] if model.__pydantic_complete__ else []
    for derived in model.__subclasses__():
        yield from built(derived)

main(["image", "--help"])
assert "sogni_core._builtin.image" in sys.modules
print(*built(Request), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=50, check=True)
    assert done.stderr.split() == []


def test_what_only_a_run_needs_comes_after_its_socket_was_called() -> None:
    fresh = import_alone("sogni_core._engine.engine")
    late = {
        "sogni_core._journal.journal",
        *(f"sogni_core._engine.{name}" for name in ("runs", "run_context", "plan_context", "step")),
        *(f"sogni_core._network.{name}" for name in ("submission", "actions", "transfers", "cancellation", "lookups")),
        "sogni_core._protocol.lifecycle.machine",
    }
    assert late & set(fresh.modules) == set()


def test_plugins_of_pydantic_are_not_loaded(tmp_path: Path) -> None:
    info = tmp_path / "spy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: spy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pydantic]\nspy = spy:plugin\n")
    (tmp_path / "spy.py").write_text("raise SystemExit('a plugin of pydantic was loaded')\n")
    program = "from sogni_core.cli import program; program()"
    done = subprocess.run(
        [sys.executable, "-c", program, "image", "a cat", "-n", "99", "--json"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert json.loads(done.stdout)["errorCode"] == "INVALID_ARGUMENT", done
