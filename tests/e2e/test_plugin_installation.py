"""``sogni plugins add``, ``remove``, ``freeze`` and ``restore`` with the real installers, in fresh environments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sogni_core.testing import isolated_environ
from tools.repository import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LOCAL = [ROOT, ROOT / "plugins" / "devnet", ROOT / "examples" / "sogni-postcard"]

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]

UV = Path(sysconfig.get_path("scripts")) / ("uv.exe" if os.name == "nt" else "uv")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheels of sogni-core, two plugins, and all that they and a new plugin need."""
    folder = tmp_path_factory.mktemp("wheels")
    build = ["wheel", "--no-build-isolation", "-c", str(ROOT / "constraints.txt"), "--wheel-dir", str(folder)]
    _run([*PIP, *build, *map(str, LOCAL), "hatchling", "editables", "pytest"], os.environ, ROOT)
    return folder


def _run(argv: list[Any], environ: Any, folder: Path, *, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in argv],
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert code is None or done.returncode == code, f"{argv} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done


@dataclass
class Place:
    """An environment with sogni-core, and a home; installers find the wheels and nothing else."""

    folder: Path
    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    def script(self, name: str) -> str:
        """Return the path of an installed script."""
        scripts = sysconfig.get_path("scripts", "venv", {"base": str(self.folder), "platbase": str(self.folder)})
        return str(Path(scripts) / (f"{name}.exe" if os.name == "nt" else name))

    def sogni(self, *argv: Any, code: int | None = 0) -> dict[str, Any]:
        """Run ``sogni --json``; returns the object."""
        done = _run([self.script("sogni"), *argv, "--json"], self.environ, self.home, code=code)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def plugins(self) -> list[str]:
        """Return the names of the plugins that work."""
        rows = self.sogni("plugins")["plugins"]
        assert all(row["failure"] is None and not row["broken"] for row in rows)
        return [row["name"] for row in rows if row["name"] != "core"]

    def gone(self) -> list[str]:
        """Return the messages of the doctor about plugins that are gone."""
        checks = self.sogni("doctor", "--offline", "--network", "devnet", code=None)["checks"]
        return [check["message"] for check in checks if "no longer there" in check["message"]]


@pytest.fixture
def place(wheels: Path, tmp_path: Path) -> Place:
    home = tmp_path / "home"
    home.mkdir()
    environ = {name: value for name, value in isolated_environ(home).items() if not name.startswith(("PIP_", "UV_"))}
    environ.pop("PYTHONPATH", None)
    environ |= {
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_COMPILE": "1",
        "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(wheels), "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "PATH": os.pathsep.join([str(UV.parent), environ.get("PATH", "")]),
    }  # fmt: skip
    return Place(tmp_path / "env", home, environ)


def _round_trip(place: Place) -> None:
    """Add two plugins, take one out, and put everything back by a list."""
    assert place.plugins() == []
    added = place.sogni("plugins", "add", "devnet", "sogni-postcard==0.1.0")
    assert [row["name"] for row in added["plugins"]] == ["devnet", "postcard"]
    assert "warnings" not in added
    assert place.plugins() == ["devnet", "postcard"]
    kept = place.home / "plugins.txt"
    listed = _run([place.script("sogni"), "plugins", "freeze"], place.environ, place.home).stdout
    assert [line for line in listed.splitlines() if line[0] != "#"] == ["sogni-devnet==0.1.0", "sogni-postcard==0.1.0"]
    kept.write_text(listed, "utf-8")
    removed = place.sogni("plugins", "remove", "postcard")
    assert [row["distribution"] for row in removed["plugins"]] == ["sogni-postcard"]
    assert place.plugins() == ["devnet"]
    assert place.gone() == []
    restored = place.sogni("plugins", "restore", kept)
    assert "postcard" in [row["name"] for row in restored["plugins"]]
    assert place.plugins() == ["devnet", "postcard"]
    shown = place.sogni("postcard", "Lisbon", "--network", "devnet", "--dry-run")
    assert shown["projects"][0]["prompt"] == "vintage postcard of Lisbon"


def test_pip(place: Place) -> None:
    venv.create(place.folder, with_pip=True)
    python = place.script("python")
    _run([python, "-m", "pip", "install", "sogni-core"], place.environ, place.home)
    assert place.sogni("plugins", "add", "devnet", "--dry-run")["installer"] == "pip"
    _round_trip(place)
    _run([python, "-m", "pip", "uninstall", "--yes", "sogni-devnet"], place.environ, place.home)
    assert place.gone() == ["sogni-devnet 0.1.0 was installed and is no longer there."]
    answer = place.sogni("image", "x", "--network", "devnet", code=9)
    assert answer["hint"] == "Install it with: sogni plugins add devnet"
    failed = place.sogni("plugins", "add", "sogni-of-nobody", code=9)
    assert failed["errorCode"] == "INSTALL_FAILED"
    assert "No matching distribution found for sogni-of-nobody" in failed["error"]
    assert failed["hint"] == f"Run it by hand: {python} -m pip install sogni-of-nobody"
    text = _run([place.script("sogni"), "plugins", "add", "devnet"], place.environ, place.home)
    assert text.stdout == "Installed: devnet (sogni-devnet 0.1.0)\n"
    assert f"Running: {python} -m pip install sogni-devnet" in text.stderr
    added = place.sogni("plugins", "add", "iniconfig")
    assert (added["plugins"], added["warnings"]) == ([], ["iniconfig brings no plugin for sogni."])


def test_uv_in_an_environment_without_pip(place: Place) -> None:
    venv.create(place.folder, with_pip=False)
    _run([UV, "pip", "install", "--python", place.script("python"), "sogni-core"], place.environ, place.home)
    assert place.sogni("plugins", "add", "devnet", "--dry-run")["installer"] == "uv pip"
    _round_trip(place)


def test_uv_tool(place: Place) -> None:
    place.folder = Path(place.environ["UV_TOOL_DIR"]) / "sogni-core"
    install = [UV, "tool", "install", "--python", sys.executable, "sogni-core"]
    _run(install, place.environ, place.home)
    assert place.sogni("plugins", "add", "devnet", "--dry-run")["installer"] == "uv tool"
    _round_trip(place)
    _run([*install, "--force"], place.environ, place.home)
    assert place.gone() == [
        "sogni-devnet 0.1.0 was installed and is no longer there.",
        "sogni-postcard 0.1.0 was installed and is no longer there.",
    ]
    place.sogni("plugins", "restore", place.home / "plugins.txt")
    assert place.gone() == []


def test_a_new_plugin_is_installed_and_passes_its_tests(place: Place) -> None:
    venv.create(place.folder, with_pip=True)
    python = place.script("python")
    _run([python, "-m", "pip", "install", "sogni-core"], place.environ, place.home)
    made = place.sogni("new", "plugin", "light-box")
    assert made["next"][1] == f"{python} -m pip install --editable '.[test]'"
    folder = Path(made["folder"])
    _run([python, "-m", "pip", "install", "--editable", ".[test]"], place.environ, folder)
    done = _run([python, "-m", "pytest", "-q"], place.environ, folder)
    assert "3 passed" in done.stdout
    image = place.sogni("light-box", "--network", "devnet", "a lighthouse", "-o", "lighthouse.png")
    assert Path(image["localPath"]).read_bytes().startswith(b"\x89PNG")
    checked = [sys.executable, "-m", "mypy", "--strict", "-p", "sogni_light_box"]
    _run(checked, {**os.environ, "MYPYPATH": str(folder)}, folder)
    _run([sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E,F,I,W,UP,B", "--line-length", "120",
          str(folder)], os.environ, folder)  # fmt: skip
