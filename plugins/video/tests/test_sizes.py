"""Sizes: every documented one, and the box that is found against the box that looking at all of them would find."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from sogni_video.boxes import Box, best_box
from sogni_video.size_choice import size_of_video
from sogni_video.sizes import Size, fits, normalised, predicted


def size(text: str) -> Size:
    width, _, height = text.partition("x")
    return Size(int(width), int(height))


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("512x512", "512x512"),
        ("500x512", "496x512"),
        ("1920x1080", "1536x864"),
        ("1080x1920", "864x1536"),
        ("2048x2048", "1536x1536"),
        ("850x480", "848x480"),
        ("640x360", "848x480"),
        ("320x240", "640x480"),
        ("100x100", "480x480"),
        ("1536x100", "1536x480"),
        ("100x3000", "480x1536"),
        ("2073x2073", "1520x1520"),
        # too lopsided to keep anything of its shape; 1536 / 5000 is rounded down, as above
        ("5000x1", "1520x480"),
        ("1x5000", "480x1520"),
        ("1x1", "480x480"),
    ],
)
def test_a_size_becomes_a_video_s(asked: str, wanted: str) -> None:
    assert str(normalised(size(asked))) == wanted


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_every_size_becomes_one_that_the_service_takes(width: int, height: int) -> None:
    video = normalised(Size(width, height))
    assert all(480 <= side <= 1536 and side % 16 == 0 for side in video)
    assert normalised(video) == video


BOXES = [
    # reference, asked, what it would become, the box, what it then becomes
    ("512x512", "512x512", "512x512", None, "512x512"),
    ("1170x1200", "512x512", "499x512", "608x624", "608x624"),
    ("587x880", "512x512", "342x512", "512x720", "480x720"),
    ("587x880", "1024x1536", "1024x1535", "1024x1296", "864x1296"),
    ("1920x1080", "512x512", "512x288", "1024x576", "1024x576"),
    ("1080x1920", "512x512", "288x512", "576x1024", "576x1024"),
    ("1920x1080", "1280x720", "1280x720", None, "1280x720"),
    ("640x480", "512x512", "512x384", "640x512", "640x480"),
    ("800x600", "512x512", "512x384", "640x512", "640x480"),
    ("4032x3024", "512x512", "512x384", "640x512", "640x480"),
    ("333x777", "512x512", "219x512", "512x1120", "480x1120"),
    ("1536x480", "512x512", "512x160", "1536x512", "1536x480"),
    ("1024x1024", "768x512", "512x512", None, "512x512"),
    # nothing fits without a rest, or at all: the reference is cropped to the box
    ("1001x997", "512x512", "512x510", None, "512x512"),
    ("3000x500", "512x512", "512x85", None, "512x512"),
]


@pytest.mark.parametrize(("reference", "asked", "before", "box", "sent"), BOXES)
def test_a_reference_decides_the_size(reference: str, asked: str, before: str, box: str | None, sent: str) -> None:
    found = size_of_video(size(asked), size(reference), "refImage")
    assert str(found.before) == before
    assert str(found.box) == (box or asked)
    assert str(found.sent) == sent
    assert (found.adjustment() is not None) == (box is not None)


def test_boxes_without_a_rest_stand_above_nearer_ones() -> None:
    assert best_box(size("1001x997"), size("512x512")) == Box(size("512x512"), perfect=False)
    assert best_box(size("3000x500"), size("512x512")) is None


def brute_force(reference: Size, asked: Size) -> Box | None:
    """Look at every box, in double arithmetic, as specified for the original program."""
    best: dict[bool, tuple[float, Size]] = {}
    wanted = min(max(480, *asked), 1536)
    for width in range(480, 1537, 16):
        for height in range(480, 1537, 16):
            box = Size(width, height)
            scaled = predicted(reference, box)
            if min(scaled) < 480:
                continue
            score = -1e9 * (abs(width - asked.width) + abs(height - asked.height))
            score -= 1e8 * abs(max(scaled) - wanted)
            score += 1e3 * scaled.width * scaled.height - width * height
            perfect = fits(scaled)
            if not perfect:
                score -= 1e10 * sum(min(side % 16, 16 - side % 16) for side in scaled)
            if perfect not in best or score > best[perfect][0]:
                best[perfect] = score, box
    for perfect in (True, False):
        if perfect in best:
            return Box(best[perfect][1], perfect)
    return None


@settings(max_examples=60, deadline=None)
@example(1001, 997, 512, 512)
@example(3000, 500, 512, 512)
@example(1536, 480, 480, 1536)
@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 3000), st.integers(1, 3000))
def test_the_box_is_the_one_that_looking_at_all_would_find(width: int, height: int, wide: int, high: int) -> None:
    assume(1 / 4 < width / height < 4)
    reference, asked = Size(width, height), normalised(Size(wide, high))
    assert best_box(reference, asked) == brute_force(reference, asked)


@given(st.integers(1, 8000), st.integers(1, 8000), st.integers(1, 3000), st.integers(1, 3000))
def test_what_is_sent_is_always_a_size_that_the_service_takes(width: int, height: int, wide: int, high: int) -> None:
    found = size_of_video(Size(wide, high), Size(width, height), "refImage")
    assert fits(found.sent) and max(found.sent) <= 1536
    assert all(inner <= outer for inner, outer in zip(found.sent, found.box, strict=True))
    assert math.gcd(16, *found.box) == 16
