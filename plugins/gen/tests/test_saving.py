"""What ``-o`` saves, and under which names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .materials import NAMED

SIDES = ("front", "front-right", "right", "back-right", "back", "back-left", "left", "front-left")


def _files(stage: Any) -> list[str]:
    found = (path.relative_to(stage.folder).as_posix() for path in stage.folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in NAMED)


SAVED = [
    ("-o cat.png x", ["cat.png"], "PNG"),
    ("-o cat.jpg x", ["cat.jpg"], "JPEG"),
    ("-o cat.jpeg x", ["cat.jpeg"], "JPEG"),
    ("-o CAT.JPG x", ["CAT.JPG"], "JPEG"),
    ("-o cat.jpg --format png x", ["cat.jpg"], "PNG"),
    ("-o cat.png --format jpg x", ["cat.png"], "JPEG"),
    ("-o cat --format jpg x", ["cat"], "JPEG"),
    ("-o cat x", ["cat"], "PNG"),
    ("-o new/folder/cat.png x", ["new/folder/cat.png"], "PNG"),
    ("-o 'a cat.png' x", ["a cat.png"], "PNG"),
    ("-c a.png -o cat.png x", ["cat.png"], "PNG"),
    ("--photobooth --ref face.jpg -w 512 -h 512 -o me.jpg x", ["me.jpg"], "JPEG"),
    ("--multi-angle -c subject.jpg -o out x", ["out/front.jpg"], "JPEG"),
    ("--multi-angle -c subject.jpg --azimuth back-left -o out x", ["out/back-left.jpg"], "JPEG"),
    ("--multi-angle -c subject.jpg -n 2 -o out x", ["out/front-1.jpg", "out/front-2.jpg"], "JPEG"),
    ("--multi-angle -c subject.jpg --format png -o out x", ["out/front.png"], "PNG"),
    ("--multi-angle -c subject.jpg -o x.jpg x", ["x-front.jpg"], "JPEG"),
    ("--multi-angle -c subject.jpg -o dir/x.jpg x", ["dir/x-front.jpg"], "JPEG"),
    ("--multi-angle -c subject.jpg -o dir/x.png x", ["dir/x-front.png"], "PNG"),
    ("--multi-angle -c subject.jpg -n 2 -o dir/x.jpg x", ["dir/x-front-1.jpg", "dir/x-front-2.jpg"], "JPEG"),
    ("--multi-angle -c subject.jpg -o dir/x.mp4 x", ["dir/x-front.jpg"], "JPEG"),
    ("--angles-360 -c subject.jpg -o out x", sorted(f"out/{side}.jpg" for side in SIDES), "JPEG"),
    ("--angles-360 -c subject.jpg -o d/y.png x", sorted(f"d/y-{side}.png" for side in SIDES), "PNG"),
    ("x", [], ""),
    ("--angles-360 -c subject.jpg x", [], ""),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "names", "kind"), SAVED)
def test_files_are_saved_under_their_names(stage: Any, argv: str, names: list[str], kind: str) -> None:
    found = stage.succeed(argv)
    assert _files(stage) == names
    for name in names:
        with Image.open(stage.folder / name) as image:
            image.load()
            assert image.format == kind
    if names:
        assert found["localPath"] in {str(stage.folder / name) for name in names}
    else:
        assert found.get("localPath") is None


MISMATCHED = ["-o cat.jpg --format png x", "-o cat.png --format jpg x"]


@pytest.mark.parametrize("argv", MISMATCHED)
def test_a_name_of_another_format_is_told(stage: Any, argv: str) -> None:
    assert stage.call(argv).exit_code == 0
    assert any("name ends in" in line or line.startswith("Warning:") for line in stage.lines), stage.called.stderr


@pytest.mark.parametrize("argv", ["-n 3 -o x.png x", "-n 3 -c a.png -o x.png x"])
def test_all_of_several_are_saved(stage: Any, argv: str) -> None:
    """The first may have the plain name or the number 1."""
    found = stage.succeed(argv)
    names = _files(stage)
    assert len(names) == 3
    assert {"x-2.png", "x-3.png"} < set(names) and names[0] in {"x-1.png", "x.png"}
    paths = [Path(path).name for path in found["localPaths"]]
    assert sorted(paths) == names
    assert found["localPath"] == found["localPaths"][0]


def test_a_video_is_saved(stage: Any) -> None:
    found = stage.succeed("--video --duration 1 -w 480 -h 480 -o clips/o.mp4 x")
    assert _files(stage) == ["clips/o.mp4"]
    assert (stage.folder / "clips" / "o.mp4").read_bytes()[4:8] == b"ftyp"
    assert found["localPath"] == str(stage.folder / "clips" / "o.mp4")


def test_what_was_there_is_replaced(stage: Any) -> None:
    (stage.folder / "cat.png").write_text("old")
    stage.succeed("-o cat.png x")
    with Image.open(stage.folder / "cat.png") as image:
        assert image.size == (512, 512)


@pytest.mark.parametrize("argv", ["-o . x", "-o here/cat.png x", "--multi-angle -c subject.jpg -o here x",
                                  "--video -o here/o.mp4 x"])  # fmt: skip
def test_a_place_that_cannot_be_written_is_said(stage: Any, argv: str) -> None:
    (stage.folder / "here").write_text("a file")
    found = stage.fail(argv)
    assert found["errorCode"]
    assert stage.projects == [], "before anything is paid"
    assert (stage.folder / "here").read_text() == "a file"


def test_what_is_no_image_is_not_saved_as_one(stage: Any) -> None:
    """Nor is it kept as the last render. One kind of what can come; each is tried again for some seconds."""
    stage.keep_last_render({"seed": 7})
    stage.devnet.faults.add("download_wrong_type", times=None)
    found = stage.fail("-o cat.png x")
    assert found["errorCode"]
    assert _files(stage) == []
    assert stage.last_render == {"seed": 7}


def test_an_existing_file_is_overwritten_unless_a_setting_differs(stage: Any) -> None:
    (stage.folder / "cat.png").write_text("mine")
    assert stage.call("-o cat.png x").exit_code == 0
    with Image.open(stage.folder / "cat.png") as saved:
        assert saved.format == "PNG"
    assert stage.call("-o cat.png x", environ={"SOGNI_EXISTING_FILES": "refuse"}).exit_code == 1
