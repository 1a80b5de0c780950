"""A file with settings that cannot be read: nothing is paid for, since it may set the network, currency or a limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.settings import Paths
from sogni_core.testing.command_line import Called

Command = Callable[..., Called]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def image(sogni_cli: Any, devnet: Devnet, folder: Path) -> Command:
    def call(*argv: str, **environ: str) -> Called:
        found: Called = sogni_cli("image", "a cat", "--json", *argv, environ={**devnet.environ, **environ})
        return found

    return call


@pytest.fixture(params=["config.toml", "openclaw.json", "OPENCLAW_PLUGIN_CONFIG"])
def unread(request: pytest.FixtureRequest, sogni_home: Paths, folder: Path) -> dict[str, str]:
    """Something unreadable, and the environment that points there."""
    if request.param == "OPENCLAW_PLUGIN_CONFIG":
        return {request.param: "{ defaultTokenType: "}
    if request.param == "openclaw.json":
        (folder / "openclaw.json").write_text("{ plugins: ")
        return {"OPENCLAW_CONFIG_PATH": str(folder / "openclaw.json")}
    sogni_home.config_file.parent.mkdir(parents=True, exist_ok=True)
    sogni_home.config_file.write_text('token_type = "sogni\n')
    return {}


def test_nothing_is_paid_for(image: Command, unread: dict[str, str], devnet: Devnet, folder: Path) -> None:
    called = image("-o", "cat.png", **unread)
    found = called.json
    assert (called.exit_code, found["errorCode"], found["mayChargeAgain"]) == (3, "INVALID_CONFIG", False)
    assert found["error"].startswith("Cannot read ")
    assert found["error"].endswith(" It may set the network, the currency or a limit, so nothing is paid for.")
    assert devnet.projects == []
    assert not (folder / "cat.png").exists()


def test_what_costs_nothing_goes_on_with_a_warning(image: Command, unread: dict[str, str]) -> None:
    found = image("--dry-run", **unread).json
    assert found["success"] is True
    assert found["warnings"][0].startswith("Cannot read ")


def test_once_it_is_repaired_the_same_command_renders(
    image: Command, sogni_home: Paths, devnet: Devnet, folder: Path
) -> None:
    sogni_home.config_file.parent.mkdir(parents=True, exist_ok=True)
    sogni_home.config_file.write_text('token_type = "sogni\n')
    assert image("-o", "cat.png").exit_code == 3
    sogni_home.config_file.write_text('token_type = "sogni"\n')
    assert image("-o", "cat.png").json["tokenType"] == "sogni"
    assert len(devnet.projects) == 1


def test_resume_stops_too(image: Command, sogni_cli: Any, devnet: Devnet, sogni_home: Paths) -> None:
    run = image("-w", "256", "-h", "256").json["runId"]
    sogni_home.config_file.parent.mkdir(parents=True, exist_ok=True)
    sogni_home.config_file.write_text("limits = [")
    called = sogni_cli("resume", run, "--json", environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG")


@pytest.mark.parametrize(("name", "sent"), [("config.toml", 0), ("openclaw.json", 1)])
def test_the_node_programs_command_goes_on_without_a_hosts_file_only(
    sogni_gen: Any, devnet: Devnet, sogni_home: Paths, folder: Path, name: str, sent: int
) -> None:
    path = sogni_home.config_file if name == "config.toml" else folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{ plugins: ")
    called = sogni_gen("a cat", environ={**devnet.environ, "OPENCLAW_CONFIG_PATH": str(folder / "openclaw.json")})
    assert len(devnet.projects) == sent
    assert (called.exit_code == 0) is bool(sent)
    assert "Cannot read " in called.stderr
