"""Both SDKs come in by password and by key, ask what there is, and go."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .conftest import Open, Served
from .driver import Refused, Sdk
from .installation import Peer

IMAGE = "z_image_turbo_bf16"


@pytest.mark.parametrize("by", ["password", "key"])
def test_in_and_out(open_sdk: Open, peer: Peer, served: Served, by: str) -> None:
    with open_sdk(peer, served, by=by, quiet=False) as sdk:
        account = sdk.ask("account")
        assert account["username"] == served.accounts[0]["username"]
        assert account["address"].startswith("0x")
        assert sdk.ask("models")["models"][IMAGE] == "image"
        assert all(Decimal(amount) > 0 for amount in sdk.ask("balance").values())
        assert sdk.complaints() == ""
        if by == "password":
            # A key has no session that could be ended; the SDKs drop theirs by being closed.
            assert sdk.ask("logout") == {"authenticated": False}
            with pytest.raises(Refused):
                sdk.ask("balance")


def test_a_wrong_password(open_sdk: Open, peer: Peer, served: Served) -> None:
    with open_sdk(peer, served, by="nothing yet") as sdk, pytest.raises(Refused, match="Invalid credentials"):
        sdk.ask("login", username=served.accounts[0]["username"], password="not-this-one")


def test_the_options_of_both_forms_of_tier(sdk: Sdk) -> None:
    comfy = sdk.ask("options", model=IMAGE)["options"]
    assert comfy["type"] == "image"
    assert comfy["steps"]["default"] == 8
    assert "res_multistep" in comfy["sampler"]["allowed"]
    # The older form lists display names; the SDK makes aliases of them.
    older = sdk.ask("options", model="coreml-sogniXLturbo_alpha1_ad")["options"]
    assert "dpmpp_sde" in older["sampler"]["allowed"]
    assert "karras" in older["scheduler"]["allowed"]


def test_a_lora_is_found_by_its_id(sdk: Sdk) -> None:
    assert "qwen_image_edit_2511_fp8_lightning" in sdk.ask("lora", lora="multiple_angles")["models"]
    assert sdk.ask("lora", lora="no-such-lora") == {"models": None}


def test_subscriptions_are_confirmed(sdk: Sdk) -> None:
    assert sdk.ask("subscribe", events={"modelAvailability": False})["events"]["modelAvailability"] is False
    assert sdk.ask("subscribe", events={"modelAvailability": True})["events"]["modelAvailability"] is True
