"""Typer apps as commands: alone they bring their own commands, and they cannot be one command of a group."""

from __future__ import annotations

import pytest

from sogni_core.testing import check_plugin
from sogni_core.testing.pytest_plugin import Program

from .conftest import Install

HOOK = """
@hookimpl
def sogni_commands():
    return [Command("team", "The team.", "sogni_team.mode:{target}"),
            Command("team add", "Add one.", "sogni_team.mode:add", parent="Teams.")]
"""

MODE = """
import typer
from sogni_core.result import Report

app = typer.Typer()

@app.command()
def show(ctx: typer.Context):
    return Report({"type": "team"}, ["all"])

def plain(app):
    return Report({"type": "team"}, ["all"])

def add(app, name: str):
    return Report({"type": "team", "added": name}, [name])
"""

REASON = "is a typer app, so it has to bring its commands itself; add these to it: team add"

SAID = f"command team: sogni_team.mode:app {REASON}"


@pytest.mark.parametrize("argv", [["team"], ["team", "show"]], ids=" ".join)
def test_a_typer_app_that_is_the_first_word_of_a_group_is_refused(
    argv: list[str], install: Install, sogni_cli: Program
) -> None:
    install("team", HOOK.replace("{target}", "app"), files={"mode": MODE})
    called = sogni_cli(*argv, "--json", plugins=["team"])
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK"), called
    assert called.json["error"] == f"Plugin team (sogni-team 3.1): {SAID}."
    assert called.json["plugin"] == "team (sogni-team 3.1)"


def test_it_is_found_before_anybody_types_it(install: Install, sogni_cli: Program) -> None:
    install("team", HOOK.replace("{target}", "app"), files={"mode": MODE})
    assert SAID in sogni_cli("doctor", "--offline", plugins=["team"]).stdout
    with pytest.raises(AssertionError) as caught:
        check_plugin("sogni_team.plugin")
    assert SAID in str(caught.value)


def test_a_function_may_be_the_first_word_of_a_group(install: Install, sogni_cli: Program) -> None:
    install("team", HOOK.replace("{target}", "plain"), files={"mode": MODE})
    assert sogni_cli("team", "--json", plugins=["team"]).json["type"] == "team"
    assert sogni_cli("team", "add", "Ann", "--json", plugins=["team"]).json["added"] == "Ann"
    check_plugin("sogni_team.plugin")
