"""Sizes of videos: the reference's tables, through the program."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PIL import Image

from .rows import Refused, Sent, in_order, parametrize

NORMALISED = [
    ("512x512", "512x512"), ("500x512", "496x512"), ("1920x1080", "1536x864"), ("1080x1920", "864x1536"),
    ("2048x2048", "1536x1536"), ("850x480", "848x480"), ("640x360", "848x480"), ("320x240", "640x480"),
    ("100x100", "480x480"), ("1536x100", "1536x480"), ("100x3000", "480x1536"), ("2073x2073", "1520x1520"),
    ("480x480", "480x480"), ("1536x1536", "1536x1536"), ("1537x1536", "1536x1520"), ("1x1", "480x480"),
]  # fmt: skip


def _sides(size: str) -> tuple[int, int]:
    width, _, height = size.partition("x")
    return int(width), int(height)


def _object(size: str) -> dict[str, int]:
    return dict(zip(("width", "height"), _sides(size), strict=True))


@pytest.mark.parametrize(("asked", "got"), NORMALISED)
def test_a_size_becomes_a_videos(stage: Any, asked: str, got: str) -> None:
    width, height = _sides(asked)
    stage.send(Sent(f"-v -w {width} -h {height} x", _object(got)))
    said = f"Auto-adjusted video dimensions from {asked} to {got} to meet video requirements."
    assert (said in stage.lines) is (asked != got)
    assert said not in stage.call(f"-q -v -w {width} -h {height} x").stderr


@pytest.mark.parametrize("asked", ["5000x1", "1x5000", "99999x1"])
def test_a_lopsided_size_is_brought_into_bounds_or_refused(stage: Any, asked: str) -> None:
    width, height = _sides(asked)
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(f"-v -w {width} -h {height} x")
    if stage.projects:
        assert all(480 <= stage.frames[0][side] <= 1536 for side in ("width", "height"))
    else:
        assert found["errorCode"] in {"INVALID_ARGUMENT", "INVALID_VIDEO_SIZE"}


BOXES = [
    # reference, asked, what it would become, the box, what it then becomes
    ("512x512", "512x512", "512x512", "", "512x512"),
    ("1170x1200", "512x512", "499x512", "608x624", "608x624"),
    ("587x880", "512x512", "342x512", "512x720", "480x720"),
    ("587x880", "1024x1536", "1024x1535", "1024x1296", "864x1296"),
    ("1920x1080", "512x512", "512x288", "1024x576", "1024x576"),
    ("1080x1920", "512x512", "288x512", "576x1024", "576x1024"),
    ("1920x1080", "1280x720", "1280x720", "", "1280x720"),
    ("640x480", "512x512", "512x384", "640x512", "640x480"),
    ("800x600", "512x512", "512x384", "640x512", "640x480"),
    ("4032x3024", "512x512", "512x384", "640x512", "640x480"),
    ("333x777", "512x512", "219x512", "512x1120", "480x1120"),
    ("1536x480", "512x512", "512x160", "1536x512", "1536x480"),
    ("1024x1024", "768x512", "512x512", "", "512x512"),
]


@pytest.mark.parametrize(
    ("flag", "reference", "asked", "before", "box", "after"),
    [*(("--ref", *row) for row in BOXES), *(("--ref-end", *row) for row in BOXES[:4])],
)
def test_a_reference_decides_the_size(
    stage: Any, flag: str, reference: str, asked: str, before: str, box: str, after: str
) -> None:
    given = asked != "512x512"
    width, height = _sides(asked)
    argv = f"-v {f'-w {width} -h {height} ' if given else ''}{flag} {reference}.png x"
    stage.send(Sent(argv, _object(after), context={
        **_object(box or asked), "effectiveWidth": _sides(after)[0], "effectiveHeight": _sides(after)[1],
        "adjustedVideoDims": {
            "reason": "i2v-ref-div16", "referenceType": "refImage" if flag == "--ref" else "refImageEnd",
            "requested": _object(asked), "adjusted": _object(box), "resizedFrom": _object(before),
            "resizedTo": _object(after)} if box else None,
    }))  # fmt: skip
    said = f"djusted i2v video size from {asked} to {box} because resized reference would be {before}."
    start = "Warning: A" if given else "Auto-a"
    assert (f"{start}{said}" in stage.lines) is bool(box), stage.called.stderr
    if not box:
        assert not [line for line in stage.lines if "djusted" in line], "nothing changed, nothing is said"


@pytest.mark.parametrize(("reference", "asked", "before", "box", "after"), [row for row in BOXES if row[3]])
def test_the_price_is_that_of_the_box(
    stage: Any, reference: str, asked: str, before: str, box: str, after: str
) -> None:
    width, height = _sides(asked)
    found = stage.succeed(f"-v --estimate-video-cost -w {width} -h {height} --ref {reference}.png")
    assert (found["width"], found["height"]) == _sides(box)


@pytest.mark.parametrize("reference", ["1001x997", "3000x500"])
def test_a_reference_that_no_box_fits_is_cut_to_the_size(stage: Any, reference: str) -> None:
    """Pre-resized exactly to the box: the truth is reported, and no change that is none."""
    stage.send(Sent(f"-v --ref {reference}.png x", {"width": 512, "height": 512},
                    context={"effectiveWidth": 512, "effectiveHeight": 512}))  # fmt: skip
    assert not [line for line in stage.lines if "from 512x512 to 512x512" in line]
    assert [line for line in stage.lines if reference in line or "re-resize" in line]
    with Image.open(stage.uploads["referenceImage"]) as image:
        assert image.size == (512, 512)


def test_of_two_references_the_first_decides(stage: Any) -> None:
    stage.send(Sent("-v --ref ref.png --ref-end 1920x1088.png x", {"width": 512, "height": 512}))


TRY = re.compile(r"^Choose --width/--height divisible by 16\. For i2v, also match the reference aspect ratio\.")

STRICT = [
    Refused("-v --strict-size -w 500 -h 512 x", "Video width and height must be divisible by 16 (got 500x512).",
            hint=TRY, code="INVALID_VIDEO_SIZE"),
    Refused("-v --strict-size -w 500 x", "Video width and height must be divisible by 16 (got 500x512).",
            hint=TRY, code="INVALID_VIDEO_SIZE"),
    Refused("-v --strict-size -w 1920 -h 1088 x", re.compile("1920x1088"), code="INVALID_VIDEO_SIZE",
            why="too large, though divisible; the documents have no words for it"),
    Refused("-v --strict-size -w 320 -h 240 x", re.compile("320x240"), code="INVALID_VIDEO_SIZE"),
    *(Refused(f"-v --strict-size {size} --ref 1170x1200.png x",
              "Reference image 1170x1200 would resize to 499x512, but both dimensions must be divisible by 16.",
              {"referenceType": "refImage", "referencePath": "1170x1200.png", "reference": _object("1170x1200"),
               "requested": _object("512x512"), "resized": _object("499x512")},
              "Try: --width 608 --height 624 (or omit --strict-size)", "INVALID_VIDEO_SIZE")
      for size in ("-w 512", "-h 512", "-w 512 -h 512")),
    Refused("-v --strict-size -w 512 --ref-end 1170x1200.png x",
            "End reference image 1170x1200 would resize to 499x512, but both dimensions must be divisible by 16.",
            {"referenceType": "refImageEnd", "referencePath": "1170x1200.png"},
            "Try: --width 608 --height 624 (or omit --strict-size)", "INVALID_VIDEO_SIZE"),
    Refused("-v --strict-size -w 1024 -h 1536 --ref 587x880.png x",
            "Reference image 587x880 would resize to 1024x1535, but both dimensions must be divisible by 16.",
            {"resized": _object("1024x1535")}, "Try: --width 1024 --height 1296 (or omit --strict-size)",
            "INVALID_VIDEO_SIZE"),
    Refused("-v --strict-size -w 512 -h 512 --ref 1920x1080.png x",
            re.compile("^Reference image 1920x1080 would resize to 512x288, but both dimensions must be"),
            {"resized": _object("512x288")}, "Try: --width 1024 --height 576 (or omit --strict-size)",
            "INVALID_VIDEO_SIZE", why="both are divisible by 16 here: one is too small"),
    Refused("-v --strict-size -w 512 -h 512 --ref 3000x500.png x", re.compile("^Reference image 3000x500 would resize"),
            code="INVALID_VIDEO_SIZE", why="the original ignores --strict-size here"),
    Refused("-v --estimate-video-cost --strict-size -w 512 --ref 1170x1200.png",
            "Reference image 1170x1200 would resize to 499x512, but both dimensions must be divisible by 16.",
            code="INVALID_VIDEO_SIZE"),
]  # fmt: skip


@parametrize(STRICT)
def test_a_strict_size_is_not_adjusted(stage: Any, row: Refused) -> None:
    stage.refuse(row)


LOOSE = [
    Sent("-v --strict-size x", {"width": 512, "height": 512}),
    Sent("-v --strict-size -w 640 -h 480 x", {"width": 640, "height": 480}),
    Sent("-v --strict-size --ref 1170x1200.png x", {"width": 608, "height": 624}, why="nobody chose a size"),
    Sent("-v --strict-size -w 1280 -h 720 --ref 1920x1080.png x", {"width": 1280, "height": 720}),
]  # fmt: skip


@parametrize(LOOSE)
def test_a_strict_size_that_fits_or_that_nobody_chose_is_taken(stage: Any, row: Sent) -> None:
    stage.send(row)


def test_a_size_is_adjusted_before_its_reference_is_looked_at(stage: Any) -> None:
    stage.send(Sent("-v -w 500 -h 512 --ref ref.png x"))
    first = "Auto-adjusted video dimensions from 500x512 to 496x512 to meet video requirements."
    assert in_order([first], stage.lines)
    assert stage.frames[0]["width"] % 16 == 0 == stage.frames[0]["height"] % 16
