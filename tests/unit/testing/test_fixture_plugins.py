"""Which plugins the fixtures load where a test names none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sogni_core.testing.project import plugins_of

PROJECT = '[project]\nname = "sogni-kite"\n[project.entry-points."sogni.plugins"]\nkite = "sogni_kite.plugin"\n'


@pytest.fixture
def sogni_plugins() -> list[str]:
    """The project of a plugin that builds on photobooth, as its ``conftest.py`` has it."""
    return ["photobooth", "devnet"]


def _names(called: Any) -> list[str]:
    return [row["name"] for row in called.json["plugins"]]


def test_those_of_the_project_are_loaded(sogni_cli: Any, sogni_app: Any) -> None:
    assert _names(sogni_cli("plugins", "--json")) == ["core", "devnet", "photobooth"]
    assert sogni_app().environ["SOGNI_PLUGINS"] == "photobooth,devnet"


def test_a_test_may_name_others(sogni_cli: Any, sogni_app: Any) -> None:
    assert _names(sogni_cli("plugins", "--json", plugins=["video"])) == ["core", "video"]
    assert _names(sogni_cli("plugins", "--json", plugins=[])) == ["core"]
    assert _names(sogni_cli("plugins", "--json", environ={"SOGNI_PLUGINS": "video"})) == ["core", "video"]
    assert sogni_app(plugins=[]).environ["SOGNI_PLUGINS"] == ""


def test_what_is_installed_for_a_test_is_loaded_too(sogni_site: Any, sogni_cli: Any, sogni_gen: Any) -> None:
    module = "from sogni_core.plugin import Mode, hookimpl\n@hookimpl\ndef sogni_modes():\n    return []\n"
    sogni_site("sogni-here", plugins={"here": "sogni_here"}, files={"sogni_here.py": module})
    assert _names(sogni_cli("plugins", "--json")) == ["core", "devnet", "here", "photobooth"]
    shown = " ".join(sogni_gen("--help").stdout.split())
    assert "--photobooth" in shown
    assert "Not installed. Install it with: sogni plugins add video" in shown


def test_the_plugins_of_a_project_are_in_the_nearest_pyproject(tmp_path: Path) -> None:
    test = tmp_path / "kite" / "tests" / "deep" / "test_it.py"
    test.parent.mkdir(parents=True)
    assert plugins_of(test, tmp_path) == []
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "workspace"\n', "utf-8")
    assert plugins_of(test, tmp_path) == []
    (tmp_path / "kite" / "pyproject.toml").write_text(PROJECT, "utf-8")
    assert plugins_of(test, tmp_path) == ["kite"]
    (tmp_path / "kite" / "tests" / "pyproject.toml").write_text("[tool.ruff]\n", "utf-8")
    assert plugins_of(test, tmp_path) == ["kite"]
    assert plugins_of(tmp_path / "test_other.py", tmp_path) == []
    (tmp_path / "kite" / "pyproject.toml").write_text("not TOML", "utf-8")
    assert plugins_of(test, tmp_path) == []


def test_nothing_above_the_root_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT, "utf-8")
    assert plugins_of(tmp_path / "root" / "test_it.py", tmp_path / "root") == []
    assert plugins_of(tmp_path / "root" / "test_it.py", tmp_path) == ["kite"]
