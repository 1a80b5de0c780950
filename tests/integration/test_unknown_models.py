"""A model that nobody knows is refused before anything is sent; the network is asked for its list, which is free."""

from __future__ import annotations

from typing import Any

import pytest
from sogni_devnet.server import Devnet


@pytest.fixture
def call(sogni_cli: Any, devnet: Devnet) -> Any:
    return lambda *argv, **environ: sogni_cli(*argv, "--json", environ={**devnet.environ, **environ})


def test_an_unknown_model_is_refused_with_a_suggestion(call: Any, devnet: Devnet) -> None:
    for given, near in (("z_image_turbo_bf17", "z_image_turbo_bf16"), ("flux", "flux")):
        called = call("image", "x", "-m", given)
        assert (called.exit_code, called.json["field"]) == (2, "model")
        assert called.json["hint"].startswith(f"Did you mean {near}")
        assert "--force" in called.json["hint"]
    assert devnet.job_requests == []
    assert call("runs").json["runs"] == []


def test_a_forced_model_is_sent(call: Any, devnet: Devnet) -> None:
    called = call("image", "x", "-m", "flux", "--force")
    assert called.exit_code == 6
    assert [request["keyFrames"][0]["modelID"] for request in devnet.job_requests] == ["flux"]


def test_a_model_that_only_the_network_knows_is_sent(call: Any, devnet: Devnet) -> None:
    listed = {model["id"] for model in call("models").json["models"] if model["media"] == "image"}
    assert call("image", "x", "-m", sorted(listed)[0], "-w", "512", "-h", "512").exit_code == 0


def test_ranges_of_the_network_count_once_they_are_known(call: Any, devnet: Devnet) -> None:
    assert call("models").exit_code == 0
    assert call("image", "x").exit_code == 0
    called = call("image", "x", "-w", "4096")
    assert (called.exit_code, called.json["field"]) == (2, "width")
    assert len(devnet.job_requests) == 1
