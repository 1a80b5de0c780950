"""Frames of a duration."""

import pytest
from sogni_video.project import frames_for, seconds_for

from sogni_core.errors import InputError

WAN = "wan_v2.2-14b-fp8_i2v_lightx2v"
ANIMATE = "wan_v2.2-14b-fp8_animate-move_lightx2v"
LTX = "ltx23-22b-fp8_i2v_distilled"
OTHER = "seedance-2-5"


@pytest.mark.parametrize(
    ("model", "seconds", "fps", "frames"),
    [
        (WAN, 5, 16, 81),
        # 32 only doubles what was rendered
        (WAN, 5, 32, 81),
        (WAN, 1, None, 17),
        (WAN, 10, 16, 161),
        # half up, not to the even number: 16 * 1.03125 is 16.5
        (WAN, 1.03125, 16, 18),
        (WAN, 1.09375, 16, 19),
        (ANIMATE, 20, 16, 321),
        (LTX, 5, 24, 121),
        (LTX, 5, None, 121),
        (LTX, 1, 24, 25),
        (LTX, 20, 25, 505),
        # 28 frames are 3.5 eights, and 20 are 2.5: both go up
        (LTX, 1, 28, 33),
        (LTX, 1, 20, 25),
        (LTX, 2, 30, 65),
        (OTHER, 5, 24, 121),
        (OTHER, 5, None, 121),
        (OTHER, 2.5, 25, 64),
        (OTHER, 30, 24, 721),
    ],
)
def test_frames(model, seconds, fps, frames):
    assert frames_for(model, seconds, fps) == frames


@pytest.mark.parametrize(
    ("model", "limits"),
    [(WAN, (1, 10)), (ANIMATE, (1, 20)), (LTX, (1, 20)), ("ltx2-19b-fp8_t2v", (1, 20)), (OTHER, None)],
)
def test_the_limits_of_a_duration(model, limits):
    assert seconds_for(model) == limits
    if limits is not None:
        least, largest = limits
        for seconds in (least - 0.01, largest + 0.01):
            with pytest.raises(InputError, match=f"lasts from {least} to {largest} seconds"):
                frames_for(model, seconds, 16)


@pytest.mark.parametrize(("seconds", "fps"), [(0, 24), (float("nan"), 24), (float("inf"), 24), (5, 0), (5, -1.0)])
def test_what_is_no_time(seconds, fps):
    with pytest.raises(InputError, match="must be a positive number"):
        frames_for(OTHER, seconds, fps)
