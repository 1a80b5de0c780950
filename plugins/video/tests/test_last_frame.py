"""The last frame is the last one that a player shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .conftest import clip, far, ffmpeg, film

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "made",
    [
        {"frames": 17},
        {"frames": 1},
        {"frames": 130, "rate": "60"},
        {"frames": 17, "sound": 6.0},
        {"frames": 17, "sound": 0.2},
        {"frames": 17, "codec": ("-c:v", "libx264", "-bf", "3", "-g", "250")},
    ],
)
def test_it_is_the_last_picture_that_is_decoded(run: Any, folder: Path, made: dict[str, Any]) -> None:
    path = clip(folder / "a.mp4", **made)
    called = run("last-frame", "a.mp4", "-o", "last.png", "--json")
    assert called.exit_code == 0, called
    assert called.json == {
        "success": True, "type": "last-frame", "width": 512, "height": 480, "localPath": str(folder / "last.png"),
    }  # fmt: skip
    with Image.open("last.png") as image:
        assert image.format == "PNG"
        frames = film(path).frames
        assert far(image, frames[-1]) == 0
        assert all(far(image, other) > 0 for other in frames[:-1])


@pytest.mark.parametrize("name", ["a.webm", "a.mov"])
def test_of_every_container(run: Any, folder: Path, name: str) -> None:
    clip(folder / name, codec=("-c:v", "libvpx-vp9") if name == "a.webm" else ("-c:v", "libx264"))
    assert run("last-frame", name, "-o", "last.png").stdout == f"{folder / 'last.png'}\n"
    with Image.open("last.png") as image:
        assert far(image, film(folder / name).frames[-1]) == 0


def test_a_turned_video_is_turned(run: Any, folder: Path) -> None:
    clip(folder / "a.mp4", 5, size="640x480")
    ffmpeg("-display_rotation", "90", "-i", "a.mp4", "-c", "copy", "turned.mp4")
    shown = run("last-frame", "turned.mp4", "-o", "last.png", "--json").json
    assert (shown["width"], shown["height"]) == (480, 640)


def test_a_video_without_pictures_is_refused_and_nothing_is_left(run: Any, folder: Path) -> None:
    path = clip(folder / "a.mp4", 5)
    content = path.read_bytes()
    place = content.index(b"mdat") + 4
    index = content.index(b"moov") - 4
    path.write_bytes(content[:place] + bytes(index - place) + content[index:] if index > place else content[:place])
    called = run("last-frame", "a.mp4", "-o", "last.png", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (2, "FFMPEG_EXTRACT_FAILED")
    assert called.json["errorDetails"]["videoPath"] == str(path)
    assert sorted(entry.name for entry in folder.iterdir()) == ["a.mp4"]


def test_what_is_no_video_is_refused(run: Any, folder: Path) -> None:
    Image.new("RGB", (64, 64)).save("a.png")
    assert run("last-frame", "a.png", "-o", "l.png", "--json").json["errorCode"] == "UNSUPPORTED_MEDIA"
    assert run("last-frame", "gone.mp4", "-o", "l.png", "--json").json["errorCode"] == "MISSING_FILE"
    assert run("last-frame", "https://sogni.ai/a.mp4", "-o", "l.png", "--json").exit_code == 2
