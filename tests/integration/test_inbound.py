"""What a chat host received, whatever lies in its folder."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

SAMPLES = Path(__file__).parents[1] / "unit" / "media" / "samples"

WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24)

posix = pytest.mark.parametrize("system", ["posix"] if os.name == "posix" else [])
"""For what only POSIX has: pipes, names of any bytes, modes."""


@pytest.fixture
def received(sogni_home: Any) -> Path:
    folder = sogni_home.home / ".clawdbot" / "media" / "inbound"
    folder.mkdir(parents=True)
    return Path(folder)


@pytest.fixture
def inbound(sogni_cli: Any) -> Any:
    def run(*argv: object, **environ: str) -> Any:
        return sogni_cli("inbound", "--json", *map(str, argv), environ=environ)

    return run


def picture(path: Path, age: float = 0, size: tuple[int, int] = (64, 48), **options: Any) -> Path:
    Image.new("RGB", size, "teal").save(path, **options)
    return aged(path, age)


def aged(path: Path, age: float) -> Path:
    """Let a file have come ``age`` seconds before noon of a certain day."""
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return path


def names(called: Any) -> list[str]:
    assert called.exit_code == 0, called
    return [Path(row["path"]).name for row in called.json["files"]]


def test_the_newest_comes_first_with_what_it_is(received: Path, inbound: Any) -> None:
    picture(received / "older.png", 20)
    turned = Image.Exif()
    turned[0x0112] = 6
    picture(received / "newer.jpg", 10, exif=turned)
    aged(Path(shutil.copy(SAMPLES / "clip.mp4", received)), 5)
    called = inbound()
    assert (called.json["type"], called.json["folder"]) == ("inbound", str(received))
    clip, newer, older = called.json["files"]
    assert newer == {
        "path": str(received / "newer.jpg"),
        "contentType": "image/jpeg",
        "size": (received / "newer.jpg").stat().st_size,
        "received": "2023-11-14T22:13:10+00:00",
        "width": 48,
        "height": 64,
        "seconds": None,
        "problem": None,
    }
    assert (older["contentType"], older["width"], older["height"]) == ("image/png", 64, 48)
    assert clip["contentType"] == "video/mp4"
    assert clip["width"] and clip["height"] and clip["seconds"]


def test_a_kind_and_a_limit_choose(received: Path, inbound: Any) -> None:
    for number in range(12):
        picture(received / f"{number}.png", number)
    (received / "note.wav").write_bytes(WAVE)
    aged(Path(shutil.copy(SAMPLES / "voice.mp4", received / "voice.mp4")), 100)
    aged(Path(shutil.copy(SAMPLES / "clip.mp4", received / "clip.mp4")), 200)
    assert len(names(inbound())) == 10
    assert names(inbound("--limit", 2, "--kind", "image")) == ["0.png", "1.png"]
    assert names(inbound("--kind", "audio")) == ["note.wav", "voice.mp4"]
    assert names(inbound("--kind", "video", "--limit", 1)) == ["clip.mp4"]


@pytest.mark.parametrize("argv", [("--limit", 0), ("--limit", 1001), ("--limit", "x"), ("--kind", "text"), ("more",)])
def test_what_cannot_be_asked_is_refused(argv: tuple[object, ...], received: Path, inbound: Any) -> None:
    called = inbound(*argv)
    assert (called.exit_code, called.json["errorCode"]) == (2, "INVALID_ARGUMENT")


def test_what_is_no_received_medium_is_not_listed(received: Path, inbound: Any) -> None:
    picture(received / "there.png")
    picture(received / ".hidden.png")
    for ending in ("part", "PARTIAL", "crdownload", "download", "opdownload", "tmp"):
        shutil.copy(received / "there.png", received / f"there.png.{ending}")
    (received / "empty.png").touch()
    (received / "text.png").write_text("no picture at all")
    (received / "document.pdf").write_bytes(b"%PDF-1.7\n")
    (received / "folder.png").mkdir()
    picture(received / "folder.png" / "inner.png")
    (received / "nowhere.png").symlink_to(received / "gone.png")
    (received / "circle.png").symlink_to(received / "circle.png")
    assert names(inbound()) == ["there.png"]


@posix
def test_pipes_and_unreadable_files_are_passed_by(system: str, received: Path, inbound: Any) -> None:
    os.mkfifo(received / "pipe.png")
    (received / "device.png").symlink_to("/dev/zero")
    picture(received / "there.png")
    picture(received / "secret.png").chmod(0)
    # Root may read everything.
    assert set(names(inbound())) == {
        "there.png",
        *(["secret.png"] if os.access(received / "secret.png", os.R_OK) else []),
    }


def test_what_cannot_be_used_says_why(received: Path, inbound: Any) -> None:
    whole = picture(received / "cut.jpg", size=(640, 480), quality=95).read_bytes()
    (received / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (received / "apple.jpg").write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(100))
    clip = (SAMPLES / "clip.mp4").read_bytes()
    (received / "cut.mp4").write_bytes(clip[: len(clip) // 2])
    found = {Path(row["path"]).name: row for row in inbound().json["files"]}
    assert found["cut.jpg"]["problem"].startswith("it does not decode")
    assert found["apple.jpg"]["problem"] == "it is image/heic"
    assert found["cut.mp4"]["problem"]
    assert all(row["width"] is None and row["seconds"] is None for row in found.values())


@pytest.mark.parametrize("system", ["linux"] if sys.platform == "linux" else [])
def test_hostile_names_are_exact_in_json_and_harmless_as_text(
    system: str, received: Path, inbound: Any, sogni_cli: Any
) -> None:
    hostile = ["a\nb.png", "\x1b[2J.png", "\u202egnp.png", "blank name.png", "-o.png", "$(id).png", '"quoted".png']
    for name in [*hostile, os.fsdecode(b"\xff\xfe.png")]:
        picture(received / "x.png").rename(received / name)
    listed = names(inbound())
    assert set(listed) == {*hostile, os.fsdecode(b"\xff\xfe.png")}
    text = sogni_cli("inbound").stdout
    assert len(text.splitlines()) == len(listed)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_times_that_no_calendar_has_are_no_times(received: Path, inbound: Any) -> None:
    path = picture(received / "odd.png")
    os.utime(path, (-1, -1))
    assert inbound().json["files"][0]["received"] == "1969-12-31T23:59:59+00:00"


def test_a_folder_with_very_much_in_it_is_read_once(received: Path, inbound: Any) -> None:
    small = picture(received / "small.png", size=(8, 8)).read_bytes()
    for number in range(3000):
        (received / f"{number:04}.txt").write_bytes(b"text")
        if number % 3 == 0:
            (received / f"{number:04}.png").write_bytes(small)
    picture(received / "newest.png", -(10**9), size=(8, 8))
    aged(received / "small.png", 10**8)
    assert names(inbound("--limit", 1)) == ["newest.png"]
    found = names(inbound("--limit", 1000))
    assert (len(found), len({*found})) == (1000, 1000)


def test_where_it_is_can_be_set(folder: Path, inbound: Any, sogni_home: Any, sogni_cli: Any) -> None:
    for place in (folder / "elsewhere", sogni_home.home / "mine"):
        place.mkdir()
        picture(place / "there.png")
    assert inbound(SOGNI_MEDIA_INBOUND_DIR=str(folder / "elsewhere")).json["folder"] == str(folder / "elsewhere")
    assert inbound(SOGNI_MEDIA_INBOUND_DIR="elsewhere").json["errorCode"] == "INVALID_CONFIG"
    assert sogni_cli("config", "set", "media_inbound_dir", "~/mine").exit_code == 0
    assert inbound().json["folder"] == str(sogni_home.home / "mine")


def test_an_empty_folder_is_no_error(received: Path, inbound: Any, sogni_cli: Any) -> None:
    assert inbound().json["files"] == []
    assert sogni_cli("inbound", "--kind", "audio").stdout == f"No audio in {received}.\n"


@pytest.mark.parametrize("place", ["gone", "file"])
def test_a_folder_that_is_none_is_named_with_its_setting(
    place: str, folder: Path, inbound: Any, sogni_home: Any
) -> None:
    (folder / "file").write_text("mine")
    sogni_home.config.mkdir(parents=True)
    sogni_home.config_file.write_text(f'media_inbound_dir = "{folder / place}"\n')
    called = inbound()
    assert (called.exit_code, called.json["errorCode"]) == (2, "MISSING_FILE")
    assert "sogni config set media_inbound_dir FOLDER" in called.json["hint"]
    assert called.json["errorDetails"]["setting"] == "media_inbound_dir"
