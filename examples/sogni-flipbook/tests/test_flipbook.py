"""A medium's tests: the contract, what is sent, and the whole way on a Supernet that runs on this machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sogni_flipbook.plugin
from sogni_flipbook.project import FlipbookProject

from sogni_core.errors import InputError
from sogni_core.media import check_image
from sogni_core.testing import check_plugin, payload_of

HORSE = FlipbookProject(model="z_image_turbo_bf16", prompt="a horse gallops", width=1536, height=256)


def test_keeps_the_contract_of_plugins() -> None:
    check_plugin(sogni_flipbook.plugin)


# docs: payload
def test_sends_its_own_fields() -> None:
    payload = payload_of(replace(HORSE, motion="loop", seed=7))
    (frame,) = payload["keyFrames"]
    assert (frame["flipbookPages"], frame["flipbookMotion"], frame["seed"]) == (6, "loop", 7)
    assert frame["positivePrompt"] == "6 pages of a flipbook side by side: a horse gallops"


@pytest.mark.parametrize(
    ("change", "message"), [({"pages": 9}, "pages must be from 2 to 8"), ({"motion": "back"}, "one of: loop, once")]
)
def test_refuses_what_cannot_be_right(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        payload_of(replace(HORSE, **change))


# docs: render
def test_renders_a_sheet(sogni_cli: Any, devnet: Any, tmp_path: Path) -> None:
    sheet = tmp_path / "horse.png"
    called = sogni_cli("flipbook", "a horse", "--pages", "4", "-o", sheet, "--json", environ=devnet.environ)
    assert called.exit_code == 0, called
    assert check_image(sheet) == ("image/png", 1024, 256)
    assert devnet.job_requests[0]["keyFrames"][0]["flipbookPages"] == 4


# docs: plan
def test_says_in_a_plan_how_long_it_is_and_what_it_costs(sogni_cli: Any, devnet: Any) -> None:
    argv = ("flipbook", "a horse", "--pages", "4", "--dry-run")
    plan = sogni_cli(*argv, "--json", environ=devnet.environ).json
    assert (plan["projects"][0]["media"], plan["projects"][0]["pages"]) == ("flipbook", 4)
    assert plan["price"]["amount"] > 0
    text = sogni_cli(*argv, environ=devnet.environ).stdout
    assert "sheet: 1 flipbook(s), z_image_turbo_bf16, 1024x256, 4 pages, seed" in text
    assert devnet.job_requests == []


# docs: end
