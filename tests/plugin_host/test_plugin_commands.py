"""``sogni plugins`` and the commands below it, as far as nothing is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core import __version__
from sogni_core.testing.distribution import on_path, write_distribution


def test_the_group_lists_and_has_further_commands(sogni_cli: Any) -> None:
    assert sogni_cli("plugins", "--json").json["type"] == "plugins"
    assert sogni_cli("plugins", "-q").stdout.startswith("core  sogni-core")
    shown = sogni_cli("plugins", "--help").stdout
    for word in ("List plugins", "add", "remove", "freeze", "restore"):
        assert word in shown
    assert "--dry-run" in sogni_cli("plugins", "add", "--help").stdout
    unknown = sogni_cli("plugins", "nosuch", "--json")
    assert (unknown.exit_code, unknown.json["errorCode"]) == (2, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("argv", "kind"),
    [
        (["plugins", "--json", "freeze"], "plugins-freeze"),
        (["plugins", "freeze", "--json"], "plugins-freeze"),
        (["--json", "plugins", "freeze"], "plugins-freeze"),
        (["config", "--json", "path"], "config-path"),
    ],
)
def test_flags_may_stand_between_the_words_of_a_command(argv: list[str], kind: str, sogni_cli: Any) -> None:
    assert sogni_cli(*argv).json["type"] == kind


def test_a_dry_run_shows_the_command_and_runs_nothing(install: Any, sogni_cli: Any) -> None:
    install("stamp")
    called = sogni_cli("plugins", "add", "video", "sogni-kite>=1", "--dry-run", "--json").json
    assert called["command"][-3:] == ["install", "sogni-video", "sogni-kite>=1"]
    assert (called["type"], called["installer"], called["dryRun"]) == ("plugins-add", "pip", True)
    assert "'sogni-kite>=1'" in sogni_cli("plugins", "add", "sogni-kite>=1", "--dry-run").stdout
    for name in ("stamp", "sogni-stamp", "Sogni_Stamp"):
        removed = sogni_cli("plugins", "remove", name, "--dry-run", "--json").json
        assert removed["command"][-3:] == ["uninstall", "--yes", "sogni-stamp"]
    assert sogni_cli("stamp", "x", "--network", "devnet", "--dry-run").exit_code == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["add", "--dry-run", "--", "--pre"], "is not the name of a plugin"),
        (["remove", "nobody"], "No plugin 'nobody' is installed."),
        (["remove", "sogni-core"], "sogni-core is not a plugin"),
        (["restore", "/gone.txt"], "Cannot read /gone.txt: no such file"),
    ],
)
def test_what_cannot_be_meant(argv: list[str], said: str, sogni_cli: Any) -> None:
    called = sogni_cli("--json", "plugins", *argv)
    assert called.exit_code == 2
    assert said in called.json["error"]


def test_a_file_is_not_uninstalled(sogni_cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "card.py"
    file.write_text("from sogni_core.plugin import hookimpl\n", "utf-8")
    called = sogni_cli("plugins", "remove", "card", "--json", "--plugin", file)
    assert (called.exit_code, called.json["error"]) == (2, f"card is the file {file}, which is not installed.")


def test_what_is_installed_as_a_list(sogni_cli: Any, tmp_path: Path) -> None:
    site, file = tmp_path / "elsewhere", tmp_path / "card.py"
    file.write_text("from sogni_core.plugin import hookimpl\n", "utf-8")
    origins: dict[str, Any] = {
        "plain": None,
        "folder": {"url": "file:///srv/kite", "dir_info": {"editable": True}},
        "remote": {"url": "https://x/y.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "kite"},
        "broken": "not JSON",
    }
    with on_path(site):
        for name, origin in origins.items():
            info = write_distribution(site, f"sogni-{name}", version="1.5", plugins={name: f"sogni_{name}"})
            if origin is not None:
                (info / "direct_url.json").write_text(json.dumps(origin), "utf-8")
        environ = {"SOGNI_PLUGINS": "plain,folder,remote,broken"}
        found = sogni_cli("plugins", "freeze", "--json", "--plugin", file, environ=environ).json
        text = sogni_cli("plugins", "freeze", "--plugin", file, environ=environ).stdout
    rows = {row["distribution"]: row["requirement"] for row in found["plugins"]}
    assert rows["sogni-plain"] == "sogni-plain==1.5"
    assert rows["sogni-folder"] == "sogni-folder @ file:///srv/kite"
    assert rows["sogni-remote"] == "sogni-remote @ git+https://x/y.git@abc#subdirectory=kite"
    assert rows["sogni-broken"] == "sogni-broken==1.5"
    assert "sogni-devnet" in rows, "what is left out is installed all the same"
    assert (found["core"], found["files"]) == (__version__, [str(file)])
    assert text.startswith(f"# Plugins of sogni-core {__version__}. Install them with: sogni plugins restore FILE\n")
    assert [line for line in text.splitlines() if not line.startswith("#")] == [*rows.values()]
    assert f"# Not installed, a file: {file}" in text


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_list_is_restored(form: str, sogni_cli: Any, tmp_path: Path) -> None:
    kept = tmp_path / "plugins.txt"
    rows = [{"distribution": "sogni-a", "requirement": "sogni-a==1"}, {"requirement": "sogni-b @ file:///x#egg=1"}]
    text = "# a comment\n\nsogni-a==1  # why\nsogni-b @ file:///x#egg=1\n"
    kept.write_text(text if form == "text" else json.dumps({"plugins": rows}), "utf-8")
    called = sogni_cli("plugins", "restore", kept, "--dry-run", "--json").json
    assert called["command"][-3:] == ["install", "sogni-a==1", "sogni-b @ file:///x#egg=1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# nothing\n", "lists no plugin"),
        ('{"plugins": 7}', "is not a list of plugins freeze"),
        ("{", "is not a list of plugins freeze"),
        ("--pre\n", "is not the name of a plugin"),
        ("\x00" * 1_000_001, "is too large"),
    ],
)
def test_what_is_no_list(text: str, said: str, sogni_cli: Any, tmp_path: Path) -> None:
    kept = tmp_path / "plugins.txt"
    kept.write_text(text, "utf-8")
    called = sogni_cli("plugins", "restore", kept, "--json")
    assert called.exit_code == 2
    assert said in called.json["error"]


def test_the_program_runs_as_a_module(sogni_home: Any) -> None:
    for argv in (["version", "--json"], ["--version", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "sogni_core", *argv], capture_output=True, text=True, check=True, timeout=60
        )
        assert json.loads(done.stdout)["version"] == __version__
    wrong = subprocess.run([sys.executable, "-m", "sogni_core", "nosuch"], capture_output=True, check=False, timeout=60)
    assert wrong.returncode == 2


@pytest.fixture
def new(sogni_cli: Any, folder: Path) -> Callable[..., Any]:
    """Run ``sogni new plugin`` in an empty folder."""
    return lambda *argv: sogni_cli("new", "plugin", *argv, "--json")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kite", "light-box", "sogni-kite2"])
def test_a_new_plugin_passes_its_own_tests(name: str, new: Any, folder: Path, sogni_home: Any) -> None:
    made = new(name)
    assert made.exit_code == 0, made
    short = name.removeprefix("sogni-")
    package = f"sogni_{short.replace('-', '_')}"
    assert (made.json["name"], made.json["distribution"], made.json["package"]) == (short, f"sogni-{short}", package)
    where = folder / f"sogni-{short}"
    assert made.json["folder"] == str(where)
    written = [str(path) for path in sorted(where.rglob("*")) if path.is_file()]
    assert sorted(made.json["files"]) == written
    assert not [path for path in written if "$" in Path(path).read_text("utf-8")]
    write_distribution(where, f"sogni-{short}", plugins={short: f"{package}.plugin"})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-W", "error"],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(where)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_new_plugin_in_another_folder(new: Any, folder: Path) -> None:
    (folder / "here").mkdir()
    made = new("kite", "--path", "here")
    assert made.json["folder"] == str(folder / "here")
    assert (folder / "here" / "sogni_kite" / "plugin.py").is_file()
    assert made.json["next"][0] == f"cd {folder / 'here'}"
    assert "sogni kite --network devnet" in " ".join(made.json["next"])


def test_nothing_is_overwritten(new: Any, folder: Path) -> None:
    (folder / "sogni-kite").mkdir()
    (folder / "sogni-kite" / "mine.txt").write_text("mine", "utf-8")
    called = new("kite")
    assert (called.exit_code, called.json["errorCode"]) == (2, "OUTPUT_NOT_WRITABLE")
    assert [path.name for path in (folder / "sogni-kite").iterdir()] == ["mine.txt"]
    (folder / "sogni-file").write_text("mine", "utf-8")
    assert new("file").json["errorCode"] == "OUTPUT_NOT_WRITABLE"


@pytest.mark.parametrize(
    "name", ["image", "core", "config", "video", "devnet", "help", "token-type", "postcard", "gen"]
)
def test_a_name_that_is_taken(name: str, new: Any, folder: Path) -> None:
    called = new(name)
    assert (called.exit_code, called.json["errorCode"]) == (2, "INVALID_ARGUMENT")
    assert f"The name {name!r} is taken by " in called.json["error"]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["Kite", "2d", "a_b", "a b", "../x", "-x", "", "sogni-", "kité"])
def test_a_name_that_cannot_be(name: str, new: Any, folder: Path) -> None:
    called = new("--", name) if name.startswith("-") else new(name)
    assert called.exit_code == 2
    assert list(folder.iterdir()) == []
