"""A plugin's tests: its contract in one line, its mode on a Supernet in memory, its rule as a function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sogni_postcard.plugin
from sogni_postcard.rules import greeting_fits

from sogni_core.testing import check_plugin, facts_for, plan_of


# docs: contract
def test_keeps_the_contract_of_plugins() -> None:
    check_plugin(sogni_postcard.plugin)


# docs: render
def test_asks_for_a_postcard_of_the_place(sogni_cli: Any, sogni_network: Any, tmp_path: Path) -> None:
    card = tmp_path / "card.png"
    called = sogni_cli("postcard", "Lisbon", "-w", "256", "-h", "256", "-o", card, "--json", network=sogni_network)
    assert called.exit_code == 0, called
    assert called.json["localPath"] == str(card)
    assert card.read_bytes().startswith(b"\x89PNG")
    (project,) = sogni_network.projects
    assert project.prompt == "vintage postcard of Lisbon"
    assert project.size == (256, 256)


# docs: end
def test_prints_a_greeting_from_the_settings(sogni_home: Any) -> None:
    sogni_home.config_file.parent.mkdir(parents=True)
    sogni_home.config_file.write_text('[postcard]\nstyle = "modern"\ngreeting = "Wish you were here"\n', "utf-8")
    (step,) = plan_of("postcard", place="Lisbon").steps
    assert step.project.prompt == 'modern postcard of Lisbon, printed on it: "Wish you were here"'


# docs: rule
def test_the_rule_counts_the_characters_of_a_greeting(sogni_request: Any) -> None:
    request, facts = sogni_request("postcard", place="Lisbon", greeting="x" * 41), facts_for("postcard")
    (problem,) = greeting_fits(request, facts)
    assert problem.said() == "greeting must be at most 40 characters, not 41."


# docs: end
def test_refuses_a_greeting_that_does_not_fit(sogni_cli: Any) -> None:
    called = sogni_cli("postcard", "Lisbon", "--greeting", "x" * 41, "--json")
    assert called.exit_code == 2
    assert called.json["errorCode"] == "INVALID_ARGUMENT"
    assert (called.json["field"], called.json["errorDetails"]) == ("greeting", {"max": 40, "length": 41})


def test_takes_a_longer_greeting_where_the_setting_allows_it(sogni_cli: Any, sogni_network: Any) -> None:
    longer = {"SOGNI_POSTCARD__LONGEST_GREETING": "50"}
    argv = ("postcard", "Lisbon", "--greeting", "x" * 41, "--dry-run", "--json")
    assert sogni_cli(*argv, environ=longer, network=sogni_network).exit_code == 0


def test_refuses_an_unknown_style(sogni_cli: Any) -> None:
    called = sogni_cli("postcard", "Lisbon", "--style", "cubist", "--json")
    assert called.exit_code == 2
    assert called.json["errorDetails"]["allowed"] == ["vintage", "modern"]


def test_has_a_schema(sogni_cli: Any) -> None:
    schema = sogni_cli("schema", "postcard").json
    assert schema["required"] == ["place"]
    assert schema["properties"]["style"]["x-flags"] == ["--style"]
    assert schema["properties"]["style"]["default"] == "vintage"
