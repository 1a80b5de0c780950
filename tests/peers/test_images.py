"""Both SDKs render images on the devnet: estimates, results of the right size, money, cancelling."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import Open, Served
from .driver import Refused, Sdk
from .installation import Peer
from .materials import Materials, image

TURBO: dict[str, Any] = {
    "type": "image", "modelId": "z_image_turbo_bf16", "positivePrompt": "a cat wearing a hat", "numberOfMedia": 1,
    "width": 512, "height": 512, "sizePreset": "custom", "tokenType": "spark", "network": "fast",
    "disableNSFWFilter": True,
}  # fmt: skip
EDIT = TURBO | {"modelId": "qwen_image_edit_2511_fp8_lightning", "positivePrompt": "apply the style of image 2"}


def file(path: object) -> dict[str, str]:
    return {"file": str(path)}


def test_two_images_cost_what_was_estimated(sdk: Sdk) -> None:
    asked = {"network": "fast", "tokenType": "spark", "model": TURBO["modelId"], "imageCount": 2, "stepCount": 8,
             "previewCount": 0, "cnEnabled": False, "width": 512, "height": 512}  # fmt: skip
    price = sdk.ask("estimate", media="image", params=asked)
    before = Decimal(sdk.ask("balance")["spark"])
    made = sdk.render(**TURBO | {"numberOfMedia": 2, "seed": 4242, "steps": 8})
    assert (made["status"], made["progress"]) == ("completed", 100)
    assert [image(url) for url in made["urls"]] == [("PNG", (512, 512))] * 2
    assert {job["status"] for job in made["jobs"]} == {"completed"}
    assert 4242 in {job["seed"] for job in made["jobs"]}
    assert before - Decimal(sdk.ask("balance")["spark"]) == Decimal(price["spark"]) == Decimal(price["token"]) > 0
    assert sdk.ask("look_up", project=made["project"]) == {"status": "completed"}


def test_an_estimate_with_sampler_and_context_images(sdk: Sdk) -> None:
    asked = {"network": "fast", "tokenType": "sogni", "model": EDIT["modelId"], "imageCount": 1, "stepCount": 4,
             "previewCount": 0, "cnEnabled": False, "width": 768, "height": 512, "guidance": 1, "sampler": "euler",
             "contextImages": 2}  # fmt: skip
    price = sdk.ask("estimate", media="image", params=asked)
    assert Decimal(price["token"]) == Decimal(price["sogni"]) > 0


@pytest.mark.parametrize(("asked", "format"), [("jpg", "JPEG"), ("webp", "WEBP")])
def test_other_formats(sdk: Sdk, asked: str, format: str) -> None:
    made = sdk.render(**TURBO | {"outputFormat": asked, "width": 640, "height": 384})
    assert [image(url) for url in made["urls"]] == [(format, (640, 384))]


def test_an_edit_with_two_context_images(sdk: Sdk, materials: Materials) -> None:
    contexts = [file(materials.face), file(materials.scene)]
    made = sdk.render(**EDIT | {"contextImages": contexts, "width": 768, "steps": 4, "guidance": 3.5})
    assert [image(url) for url in made["urls"]] == [("PNG", (768, 512))]


def test_a_lora(sdk: Sdk, materials: Materials) -> None:
    made = sdk.render(
        **EDIT
        | {
            "positivePrompt": "<sks> front view eye-level shot medium shot", "contextImages": [file(materials.face)],
            "loras": ["multiple_angles"], "loraStrengths": [0.9], "sampler": "euler", "scheduler": "simple",
            "steps": 4, "guidance": 1, "outputFormat": "jpg", "tokenType": "sogni",
        }
    )  # fmt: skip
    assert [image(url) for url in made["urls"]] == [("JPEG", (512, 512))]


def test_a_face_through_a_controlnet(sdk: Sdk, materials: Materials) -> None:
    made = sdk.render(
        **TURBO
        | {
            "modelId": "coreml-sogniXLturbo_alpha1_ad", "positivePrompt": "80s fashion portrait", "steps": 7,
            "guidance": 2, "width": 1024, "height": 1024, "sampler": "dpmpp_sde", "scheduler": "karras",
            "controlNet": {"name": "instantid", "image": file(materials.face), "strength": 0.7, "mode": "balanced",
                           "guidanceStart": 0, "guidanceEnd": 0.6},
        }
    )  # fmt: skip
    assert [image(url) for url in made["urls"]] == [("PNG", (1024, 1024))]


def test_a_starting_image_with_previews(sdk: Sdk, materials: Materials) -> None:
    made = sdk.render(
        **TURBO
        | {"modelId": "flux1-schnell-fp8", "startingImage": file(materials.sketch), "startingImageStrength": 0.6,
           "steps": 4, "numberOfPreviews": 2, "height": 768}
    )  # fmt: skip
    assert [image(url) for url in made["urls"]] == [("PNG", (512, 768))]


def test_a_project_that_is_cancelled_is_paid_back(open_sdk: Open, peer: Peer, slow: Served) -> None:
    with open_sdk(peer, slow) as sdk:
        sdk.ask("models")
        before = sdk.ask("balance")["spark"]
        begun = sdk.ask("begin", params=TURBO | {"numberOfMedia": 3})
        ended = sdk.ask("cancel", **begun)
        assert (ended["status"], ended["told"]) == ("canceled", "Project canceled")
        assert set(ended["jobs"]) <= {"canceled"}
        assert sdk.ask("balance")["spark"] == before
        assert sdk.ask("look_up", **begun) == {"status": "canceled"}


def test_an_account_without_funds_is_told_so(open_sdk: Open, peer: Peer, served: Served) -> None:
    with open_sdk(peer, served, account=1) as sdk:
        with pytest.raises(Refused, match="Debit Error: Insufficient funds"):
            sdk.render(**TURBO)
        assert sdk.ask("balance")["spark"] == "0"


def test_a_model_that_nobody_serves_is_refused_before_anything_is_sent(sdk: Sdk) -> None:
    with pytest.raises(Refused):
        sdk.render(**TURBO | {"modelId": "no-such-model"})
