"""Names that two claim: the core keeps its own, of two plugins neither gets it, and both stay within reach."""

from __future__ import annotations

from typing import Any

import pytest

from sogni_core._host.registry import RESERVED_SECTIONS
from sogni_core.settings.core import CoreSettings
from sogni_core.settings.paths import PROFILES

MODE = 'Mode("{claimed}", "It.", request="{package}.mode:Asked", workflow="{package}.mode:render")'


def _mode(name: str) -> str:
    return f"@hookimpl\ndef sogni_modes():\n    return [{MODE.replace('{claimed}', name)}]\n"


def _row(sogni_cli: Any, name: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = sogni_cli("plugins", "--json").json["plugins"]
    return next(row for row in rows if row["name"] == name)


def test_a_mode_named_as_the_core_s(install: Any, sogni_cli: Any) -> None:
    install("rival", _mode("image"))
    core = sogni_cli("image", "x", "--dry-run", "--network", "devnet", "--json")
    assert core.json["projects"][0]["prompt"] == "x"
    rival = sogni_cli("call", "rival:image", "x", "--dry-run", "--network", "devnet", "--json")
    assert rival.json["projects"][0]["prompt"] == "sogni_rival: x"
    problem = _row(sogni_cli, "rival")["problems"][0]
    assert problem["errorCode"] == "PLUGIN_CONFLICT"
    assert "rival (sogni-rival 3.1)" in problem["error"]
    assert "core (sogni-core" in problem["error"]
    doctor = sogni_cli("doctor", "--offline", "--network", "devnet")
    assert "rival (sogni-rival 3.1)" in doctor.stdout


@pytest.mark.parametrize("word", ["balance", "config", "plugins"])
def test_a_mode_named_as_a_command_of_the_core(word: str, install: Any, sogni_cli: Any) -> None:
    install("rival", _mode(word))
    called = sogni_cli("config", "path", "--json") if word == "config" else sogni_cli("plugins", "--json")
    assert called.exit_code == 0
    assert _row(sogni_cli, "rival")["problems"][0]["errorCode"] == "PLUGIN_CONFLICT"


@pytest.mark.parametrize("word", ["call", "help"])
def test_words_of_the_command_line_itself(word: str, install: Any, sogni_cli: Any) -> None:
    install("rival", _mode(word))
    assert _row(sogni_cli, "rival")["problems"][0]["errorCode"] == "PLUGIN_CONFLICT"
    assert sogni_cli("help", "image").stdout == sogni_cli("image", "--help").stdout
    called = sogni_cli("call", f"rival:{word}", "x", "--dry-run", "--network", "devnet", "--json")
    assert called.json["projects"][0]["prompt"] == "sogni_rival: x"


def test_two_plugins_with_one_mode(install: Any, sogni_cli: Any) -> None:
    install("alpha", _mode("stamp"))
    install("beta", _mode("stamp"))
    asked = sogni_cli("stamp", "x", "--json")
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_CONFLICT")
    for name in ("alpha", "beta"):
        assert f"{name} (sogni-{name} 3.1)" in asked.json["error"]
        assert f"sogni call {name}:stamp" in asked.json["hint"]
        called = sogni_cli("call", f"{name}:stamp", "x", "--dry-run", "--network", "devnet", "--json")
        assert called.json["projects"][0]["prompt"] == f"sogni_{name}: x"
        problem = _row(sogni_cli, name)["problems"][0]["error"]
        assert "alpha (sogni-alpha 3.1)" in problem
        assert "beta (sogni-beta 3.1)" in problem
        assert sogni_cli("call", f"{name}:stamp", "--help").exit_code == 0
    assert "stamp" not in sogni_cli("--help").stdout
    assert sogni_cli("version").exit_code == 0


def test_a_mode_and_a_command_with_one_name(install: Any, sogni_cli: Any) -> None:
    install("alpha", _mode("stamp"))
    install("beta", '@hookimpl\ndef sogni_commands():\n    return [Command("stamp", "x", "json:dumps")]\n')
    asked = sogni_cli("stamp", "--json")
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_CONFLICT")
    assert "alpha (sogni-alpha 3.1)" in asked.json["error"]
    assert "beta (sogni-beta 3.1)" in asked.json["error"]


def test_two_plugins_with_one_network(install: Any, sogni_cli: Any) -> None:
    module = '@hookimpl\ndef sogni_networks():\n    return [Network("lab", "json:dumps")]\n'
    install("alpha", module)
    install("beta", module)
    asked = sogni_cli("image", "x", "--network", "lab", "--json")
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_CONFLICT")
    assert "alpha (sogni-alpha 3.1)" in asked.json["error"]
    assert "beta (sogni-beta 3.1)" in asked.json["error"]


@pytest.mark.parametrize("name", ["fast", "relaxed"])
def test_a_network_named_as_the_live_one_is_never_offered_the_user_s_credentials(
    name: str, install: Any, sogni_cli: Any
) -> None:
    module = f'@hookimpl\ndef sogni_networks():\n    return [Network("{name}", "{{package}}.gone:nothing")]\n'
    install("rival", module)
    assert _row(sogni_cli, "rival")["problems"][0]["errorCode"] == "PLUGIN_CONFLICT"
    asked = sogni_cli("image", "x", "--network", name, "--json")
    assert asked.json["errorCode"] == "MISSING_CREDENTIALS"


@pytest.mark.parametrize("section", ["", "image", *RESERVED_SECTIONS])
def test_a_section_of_the_core(section: str, install: Any, sogni_cli: Any) -> None:
    module = f'@hookimpl\ndef sogni_settings():\n    return [Settings("{section}", "{{package}}.gone:Nothing")]\n'
    install("rival", module)
    assert _row(sogni_cli, "rival")["problems"][0]["errorCode"] == "PLUGIN_CONFLICT"
    assert sogni_cli("config", "show", "--json").exit_code == 0


def test_the_reserved_sections_are_the_keys_of_the_top_level() -> None:
    assert set(RESERVED_SECTIONS) == {*CoreSettings.model_fields, PROFILES}


def test_one_module_under_two_names(install: Any, sogni_cli: Any, sogni_site: Any) -> None:
    install("stamp")
    sogni_site("sogni-twin", version="3.1", plugins={"twin": "sogni_stamp.plugin"})
    called = sogni_cli("stamp", "x", "--dry-run", "--network", "devnet", "--json")
    assert called.json["projects"][0]["prompt"] == "sogni_stamp: x"
    failure = _row(sogni_cli, "twin")["failure"]
    assert failure["errorCode"] == "PLUGIN_CONFLICT"
    assert "stamp (sogni-stamp 3.1)" in failure["error"]


def test_two_distributions_with_one_plugin_name(install: Any, sogni_cli: Any, sogni_site: Any) -> None:
    install("stamp")
    install("other")
    sogni_site("sogni-zwilling", version="3.1", plugins={"stamp": "sogni_other.plugin"})
    failures = [row["failure"] for row in sogni_cli("plugins", "--json").json["plugins"] if row["failure"]]
    assert failures
    assert all(failure["errorCode"] == "PLUGIN_CONFLICT" for failure in failures)
    assert sogni_cli("version").exit_code == 0
