"""What people install: wheels in fresh environments, the core alone and with plugins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image

from sogni_core.media import read_container
from sogni_core.testing import isolated_environ
from tools.repository import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DISTRIBUTIONS = [
    ROOT,
    *sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml")),
    ROOT / "examples" / "sogni-postcard",
]


@dataclass(frozen=True)
class Installation:
    """A fresh environment, and a home to use it from."""

    folder: Path
    home: Path

    def script(self, name: str) -> str:
        """Return the path of a script or of the interpreter."""
        scripts = sysconfig.get_path("scripts", "venv", {"base": str(self.folder), "platbase": str(self.folder)})
        return str(Path(scripts) / (f"{name}.exe" if os.name == "nt" else name))

    def sogni(self, *argv: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the installed program in the home folder."""
        environ = {name: value for name, value in isolated_environ(self.home).items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.script("sogni"), *map(str, argv)],
            cwd=self.home,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


def _done(argv: list[str], **options: Any) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False, **options)
    assert done.returncode == 0, (
        f"{argv[1:4]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
    )


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of this repository."""
    folder = tmp_path_factory.mktemp("wheels")
    for place in DISTRIBUTIONS:
        _done([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(place)])
    return folder


@pytest.fixture(scope="module")
def install(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Installation]:
    """Install requirements from the wheels, and what they need from the index, into a fresh environment."""

    def make(*requirements: str) -> Installation:
        place = Installation(tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("home"))
        venv.create(place.folder, with_pip=True)
        pip = [place.script("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _done([*pip, "-c", str(ROOT / "constraints.txt"), "--find-links", str(wheels), *requirements], cwd=place.home)
        return place

    return make


@pytest.fixture(scope="module")
def alone(install: Callable[..., Installation]) -> Installation:
    """The core and nothing else."""
    return install("sogni-core")


@pytest.fixture(scope="module")
def full(install: Callable[..., Installation]) -> Installation:
    """The core with the devnet, by its extra, and a plugin of somebody else's."""
    return install("sogni-core[devnet]", "sogni-postcard")


@pytest.fixture
def card(full: Installation) -> Iterator[Path]:
    path = full.home / "card.png"
    yield path
    path.unlink(missing_ok=True)


def test_a_wheel_holds_its_package_and_nothing_else(wheels: Path) -> None:
    for place in DISTRIBUTIONS:
        project = tomllib.loads((place / "pyproject.toml").read_text("utf-8"))["project"]
        package = "sogni_core" if place == ROOT else project["name"].replace("-", "_")
        with ZipFile(next(wheels.glob(f"{project['name'].replace('-', '_')}-*.whl"))) as wheel:
            names = wheel.namelist()
        assert f"{package}/py.typed" in names
        assert {name.partition("/")[0] for name in names} == {
            package,
            f"{project['name'].replace('-', '_')}-{project['version']}.dist-info",
        }
        assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]


def test_a_postcard_is_rendered(full: Installation, card: Path) -> None:
    called = full.sogni("postcard", "--network", "devnet", "Lisbon", "-o", "card.png", "--json")
    assert called.returncode == 0, called
    shown = json.loads(called.stdout)
    assert shown["success"] is True
    assert shown["network"] == "devnet"
    assert Path(shown["localPath"]).samefile(card)
    assert card.read_bytes().startswith(b"\x89PNG")


def test_a_plugin_brings_help_schema_and_settings(full: Installation) -> None:
    shown = full.sogni("postcard", "--help")
    assert shown.returncode == 0
    for flag in ("--style", "--greeting", "--output", "--seed", "[default: vintage; setting: postcard.style]"):
        assert flag in " ".join(shown.stdout.split())
    assert "postcard" in full.sogni("--help").stdout
    schema = json.loads(full.sogni("schema", "postcard").stdout)
    assert schema["properties"]["style"]["enum"] == ["vintage", "modern"]
    assert full.sogni("config", "set", "postcard.style", "modern").returncode == 0
    plan = json.loads(full.sogni("postcard", "Lisbon", "--network", "devnet", "--dry-run", "--json").stdout)
    assert plan["projects"][0]["prompt"] == "modern postcard of Lisbon"
    assert full.sogni("config", "unset", "postcard.style").returncode == 0


def test_a_plugin_s_errors_are_those_of_the_program(full: Installation) -> None:
    for argv, code in (
        (["postcard", "Lisbon", "--style", "cubist"], "INVALID_ARGUMENT"),
        (["postcard"], "INVALID_ARGUMENT"),
        (["postcard", "Lisbon", "--greeting", "x" * 41, "--network", "devnet"], "INVALID_ARGUMENT"),
        (["postcrad", "Lisbon"], "UNKNOWN_COMMAND"),
    ):
        called = full.sogni(*argv, "--json")
        assert called.returncode == 2, called
        assert json.loads(called.stdout)["errorCode"] == code
    assert json.loads(full.sogni("config", "set", "postcard.style", "cubist", "--json").stdout)["success"] is False


def test_plugins_are_listed(full: Installation) -> None:
    rows = json.loads(full.sogni("plugins", "--json").stdout)["plugins"]
    assert [row["distribution"] for row in rows] == ["sogni-core", "sogni-devnet", "sogni-postcard"]
    assert all(row["failure"] is None and not row["problems"] for row in rows)


def test_authors_can_check_their_plugin_without_pytest(full: Installation) -> None:
    code = "from sogni_core.testing import check_plugin; check_plugin('sogni_postcard.plugin')"
    _done([full.script("python"), "-c", code], cwd=full.home)


def test_the_core_alone_says_what_to_install(alone: Installation) -> None:
    called = alone.sogni("image", "--network", "devnet", "a cat", "--json")
    assert called.returncode == 9, called
    shown = json.loads(called.stdout)
    assert shown["errorCode"] == "PLUGIN_NOT_INSTALLED"
    assert shown["hint"] == 'Install it with: pip install "sogni-core[devnet]"'
    assert alone.sogni("devnet", "serve").returncode == 9
    assert alone.sogni("version").stdout.strip()


def test_the_core_alone_has_its_own_modes(alone: Installation) -> None:
    assert "image" in alone.sogni("--help").stdout
    called = alone.sogni("image", "a cat", "--json")
    assert called.returncode == 3
    assert json.loads(called.stdout)["errorCode"] == "MISSING_CREDENTIALS"


def test_portraits_need_their_extra_alone(install: Callable[..., Installation]) -> None:
    place = install("sogni-core[photobooth,devnet]")
    _subject(place.home / "face.jpg")
    argv = ("--ref", "face.jpg", "-n", "4", "80s fashion portrait", "-o", "portrait.png")
    called = place.sogni("photobooth", "--network", "devnet", *argv, "--json")
    assert called.returncode == 0, called
    assert [Path(path).name for path in json.loads(called.stdout)["localPaths"]] == [
        f"portrait-{number}.png" for number in range(1, 5)
    ]
    assert json.loads(place.sogni("multiangle", "--json").stdout)["hint"].endswith('"sogni-core[multiangle]"')


def test_angles_need_their_extra_alone_and_their_video_says_what_it_needs(
    install: Callable[..., Installation],
) -> None:
    place = install("sogni-core[multiangle,devnet]")
    _subject(place.home / "subject.jpg")
    argv = ("--network", "devnet", "-c", "subject.jpg", "--angles-360", "studio portrait, same person", "-o", "sides")
    called = place.sogni("multiangle", *argv, "--json")
    assert called.returncode == 0, called
    assert len(json.loads(called.stdout)["localPaths"]) == 8
    video = place.sogni("multiangle", *argv, "--angles-360-video", "turntable.mp4", "--json")
    assert video.returncode == 9, video
    assert json.loads(video.stdout)["hint"] == 'Install it with: pip install "sogni-core[video]"'


def test_a_turntable_video_needs_the_plugins_own_extra(install: Callable[..., Installation]) -> None:
    place = install("sogni-multiangle[video]", "sogni-core[devnet]")
    _subject(place.home / "subject.jpg")
    argv = ("--angles-360", "--angles-360-video", "turntable.mp4", "-c", "subject.jpg", "studio portrait, same person")
    called = place.sogni("multiangle", "--network", "devnet", *argv, "--json")
    assert called.returncode == 0, called
    video = Path(json.loads(called.stdout)["videoPath"])
    assert video == place.home / "turntable.mp4"
    facts = read_container(video)
    assert (facts.content_type, facts.width, facts.height, facts.seconds) == ("video/mp4", 512, 512, 8.0)


def _subject(path: Path) -> None:
    Image.new("RGB", (512, 512), "teal").save(path)
