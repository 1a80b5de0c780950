"""Tiers in their four shapes, and what is none."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogni_core._protocol.tiers import Choice, Range, Tier, read_tiers

LEGACY = {
    "benchmark": {"sec": 3, "secCN": 2, "secMaxPreviews": 0},
    "steps": {"min": 4, "max": 20, "default": 7},
    "guidance": {"min": 0, "max": 10, "decimals": 1, "default": 2},
    "sampler": {"allowed": ["DPM++ SDE", "Euler"], "default": "DPM++ SDE"},
    "scheduler": {"allowed": ["Karras", "Normal"], "default": "Karras"},
}
COMFY = {
    "type": "image",
    "benchmark": {"sec": 4, "secCN": 0, "secMaxPreviews": 0},
    "defaultSize": 1024,
    "steps": {"min": 4, "max": 10, "default": 8},
    "guidance": {"min": 0.6, "max": 1.6, "decimals": 1, "default": 1},
    "comfySampler": {"allowed": ["euler", "res_multistep"], "default": "res_multistep"},
    "comfyScheduler": {"allowed": ["simple"], "default": "simple"},
    "vae": {"allowed": ["a", "b"], "default": "a"},
}
VIDEO = {
    "type": "video",
    "width": {"min": 480, "max": 1536, "step": 16, "default": 512},
    "height": {"min": 480, "max": 1536, "step": 16, "default": 512},
    "maxPixels": 1_500_000,
    "frames": {"min": 17, "max": 161, "default": 81},
    "fps": {"allowed": [16, 32], "default": 16},
    "shift": {"min": 1, "max": 8, "decimals": 1, "default": 5.0},
    "audioStart": {"min": 0, "max": 600, "default": 0},
    "videoStart": {"min": 0, "max": 600, "default": 0},
    "comfySampler": {"allowed": ["euler", "uni_pc"], "default": "euler"},
    "benchmark": {"sec": 40},
}
AUDIO = {
    "type": "audio",
    "steps": {"min": 4, "max": 16, "default": 8},
    "duration": {"min": 10, "max": 600, "default": 30},
    "timesignature": {"allowed": ["2", "3", "4", "6"], "default": "4"},
    "keyscale": {"allowed": ["C major"], "default": "C major"},
    "composerMode": {"default": True},
    "promptStrength": {"min": 0, "max": 10, "decimals": 1, "default": 2},
    "instruct": {"maxLength": 500},
}


def one(told: object) -> Tier:
    (tier,) = read_tiers({"t": told}).values()
    return tier


def test_the_older_image_models_list_display_names():
    assert one(LEGACY) == Tier(
        id="t",
        media="image",
        sampling="legacy",
        ranges={"steps": Range(4, 20, 7, 1), "guidance": Range(0, 10, 2, 0.1)},
        choices={
            "sampler": Choice(("dpmpp_sde", "euler"), "dpmpp_sde"),
            "scheduler": Choice(("karras", "normal"), "karras"),
        },
        seconds=3,
    )


def test_the_image_models_of_today_list_aliases():
    tier = one(COMFY)
    assert (tier.media, tier.sampling, tier.seconds, tier.size, tier.most_pixels) == ("image", "comfy", 4, 1024, None)
    assert tier.choices["sampler"] == Choice(("euler", "res_multistep"), "res_multistep")
    assert tier.limits == {"steps": (4, 10), "guidance": (0.6, 1.6)}
    assert tier.defaults == {
        "steps": 8, "guidance": 1, "sampler": "res_multistep", "scheduler": "simple", "vae": "a"
    }  # fmt: skip


def test_video_models():
    tier = one(VIDEO)
    assert (tier.media, tier.sampling, tier.most_pixels) == ("video", "comfy", 1_500_000)
    assert tier.ranges["width"] == Range(480, 1536, 512, 16)
    assert tier.choices["fps"] == Choice((16, 32), 16)
    assert tier.limits.keys() == {"width", "height", "frames", "shift", "audio_start", "video_start"}


def test_audio_models():
    tier = one(AUDIO)
    assert (tier.media, tier.sampling) == ("audio", "comfy")
    assert tier.choices["time_signature"] == Choice(("2", "3", "4", "6"), "4")
    assert tier.choices["composer_mode"] == Choice((), True)
    assert tier.ranges["prompt_strength"] == Range(0, 10, 2, 0.1)
    assert "instruct" not in tier.choices


def test_a_range_of_rates_instead_of_a_list():
    assert one(VIDEO | {"fps": {"min": 1, "max": 60, "default": 24}}).ranges["fps"] == Range(1, 60, 24, 1)


def test_the_fields_of_today_stand_above_the_older_ones():
    both = {**LEGACY, "comfySampler": {"allowed": ["uni_pc"], "default": "uni_pc"}}
    assert one(both).choices["sampler"] == Choice(("uni_pc",), "uni_pc")


@pytest.mark.parametrize(
    ("tier", "name", "value", "taken"),
    [
        (LEGACY, "sampler", "dpmpp_sde", True),
        (LEGACY, "sampler", "dpm++ sde", True),
        (LEGACY, "sampler", "heun", False),
        (LEGACY, "steps", 20, True),
        (LEGACY, "steps", 21, False),
        (LEGACY, "steps", "many", False),
        (LEGACY, "vae", "any", True),
        (VIDEO, "fps", 32, True),
        (VIDEO, "fps", 24, False),
        (AUDIO, "composer_mode", False, True),
    ],
)
def test_what_a_tier_takes(tier, name, value, taken):
    assert one(tier).takes(name, value) is taken


@pytest.mark.parametrize(
    ("told", "sampling"),
    [({}, "legacy"), ({"type": "model"}, "comfy"), ({"type": None}, "legacy"), ({"type": 7}, "legacy")],
)
def test_a_shape_that_is_not_known(told, sampling):
    tier = one(told)
    assert (tier.sampling, tier.ranges, tier.choices) == (sampling, {}, {})


@pytest.mark.parametrize(
    "told",
    [
        7,
        [],
        {"min": 4},
        {"min": 9, "max": 4},
        {"min": "x", "max": 4},
        {"min": float("nan"), "max": 4},
        {"allowed": "euler"},
        {"allowed": [None, {}, [], ""]},
        {"default": None},
    ],
)
def test_a_field_that_does_not_parse_is_left_out(told):
    tier = one({"steps": told, "guidance": {"min": 1, "max": 2}})
    assert tier.choices == {}
    assert tier.ranges == {"guidance": Range(1, 2, None, 1)}


def test_numbers_as_text_and_odd_steps():
    assert one({"steps": {"min": "4", "max": "8", "step": -1}}).ranges["steps"] == Range(4, 8, None, 1)
    assert one({"steps": {"min": 4, "max": 8, "decimals": 10**6}}).ranges["steps"].step == pytest.approx(1e-9)


@pytest.mark.parametrize("payload", [None, [], "x", 7, {"a": None, "b": [], "c": "x"}])
def test_what_is_no_tier(payload):
    assert read_tiers(payload) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["min", "max", "default", "allowed", "step", "decimals", "sec"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(["type", "steps", "comfySampler", "sampler", "fps", "benchmark", "defaultSize", "audioStart"])


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.dictionaries(NAMES, JSON)))
def test_nonsense_never_raises(payload):
    for tier in read_tiers(payload).values():
        assert all(least <= largest for least, largest in tier.limits.values())
        for name, value in tier.defaults.items():
            assert tier.takes(name, value) in {True, False}
        json.dumps(tier.limits)
