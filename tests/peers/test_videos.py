"""Both SDKs render videos and music on the devnet: each workflow, decoded and measured."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .driver import Refused, Sdk
from .materials import Clip, Materials, clip, fetch
from .orders import LTX, WAN, file

CLIP: dict[str, Any] = {
    "type": "video", "positivePrompt": "a cat walks", "numberOfMedia": 1, "width": 480, "height": 512, "frames": 17,
    "fps": 16, "tokenType": "spark", "network": "fast", "disableNSFWFilter": True,
}  # fmt: skip
SAME: dict[str, Any] = {"size": (480, 512), "frames": 17, "fps": 16}


def render(sdk: Sdk, workflow: str, folder: Path, family: str = WAN, **more: Any) -> list[Clip]:
    """Have a video made; returns what came, decoded."""
    made = sdk.render(**CLIP | {"modelId": family.format(workflow)} | more)
    assert (made["status"], made["progress"]) == ("completed", 100)
    return [clip(url, folder) for url in made["urls"]]


def test_two_clips_cost_what_was_estimated(sdk: Sdk, tmp_path: Path) -> None:
    asked = {"tokenType": "spark", "model": WAN.format("t2v"), "width": 480, "height": 512, "duration": 1, "fps": 16,
             "steps": 4, "numberOfMedia": 2}  # fmt: skip
    price = sdk.ask("estimate", media="video", params=asked)
    before = Decimal(sdk.ask("balance")["spark"])
    assert render(sdk, "t2v", tmp_path, numberOfMedia=2, steps=4) == [Clip(**SAME, sound=False)] * 2
    assert before - Decimal(sdk.ask("balance")["spark"]) == Decimal(price["spark"]) == Decimal(price["token"]) > 0


def test_i2v_between_two_frames(sdk: Sdk, materials: Materials, tmp_path: Path) -> None:
    ends: dict[str, Any] = {"referenceImage": file(materials.face), "referenceImageEnd": file(materials.scene)}
    assert render(sdk, "i2v", tmp_path, **ends) == [Clip(**SAME, sound=False)]


def test_s2v_brings_its_sound(sdk: Sdk, materials: Materials, tmp_path: Path) -> None:
    both: dict[str, Any] = {"referenceImage": file(materials.face), "referenceAudio": file(materials.voice)}
    assert render(sdk, "s2v", tmp_path, **both) == [Clip(**SAME, sound=True)]


@pytest.mark.parametrize(("workflow", "more"), [
    ("animate-move", {}),
    ("animate-replace", {"sam2Coordinates": [{"x": 0.5, "y": 0.5}]}),
])  # fmt: skip
def test_motion_of_a_video(sdk: Sdk, materials: Materials, tmp_path: Path, workflow: str, more: dict[str, Any]) -> None:
    both: dict[str, Any] = {"referenceImage": file(materials.face), "referenceVideo": file(materials.walk)}
    (made,) = render(sdk, workflow, tmp_path, **both, **more)
    assert (made.size, made.frames, made.fps) == ((480, 512), 17, 16)


def test_a_video_from_another_with_a_controlnet(sdk: Sdk, materials: Materials, tmp_path: Path) -> None:
    form = {"width": 640, "height": 640, "frames": 25, "fps": 24}
    parts = {"referenceVideo": file(materials.walk), "controlNet": {"name": "canny", "strength": 0.85}}
    (made,) = render(sdk, "v2v", tmp_path, LTX, **form, **parts)
    assert (made.size, made.frames, made.fps) == ((640, 640), 25, 24)


def test_a_workflow_without_what_it_needs_is_refused_before_anything_is_sent(sdk: Sdk) -> None:
    with pytest.raises(Refused):
        sdk.render(**CLIP | {"modelId": WAN.format("i2v")})


@pytest.mark.parametrize(("asked", "kind"), [("mp3", "audio/mpeg"), ("wav", "audio/wav"), ("flac", "audio/flac")])
def test_music(sdk: Sdk, asked: str, kind: str) -> None:
    made = sdk.render(
        type="audio", modelId="ace_step_1.5_turbo", positivePrompt="slow piano", numberOfMedia=1, duration=10, steps=8,
        outputFormat=asked, tokenType="spark", network="fast",
    )  # fmt: skip
    (url,) = made["urls"]
    data, told = fetch(url)
    assert told == kind
    assert len(data) > 1000
