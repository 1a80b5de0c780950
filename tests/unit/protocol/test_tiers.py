"""Tiers in their four shapes, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogni_core._protocol.tiers import Tier, read_tiers

LEGACY: dict[str, Any] = {
    "benchmark": {"sec": 3, "secCN": 2, "secMaxPreviews": 0},
    "steps": {"min": 4, "max": 20, "default": 7},
    "guidance": {"min": 0, "max": 10, "decimals": 1, "default": 2},
    "sampler": {"allowed": ["DPM++ SDE", "Euler"], "default": "DPM++ SDE"},
}
COMFY: dict[str, Any] = {
    "type": "image",
    "benchmark": {"sec": 4, "secCN": 0, "secMaxPreviews": 0},
    "defaultSize": 1024,
    "steps": {"min": 4, "max": 10, "default": 8},
    "guidance": {"min": 0.6, "max": 1.6, "decimals": 1, "default": 1},
    "comfySampler": {"allowed": ["euler", "res_multistep"], "default": "res_multistep"},
}
VIDEO: dict[str, Any] = {
    "type": "video",
    "width": {"min": 480, "max": 1536, "step": 16, "default": 512},
    "maxPixels": 1_500_000,
    "fps": {"allowed": [16, 32], "default": 16},
    "shift": {"min": 1, "max": 8, "decimals": 1, "default": 5.0},
    "audioStart": {"min": 0, "max": 600, "default": 0},
    "teacacheThreshold": {"min": 0, "max": 1},
}
AUDIO: dict[str, Any] = {
    "type": "audio",
    "duration": {"min": 10, "max": 600, "default": 30},
    "composerMode": {"default": True},
    "promptStrength": {"min": 0, "max": 10, "decimals": 1, "default": 2},
    "instruct": {"maxLength": 500},
}


def one(told: object) -> Tier:
    (tier,) = read_tiers({"t": told}).values()
    return tier


@pytest.mark.parametrize(
    ("told", "tier"),
    [
        (LEGACY, Tier("legacy", {"steps": (4, 20), "guidance": (0, 10)})),
        (COMFY, Tier("comfy", {"steps": (4, 10), "guidance": (0.6, 1.6)})),
        (
            VIDEO,
            Tier("comfy", {"width": (480, 1536), "shift": (1, 8), "audio_start": (0, 600), "teacache": (0, 1)}),
        ),
        (AUDIO, Tier("comfy", {"duration": (10, 600), "prompt_strength": (0, 10)})),
        (VIDEO | {"fps": {"min": 1, "max": 60}}, Tier("comfy", {**one(VIDEO).limits, "fps": (1, 60)})),
    ],
    ids=["older images", "images", "video", "audio", "a range of rates"],
)
def test_a_tier_says_where_the_sampler_goes_and_which_numbers_are_taken(told: object, tier: Tier) -> None:
    assert one(told) == tier


@pytest.mark.parametrize(
    ("told", "sampling"),
    [({}, "legacy"), ({"type": "model"}, "comfy"), ({"type": None}, "legacy"), ({"type": 7}, "legacy")],
)
def test_a_shape_that_is_not_known(told: object, sampling: str) -> None:
    assert one(told) == Tier(sampling)


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
        {"default": None},
    ],
)
def test_a_field_that_does_not_parse_is_left_out(told: object) -> None:
    assert one({"steps": told, "guidance": {"min": 1, "max": 2}}).limits == {"guidance": (1, 2)}


def test_numbers_as_text() -> None:
    assert one({"steps": {"min": "4", "max": "8"}}).limits == {"steps": (4, 8)}


@pytest.mark.parametrize("payload", [None, [], "x", 7, {"a": None, "b": [], "c": "x"}])
def test_what_is_no_tier(payload: object) -> None:
    assert read_tiers(payload) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["min", "max", "default"]), inner, max_size=3)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(["type", "steps", "comfySampler", "fps", "benchmark", "defaultSize", "audioStart"])


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.dictionaries(NAMES, JSON)))
def test_nonsense_never_raises(payload: object) -> None:
    for tier in read_tiers(payload).values():
        assert all(least <= largest for least, largest in tier.limits.values())
        json.dumps(tier.limits)
