"""``SOGNI_PLUGINS``, and what ``sogni plugins`` says."""

from __future__ import annotations

from typing import Any

import pytest

from sogni_core import __version__


def _names(called: Any) -> list[str]:
    return [row["name"] for row in called.json["plugins"]]


def test_all_installed_plugins_are_loaded(install: Any, sogni_cli: Any) -> None:
    install("zebra")
    install("ant")
    names = _names(sogni_cli("plugins", "--json"))
    assert names[0] == "core"
    assert names[1:] == sorted(names[1:])
    assert {"ant", "zebra"} <= set(names)


@pytest.mark.parametrize(
    ("value", "loaded"),
    [("ant", ["ant"]), ("zebra,ant", ["ant", "zebra"]), (" ant , zebra ,", ["ant", "zebra"]), ("", []), (",", [])],
)
def test_only_those_that_are_named(value: str, loaded: list[str], install: Any, sogni_cli: Any) -> None:
    install("zebra")
    install("ant")
    install("broken", "raise AssertionError('imported all the same')")
    called = sogni_cli("plugins", "--json", environ={"SOGNI_PLUGINS": value})
    assert _names(called) == ["core", *loaded]
    assert all(row["failure"] is None for row in called.json["plugins"])


@pytest.mark.parametrize(
    ("value", "left_out"),
    [("-ant", ["ant"]), ("-ant,-zebra", ["ant", "zebra"]), (" - ant , -zebra,", ["ant", "zebra"])],
)
def test_all_but_those_that_are_named(value: str, left_out: list[str], install: Any, sogni_cli: Any) -> None:
    install("zebra")
    install("ant", "raise AssertionError('imported all the same')" if left_out else None)
    called = sogni_cli("plugins", "--json", environ={"SOGNI_PLUGINS": value})
    assert set(_names(called)) == {*_names(sogni_cli("plugins", "--json"))} - set(left_out)
    assert called.json["leftOut"] == left_out
    assert (
        f"Left out by SOGNI_PLUGINS: {', '.join(left_out)}"
        in sogni_cli("plugins", environ={"SOGNI_PLUGINS": value}).stdout
    )
    asked = sogni_cli("ant", "x", "--json", environ={"SOGNI_PLUGINS": value})
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert asked.json["error"] == "The command 'ant' comes with the plugin sogni-ant, which SOGNI_PLUGINS leaves out."
    doctor = sogni_cli("doctor", "--offline", "--network", "devnet", "--json", environ={"SOGNI_PLUGINS": value})
    assert {
        "name": "plugin ant",
        "ok": True,
        "message": "ant (sogni-ant 3.1) is left out by SOGNI_PLUGINS",
        "hint": None,
    } in (doctor.json["checks"])


@pytest.mark.parametrize("value", ["ant,-zebra", "-ant,zebra", "-", "ant,-"])
@pytest.mark.parametrize("argv", [["--help"], ["plugins"], ["image", "x"]], ids=" ".join)
def test_a_selection_that_cannot_be_meant_ends_every_command(value: str, argv: list[str], sogni_cli: Any) -> None:
    called = sogni_cli(*argv, "--json", environ={"SOGNI_PLUGINS": value})
    assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG")
    assert "SOGNI_PLUGINS is not valid" in called.json["error"]
    assert "SOGNI_PLUGINS=-a,-b" in called.json["hint"]


def test_a_plugin_that_is_named_and_not_installed_is_said(sogni_cli: Any) -> None:
    rows = sogni_cli("plugins", "--json", plugins=["nobody"]).json["plugins"]
    minus = sogni_cli("plugins", "--json", environ={"SOGNI_PLUGINS": "-nobody"}).json["plugins"]
    assert minus[0]["warnings"] == rows[0]["warnings"]
    assert rows[0]["warnings"] == ["SOGNI_PLUGINS names the plugin 'nobody', which is not installed."]


def test_the_commands_of_a_plugin_that_is_left_out_name_the_variable(sogni_cli: Any) -> None:
    called = sogni_cli("image", "x", "--network", "devnet", "--json", plugins=[])
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert "sogni-devnet, which SOGNI_PLUGINS leaves out" in called.json["error"]
    assert called.json["hint"] == "Change or unset SOGNI_PLUGINS."
    assert sogni_cli("devnet", "serve", plugins=[]).exit_code == 9


def test_what_is_listed(install: Any, sogni_cli: Any) -> None:
    install("ant")
    called = sogni_cli("plugins", "--json", plugins=["ant"])
    core, ant = called.json["plugins"]
    assert (core["name"], core["distribution"], core["version"]) == ("core", "sogni-core", __version__)
    assert "image" in core["brings"]["modes"]
    assert ant.pop("importMs") >= 0
    assert ant == {
        "name": "ant",
        "distribution": "sogni-ant",
        "version": "3.1",
        "file": None,
        "module": "sogni_ant.plugin",
        "hooks": ["sogni_modes"],
        "brings": {"modes": ["ant"]},
        "failure": None,
        "problems": [],
        "broken": [],
        "warnings": [],
    }
    text = sogni_cli("plugins", plugins=["ant"]).stdout
    assert "ant  sogni-ant 3.1" in text
    assert "modes: ant" in text


def test_one_distribution_twice_on_the_path_is_one_plugin(install: Any, sogni_cli: Any, sogni_site: Any) -> None:
    install("ant")
    sogni_site("sogni-ant", version="3.0", plugins={"ant": "sogni_ant.plugin"})
    names = _names(sogni_cli("plugins", "--json"))
    assert names.count("ant") == 1
