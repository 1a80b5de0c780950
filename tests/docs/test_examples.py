"""An example that is shown is an example that is tried: every page is done from top to bottom."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageChops, ImageStat
from sogni_devnet.accounts import Account
from sogni_devnet.balance import Balance, Purse

from sogni_core.plugin import ENTRY_POINT_GROUP, Command, Mode
from sogni_core.settings import Paths
from sogni_core.testing.distribution import on_path, write_distribution
from tools import examples
from tools.repository import ROOT, host, pyproject
from tools.walk import Walk, matches

pytestmark = pytest.mark.slow

ACCOUNT = {"username": "your_username", "password": "your_password", "api_key": "your_api_key"}
"""The account of the pages, as its owner knows it."""


def _with_examples() -> list[Path]:
    return [
        page
        for page in examples.pages()
        if page not in examples.skill_pages()
        and any(
            block.language in examples.RUN and not (block.not_run or block.included)
            for block in examples.blocks(page.read_text("utf-8"))
        )
    ]


@pytest.mark.parametrize("page", _with_examples(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_does_what_it_says(
    page: Path, folder: Path, sogni_home: Paths, start_devnet: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page.read_text("utf-8")
    walk = _reader(folder, sogni_home, start_devnet, monkeypatch, examples.needs(text))
    before = dict(os.environ)
    try:
        with on_path(folder):
            walk.page(text)
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]


@pytest.mark.parametrize("page", examples.skill_pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_an_agent_can_type_what_the_skill_says(
    page: Path, folder: Path, sogni_home: Paths, start_devnet: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page.read_text("utf-8")
    walk = _reader(folder, sogni_home, start_devnet, monkeypatch, frozenset(MATERIALS))
    received = sogni_home.home / ".clawdbot" / "media" / "inbound"
    received.mkdir(parents=True)
    shutil.copy(folder / "photo.jpg", received)
    walk.page(text)
    typed = [command for block in examples.blocks(text) for command in examples.commands(block)]
    for line in examples.typed_in_tables(text):
        if "--last-image" in line:  # who speaks of the last picture has just made one
            assert walk.type(examples.Command('sogni image -q --overwrite -o made.png "a cat"')).exit_code == 0
        called = walk.type(examples.Command(line))
        assert called.exit_code == 0, f"{line}\n{called.stdout}{called.stderr}"
        if " -o " in line:
            saved = called.stdout.splitlines()
            assert saved, line
            assert all(Path(path).is_file() for path in saved), line
        typed.append(examples.Command(line))
    assert all(command.line.startswith("sogni ") for command in typed)
    assert typed or page.name != "SKILL.md"


def _in_help() -> list[tuple[str, str]]:
    records = [owned.record for kind in (Mode, Command) for owned in host().registry.usable(kind)]
    return [(record.name, line) for record in records for line in record.examples.values()]


@pytest.mark.parametrize(("name", "line"), _in_help(), ids=[line for _, line in _in_help()])
def test_an_example_of_help_can_be_typed(
    name: str,
    line: str,
    folder: Path,
    sogni_home: Paths,
    start_devnet: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert line.startswith(f"sogni {name} ")
    walk = _reader(folder, sogni_home, start_devnet, monkeypatch, frozenset(MATERIALS))
    (sogni_home.home / ".clawdbot" / "media" / "inbound").mkdir(parents=True)
    walk.console(examples.Block(0, "console", f"$ {line}\n"))


MATERIALS = (
    "cat.jpg", "face.jpg", "first.png", "last.png", "old_photo.jpg", "photo.jpg", "style.jpg", "subject.jpg",
    "clip.mp4", "motion.mp4", "speech.m4a",
)  # fmt: skip
"""What users of an agent have sent it."""


def _reader(
    folder: Path,
    sogni_home: Paths,
    start_devnet: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    needed: frozenset[str],
) -> Walk:
    # A reader has the live network; here a devnet stands in its place, at the addresses that settings name.
    owner = Account(**ACCOUNT, balance=Balance(Purse(1000), Purse(500)))
    network = start_devnet(accounts=[owner])
    monkeypatch.setenv("SOGNI_REST_URL", network.rest_url)
    monkeypatch.setenv("SOGNI_SOCKET_URL", network.socket_url)
    sogni_home.config.mkdir(parents=True)
    sogni_home.config_file.write_text('[devnet]\nseconds_per_image = 0\nseconds_per_clip = 0\npictures = "plain"\n')
    if "no account" not in needed:
        sogni_home.credentials.write_text(f"SOGNI_API_KEY={ACCOUNT['api_key']}\n")
        sogni_home.credentials.chmod(0o600)
    for name in needed - {"no account"}:
        _material(folder / name)

    def install(project: Path) -> None:
        facts = pyproject(project)["project"]
        write_distribution(project, facts["name"], plugins=facts["entry-points"][ENTRY_POINT_GROUP])

    return Walk(folder, install)


def _material(path: Path) -> None:
    sources = {".mp4": "testsrc2=size=512x512:rate=16:duration=2", ".m4a": "sine=duration=6"}
    if path.suffix not in sources:
        Image.new("RGB", (640, 480), "orange").save(path)
        return
    argv = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", sources[path.suffix]]
    subprocess.run([*argv, *(["-pix_fmt", "yuv420p"] if path.suffix == ".mp4" else []), str(path)], check=True)


@pytest.mark.parametrize("page", examples.pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_of_a_page_can_be_tried(page: Path) -> None:
    assert list(examples.problems(page.read_text("utf-8"))) == []


def test_the_picture_on_the_first_page_is_what_the_first_command_makes(folder: Path, sogni_cli: Any) -> None:
    shown = ROOT / "docs/images/cat.png"
    assert shown.stat().st_size < 120_000
    assert sogni_cli("image", "--network", "devnet", "a cat wearing a hat", "-o", "cat.png", "-q").exit_code == 0
    with Image.open(shown) as wanted, Image.open("cat.png") as made:
        assert (wanted.format, wanted.size, wanted.mode) == (made.format, made.size, made.mode)
        # Small differences between versions of the drawing library are none to a reader.
        difference = ImageStat.Stat(ImageChops.difference(wanted.convert("RGB"), made.convert("RGB")))
        assert max(difference.mean) < 2, "docs/images/cat.png is to be made anew"


def test_shown_output_is_compared() -> None:
    assert matches("a … c", "a b c\n")
    assert matches("first\n…\nlast", "first\n1\n2\nlast")
    assert matches("key 1", "key   1")
    assert not matches("a", "a b")
