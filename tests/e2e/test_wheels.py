"""What people install: wheels in fresh environments, the core alone and with plugins."""

from __future__ import annotations

import functools
import json
import os
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from sogni_core.media import read_container
from sogni_core.testing import isolated_environ
from tools.repository import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DISTRIBUTIONS = [
    ROOT,
    *sorted(file.parent for folder in ("plugins", "examples") for file in (ROOT / folder).glob("*/pyproject.toml")),
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

    def sogni(self, *argv: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run ``sogni`` in the home folder; ``settings`` are variables of its environment."""
        return self.run("sogni", *argv, **settings)

    def run(self, program: str, *argv: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run an installed program as :meth:`sogni` does."""
        environ = {name: value for name, value in isolated_environ(self.home).items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.script(program), *map(str, argv)],
            cwd=self.home,
            env=environ | settings,
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


PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of this repository, and of all that they need: the index is asked once."""
    folder = tmp_path_factory.mktemp("wheels")
    wanted = {requirement for requirements in EXAMPLES for requirement in requirements}
    pins = ["-c", str(ROOT / "constraints.txt")]
    # The build backend is here already; by itself pip would install it once for each of them.
    build = [*PIP, "wheel", "--no-build-isolation", *pins, "--wheel-dir", str(folder)]
    _done([*build, *map(str, DISTRIBUTIONS), *sorted(wanted)])
    return folder


@pytest.fixture(scope="module")
def install(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Installation]:
    """Install requirements from the wheels into a fresh environment. Who asks for the same gets the same one.

    ``installer``: pip, or uv, which takes a tenth of the time. Nothing is compiled beforehand: an environment runs a
    few commands, which import a part of what is installed.
    """

    @functools.cache
    def make(*requirements: str, installer: str = "uv") -> Installation:
        place = Installation(tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("home"))
        venv.create(place.folder, with_pip=False)
        python = place.script("python")
        installing = {
            "pip": [*PIP, "--python", python, "install", "--no-compile"],
            "uv": [sys.executable, "-m", "uv", "--quiet", "pip", "install", "--python", python],
        }
        wanted = ["--no-index", "--find-links", str(wheels), *requirements]
        _done([*installing[installer], *wanted], cwd=place.home)
        return place

    return make


@pytest.fixture(scope="module")
def alone(install: Callable[..., Installation]) -> Installation:
    """The core and nothing else."""
    return install("sogni-core", installer="pip")


@pytest.fixture(scope="module")
def full(install: Callable[..., Installation]) -> Installation:
    """The core with the devnet and sogni-gen, by their extras, and a plugin of somebody else's."""
    return install("sogni-core[devnet,gen]", "sogni-postcard", installer="pip")


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
    assert shown["hint"] == "Install it with: sogni plugins add devnet"
    assert alone.sogni("devnet", "serve").returncode == 9
    assert alone.sogni("version").stdout.strip()


def test_sogni_gen_comes_with_its_extra_and_needs_no_other(
    alone: Installation, install: Callable[..., Installation]
) -> None:
    assert not Path(alone.script("sogni-gen")).exists()
    place = install("sogni-core[gen]")
    called = place.run("sogni-gen", "--video", "ocean waves at sunset", "--json")
    assert called.returncode == 1, called
    assert json.loads(called.stdout)["hint"] == "Install it with: sogni plugins add video"
    assert json.loads(place.run("sogni-gen", "--json", "--version").stdout)["name"] == "sogni-gen"
    assert "--context" in place.run("sogni-gen", "--help").stdout


def test_an_agent_of_the_original_finds_its_command_and_a_host_its_skill(full: Installation, card: Path) -> None:
    called = full.run("sogni-gen", "-q", "-o", card, "a cat wearing a hat", **BRISK)
    assert called.returncode == 0, called
    with Image.open(card) as picture:
        assert picture.size == (512, 512)
    assert json.loads(full.sogni("openclaw", "install", "--json").stdout)["success"] is True
    skill = (full.home / ".clawdbot" / "skills" / "sogni-gen" / "SKILL.md").read_text("utf-8")
    assert "sogni image" in skill and "sogni video" not in skill
    config = {"OPENCLAW_PLUGIN_CONFIG": "{defaultWidth: 640, /* JSON5 */}"}
    assert "640" in full.sogni("config", "explain", "image.width", **config).stdout


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
    assert json.loads(place.sogni("multiangle", "--json").stdout)["hint"].endswith("sogni plugins add multiangle")


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
    assert json.loads(video.stdout)["hint"] == "Install it with: sogni plugins add video"


def test_a_turntable_video_needs_the_plugins_own_extra(install: Callable[..., Installation]) -> None:
    place = install("sogni-multiangle[video]", "sogni-core[devnet]")
    _subject(place.home / "subject.jpg")
    argv = ("--angles-360", "--angles-360-video", "turntable.mp4", "-c", "subject.jpg", "studio portrait, same person")
    called = place.sogni("multiangle", *argv, "--json", **BRISK)
    assert called.returncode == 0, called
    video = Path(json.loads(called.stdout)["videoPath"])
    assert video == place.home / "turntable.mp4"
    facts = read_container(video)
    assert (facts.content_type, facts.width, facts.height, facts.seconds) == ("video/mp4", 512, 512, 8.0)


def _subject(path: Path) -> None:
    Image.new("RGB", (512, 512), "teal").save(path)


@dataclass(frozen=True)
class Pictures:
    """What a command saves: images of one size, by their names.

    Of one without ``-o``, whose names are made from the run, the names only say how many there are and of which format.
    """

    names: tuple[str, ...]
    size: tuple[int, int] = (512, 512)

    def check(self, folder: Path, said: str) -> None:
        paths = _paths(folder, said)
        if paths and paths[0].parent == folder / "Pictures" / "sogni":
            assert [path.suffix for path in paths] == [Path(name).suffix for name in self.names]
        else:
            assert tuple(path.name for path in paths) == self.names
        for path in paths:
            with Image.open(path) as image:
                image.load()
                assert image.size == self.size
                assert image.format == ("JPEG" if path.suffix == ".jpg" else "PNG")


@dataclass(frozen=True)
class Film:
    """What a command saves: a video, and the images that it was made of; every frame of it is decoded."""

    frames: int = 81
    size: tuple[int, int] = (512, 512)
    rate: float = 16
    sound: bool = False
    ends: tuple[str, str] | None = None
    """Which images the first frame and the last one look like."""
    images: tuple[str, ...] = ()

    def check(self, folder: Path, said: str) -> None:
        video, *images = _paths(folder, said)
        assert tuple(path.name for path in images) == self.images
        facts = read_container(video)
        assert (facts.content_type, facts.width, facts.height) == ("video/mp4", *self.size)
        assert facts.seconds == pytest.approx(self.frames / self.rate, abs=0.07)
        argv = [
            get_ffmpeg_exe(),
            "-i",
            str(video),
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-",
        ]
        decoded = subprocess.run(argv, capture_output=True, check=True, timeout=60)
        about, length = decoded.stderr.decode(errors="replace"), self.size[0] * self.size[1] * 3
        assert len(decoded.stdout) == self.frames * length
        assert f" {self.rate:g} fps" in about
        assert (" Audio: " in about) is self.sound
        frames = (decoded.stdout[:length], decoded.stdout[-length:])
        for name, frame in zip(self.ends or (), frames, strict=False):
            with Image.open(folder / name) as image:
                wanted = image.convert("RGB").resize((1, 1)).tobytes()
            shown = Image.frombytes("RGB", self.size, frame).resize((1, 1)).tobytes()
            assert max(abs(one - other) for one, other in zip(wanted, shown, strict=True)) <= 8, name


@dataclass(frozen=True)
class Balance:
    """What a command says: how much there is of either token."""

    def check(self, folder: Path, said: str) -> None:
        if said.startswith("{"):
            shown = json.loads(said)
            assert (shown["type"], shown["spark"], shown["sogni"]) == ("balance", 1000.0, 500.0)
        else:
            assert said.split() == ["SPARK:", "1000.00", "SOGNI:", "500.00"]


Session = Sequence[tuple[str, Pictures | Film | Balance]]
"""Commands that follow upon each other in one folder, and what each is to bring."""

IMAGE = Pictures(("image.png",))
ANGLES = ("front", "front-right", "right", "back-right", "back", "back-left", "left", "front-left")
SIDES = tuple(f"{angle}.jpg" for angle in ANGLES)
PERSON = '"studio portrait, same person"'

EXAMPLES: dict[tuple[str, ...], list[Session]] = {
    ("sogni-core[devnet]",): [
        [
            ('image "a cat wearing a hat"', IMAGE),
            ('image --last-image "make it more vibrant"', IMAGE),
        ],
        [('image -o cat.png "a cat wearing a hat"', Pictures(("cat.png",)))],
        [('image --json "a cat wearing a hat"', IMAGE)],
        [("balance", Balance())],
        [("balance --json", Balance())],
        [('image -q -o cat.png "a cat wearing a hat"', Pictures(("cat.png",)))],
        [('image -c photo.jpg "make the background a beach"', IMAGE)],
        [('image -c subject.jpg -c style.jpg "apply the style to the subject"', IMAGE)],
        [
            (
                "image -c damaged_photo.jpg -o restored.png "
                '"professionally restore this vintage photograph, remove damage and scratches"',
                Pictures(("restored.png",)),
            )
        ],
        [
            (
                "image -c old_photo.jpg -o restored.png -w 1024 -h 1280 "
                '"restore this vintage photo, remove peeling, tears and wear marks, '
                'preserve natural features and expression, maintain warm nostalgic color tones"',
                Pictures(("restored.png",), (1024, 1280)),
            )
        ],
        [('image -q -o generated.png "user\'s prompt"', Pictures(("generated.png",)))],
        [('image -q -c input.jpg -o edited.png "make it pop art style"', Pictures(("edited.png",)))],
    ],
    ("sogni-core[photobooth,devnet]",): [
        [('photobooth --ref face.jpg "80s fashion portrait"', Pictures(("portrait.png",), (1024, 1024)))],
        [
            (
                'photobooth --ref face.jpg -n 4 "LinkedIn professional headshot"',
                Pictures(tuple(f"portrait-{number}.png" for number in range(1, 5)), (1024, 1024)),
            )
        ],
        [
            (
                'photobooth --ref face.jpg --cn-strength 0.6 --cn-guidance-end 0.5 "oil painting"',
                Pictures(("portrait.png",), (1024, 1024)),
            )
        ],
        [
            (
                'photobooth -q --ref face.jpg -o stylized.png "80s fashion portrait"',
                Pictures(("stylized.png",), (1024, 1024)),
            )
        ],
        [
            (
                'photobooth -q --ref face.jpg -n 4 -o stylized.png "LinkedIn professional headshot"',
                Pictures(tuple(f"stylized-{number}.png" for number in range(1, 5)), (1024, 1024)),
            )
        ],
    ],
    ("sogni-core[multiangle,devnet]",): [
        [
            (
                "multiangle -c subject.jpg --azimuth front-right --elevation eye-level --distance medium "
                f"--angle-strength 0.9 {PERSON}",
                Pictures(("front-right.jpg",)),
            )
        ],
        [
            (
                f"multiangle --angles-360 -c subject.jpg --distance medium --elevation eye-level {PERSON}",
                Pictures(SIDES),
            )
        ],
    ],
    ("sogni-multiangle[video]", "sogni-core[devnet]"): [
        [
            (
                "multiangle --angles-360 --angles-360-video turntable.mp4 "
                f"-c subject.jpg --distance medium --elevation eye-level {PERSON}",
                Film(128, images=SIDES),
            )
        ],
        [
            (
                "multiangle --angles-360 --angles-360-video output.mp4 "
                '-c image.png --elevation eye-level --distance medium "description of subject"',
                Film(128, images=SIDES),
            )
        ],
    ],
    ("sogni-core[video,devnet]", "sogni-video[ffmpeg]"): [
        [('video "ocean waves at sunset"', Film())],
        [('video --ref cat.jpg -o cat.mp4 "cat walks around"', Film(size=(640, 480)))],
        [
            ('image "a cat wearing a hat"', IMAGE),
            ('video --last-image "gentle camera pan"', Film()),
        ],
        [('video --ref scene.png --duration 10 --fps 24 "zoom out slowly"', Film(161, rate=24))],
        [
            (
                'video --ref face.jpg --ref-audio speech.m4a -m wan_v2.2-14b-fp8_s2v_lightx2v "lip sync talking head"',
                Film(sound=True),
            )
        ],
        [('video --ref subject.jpg --ref-video motion.mp4 --workflow animate-move "transfer motion"', Film())],
        [('video -q --ref image.png -o video.mp4 "camera slowly zooms in"', Film())],
        [('video -q -o video.mp4 "ocean waves at sunset"', Film())],
        [
            (
                "video -q --ref imageA.png --ref-end imageB.png -o transition.mp4 "
                '"descriptive prompt of the transition"',
                Film(ends=("imageA.png", "imageB.png")),
            )
        ],
        [
            ("last-frame existing.mp4 -o lastframe.png", Pictures(("lastframe.png",))),
            (
                'video -q --ref lastframe.png --ref-end target.png -o continuation.mp4 "scene transition prompt"',
                Film(ends=("lastframe.png", "target.png")),
            ),
            ("concat existing.mp4 continuation.mp4 -o full_sequence.mp4", Film(113)),
        ],
        [('continue existing.mp4 --ref-end target.png -o full_sequence.mp4 "scene transition prompt"', Film(112))],
    ],
}
"""What an agent is told to type, in every mode, by what has to be installed for it."""

COLOURS = {
    "cat.jpg": "orange", "photo.jpg": "skyblue", "subject.jpg": "teal", "style.jpg": "gold", "face.jpg": "peru",
    "scene.png": "olive", "damaged_photo.jpg": "sienna", "old_photo.jpg": "tan", "input.jpg": "green",
    "image.png": "navy", "imageA.png": "red", "imageB.png": "blue", "target.png": "purple",
}  # fmt: skip

BRISK = {
    "SOGNI_NETWORK": "devnet",
    "SOGNI_DEVNET__SECONDS_PER_IMAGE": "0",
    "SOGNI_DEVNET__SECONDS_PER_CLIP": "0",
    "SOGNI_DEVNET__PICTURES": "plain",
}


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that an example command reads."""
    folder = tmp_path_factory.mktemp("materials")
    for name, colour in COLOURS.items():
        Image.new("RGB", (640, 480) if name == "cat.jpg" else (512, 512), colour).save(folder / name)
    ffmpeg = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i"]
    for name in ("motion.mp4", "existing.mp4"):
        _done([*ffmpeg, "testsrc2=size=512x512:rate=16:duration=2", "-pix_fmt", "yuv420p", str(folder / name)])
    _done([*ffmpeg, "sine=duration=6", "-c:a", "aac", str(folder / "speech.m4a")])
    return folder


@pytest.mark.parametrize("requirements", EXAMPLES, ids=" ".join)
def test_every_example_runs_with_the_extra_it_needs_and_no_other(
    requirements: tuple[str, ...], install: Callable[..., Installation], materials: Path, tmp_path: Path
) -> None:
    place, sessions = install(*requirements), EXAMPLES[requirements]

    def run(number: int, session: Session) -> list[str]:
        folder = tmp_path / str(number)
        folder.mkdir()
        for file in materials.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        return [wrong for line, wanted in session if (wrong := _fault(replace(place, home=folder), line, wanted))]

    # Most of a command's time is the interpreter's start.
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(run, range(len(sessions)), sessions)
        wrong = [text for texts in found for text in texts]
    assert not wrong, "\n\n".join(wrong)


def _fault(place: Installation, line: str, wanted: Pictures | Film | Balance) -> str:
    """Run one command; return what is wrong with what it brought, or nothing."""
    called = place.sogni(*shlex.split(line), **BRISK)
    if called.returncode:
        return f"sogni {line}: {called}"
    try:
        wanted.check(place.home, called.stdout)
    except AssertionError as error:
        return f"sogni {line}: {error}\n{called.stdout}"
    return ""


def _paths(folder: Path, said: str) -> list[Path]:
    """Return the files that a command says it has saved, each on a line, with or without a label."""
    lines = json.loads(said)["localPaths"] if said.startswith("{") else said.splitlines()
    return [folder / line.rpartition(": ")[2] for line in lines]
