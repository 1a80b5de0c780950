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


def test_a_plugin_that_is_named_and_not_installed_is_said(sogni_cli: Any) -> None:
    rows = sogni_cli("plugins", "--json", plugins=["nobody"]).json["plugins"]
    assert rows[0]["warnings"] == ["The plugin 'nobody' was asked for and is not installed."]


def test_without_plugins_their_commands_are_answered_with_what_to_install(sogni_cli: Any) -> None:
    called = sogni_cli("image", "x", "--network", "devnet", "--json", plugins=[])
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert called.json["hint"] == 'Install it with: pip install "sogni-core[devnet]"'
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
        "module": "sogni_ant.plugin",
        "hooks": ["sogni_modes"],
        "brings": {"modes": ["ant"]},
        "failure": None,
        "problems": [],
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
