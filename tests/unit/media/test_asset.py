from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from sogni_core.errors import InputError
from sogni_core.media.asset import read_asset
from sogni_core.project import Asset


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    Image.new("RGB", (30, 20)).save(path)
    return path


def test_an_image_is_typed_measured_and_hashed(picture: Path) -> None:
    asset = read_asset(Asset(str(picture)))
    assert asset == Asset(
        source=str(picture),
        path=picture,
        content_type="image/png",
        size=picture.stat().st_size,
        width=30,
        height=20,
        sha256=hashlib.sha256(picture.read_bytes()).hexdigest(),
    )


def test_home_and_relative_paths(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(picture.parent))
    monkeypatch.setenv("USERPROFILE", str(picture.parent))
    monkeypatch.chdir(picture.parent)
    assert read_asset(Asset("~/cat.png")).path == picture
    assert read_asset(Asset("cat.png")).path == picture


def test_a_fetched_file_keeps_its_source(picture: Path) -> None:
    asset = read_asset(Asset("https://example.test/cat", path=picture))
    assert (asset.source, asset.path, asset.width) == ("https://example.test/cat", picture, 30)


def test_other_kinds_are_typed_and_hashed_if_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(3_000_000))
    sound = Asset(str(tmp_path / "a.bin"))
    asset = read_asset(sound, kind="audio")
    assert (asset.content_type, asset.size, asset.width, asset.sha256) == ("audio/wav", 3_000_016, 0, "")
    assert len(read_asset(sound, kind="audio", digest=True).sha256) == 64


def refused(source: str | Path, code: str, kind: str = "image") -> InputError:
    with pytest.raises(InputError) as raised:
        read_asset(Asset(str(source)), kind=kind)
    assert raised.value.code == code
    return raised.value


def test_what_cannot_be_read(tmp_path: Path) -> None:
    error = refused(tmp_path / "missing.png", "MISSING_FILE")
    assert error.message == f"Failed to read media file: {tmp_path / 'missing.png'}"
    assert error.details["cause"].startswith("ENOENT: ")
    assert error.hint == "Check the path or use a URL."
    assert refused(tmp_path, "MISSING_FILE").details["cause"].startswith("EISDIR")
    refused("nul\0character", "MISSING_FILE")
    refused("surrogate\ud800", "MISSING_FILE")
    refused("~nobody-of-that-name/cat.png", "MISSING_FILE")
    refused(tmp_path / ("x" * 300), "MISSING_FILE")


def test_what_is_something_else(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    assert "empty" in refused(tmp_path / "empty.png", "UNSUPPORTED_MEDIA").message
    (tmp_path / "page.png").write_text("<html>")
    refused(tmp_path / "page.png", "UNSUPPORTED_MEDIA")
    error = refused(picture, "UNSUPPORTED_MEDIA", kind="audio")
    assert (error.hint, error.details["contentType"]) == ("Use an audio file.", "image/png")
    picture.write_bytes(picture.read_bytes()[:40])
    refused(picture, "UNSUPPORTED_MEDIA")


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    if os.name != "posix":
        return
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "MISSING_FILE")
    refused("/dev/zero", "MISSING_FILE")


def test_a_file_without_permission(picture: Path) -> None:
    """In a process without privileges, since root may read everything."""
    if os.name != "posix":
        return
    code = (
        "import os, sys\n"
        "from sogni_core.errors import InputError\n"
        "from sogni_core.media.asset import read_asset\n"
        "from sogni_core.project import Asset\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: read_asset(Asset(sys.argv[1]))\n"
        "except InputError as error: print(error.code, error.details['cause'])\n"
    )
    picture.chmod(0)
    done = subprocess.run([sys.executable, "-c", code, picture], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MISSING_FILE EACCES")


def test_pillow_is_imported_when_pixels_are_touched() -> None:
    code = "import sys, sogni_core.media.asset, sogni_core.media; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_digest_is_left_out_where_nobody_wants_it(picture: Path) -> None:
    whole, quick = read_asset(Asset(str(picture))), read_asset(Asset(str(picture)), digest=False)
    assert len(whole.sha256) == 64
    assert quick == replace(whole, sha256="")
