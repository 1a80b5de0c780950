"""A plugin's tests: its contract in one line, its mode on a Supernet that runs on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sogni_postcard.plugin

from sogni_core.testing import check_plugin


# docs: contract
def test_keeps_the_contract_of_plugins() -> None:
    check_plugin(sogni_postcard.plugin)


# docs: render
def test_asks_for_a_postcard_of_the_place(sogni_cli: Any, devnet: Any, tmp_path: Path) -> None:
    card = tmp_path / "card.png"
    called = sogni_cli("postcard", "Lisbon", "-w", "256", "-h", "256", "-o", card, "--json", environ=devnet.environ)
    assert called.exit_code == 0, called
    assert called.json["localPath"] == str(card)
    assert card.read_bytes().startswith(b"\x89PNG")
    frame = devnet.job_requests[0]["keyFrames"][0]
    assert frame["positivePrompt"] == "vintage postcard of Lisbon"
    assert (frame["width"], frame["height"]) == (256, 256)


# docs: end
def test_prints_a_greeting_from_the_settings(sogni_cli: Any, devnet: Any, sogni_home: Any) -> None:
    sogni_home.config_file.parent.mkdir(parents=True)
    sogni_home.config_file.write_text('[postcard]\nstyle = "modern"\ngreeting = "Wish you were here"\n', "utf-8")
    assert sogni_cli("postcard", "Lisbon", "-q", environ=devnet.environ).exit_code == 0
    prompt = devnet.job_requests[0]["keyFrames"][0]["positivePrompt"]
    assert prompt == 'modern postcard of Lisbon, printed on it: "Wish you were here"'


def test_refuses_a_greeting_that_does_not_fit(sogni_cli: Any) -> None:
    called = sogni_cli("postcard", "Lisbon", "--greeting", "x" * 41, "--network", "devnet", "--json")
    assert called.exit_code == 2
    assert called.json["errorCode"] == "INVALID_ARGUMENT"
    assert (called.json["field"], called.json["errorDetails"]) == ("greeting", {"max": 40, "length": 41})


def test_takes_a_longer_greeting_where_the_setting_allows_it(sogni_cli: Any) -> None:
    longer = {"SOGNI_POSTCARD__LONGEST_GREETING": "50"}
    argv = ("postcard", "Lisbon", "--greeting", "x" * 41, "--dry-run", "--network", "devnet", "--json")
    assert sogni_cli(*argv, environ=longer).exit_code == 0


def test_refuses_an_unknown_style(sogni_cli: Any) -> None:
    called = sogni_cli("postcard", "Lisbon", "--style", "cubist", "--json")
    assert called.exit_code == 2
    assert called.json["errorDetails"]["allowed"] == ["vintage", "modern"]


def test_has_a_schema(sogni_cli: Any) -> None:
    schema = sogni_cli("schema", "postcard").json
    assert schema["required"] == ["place"]
    assert schema["properties"]["style"]["x-flags"] == ["--style"]
    assert schema["properties"]["style"]["default"] == "vintage"
