"""A plugin that cannot be loaded and may have rules stops what is paid for, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.testing.pytest_plugin import Program

from .conftest import Install

LABEL = "policy (sogni-policy 3.1)"

RULE = '"{package}.rules:rule"'

RULES = {
    "an observer": 'def sogni_observers():\n    return [Observer("gate", before_submit="{package}.rules:look")]',
    "a rule for every mode": f"def sogni_validators():\n    return [Validator(('*',), {RULE})]",
    "a rule for the mode of another": f"def sogni_validators():\n    return [Validator(('image',), {RULE})]",
    "a rule about projects": f"def sogni_validators():\n    return [Validator(('*',), projects={RULE})]",
}

HARMLESS = {
    "only a command": 'def sogni_commands():\n    return [Command("tidy", "Tidy up.", "{package}.rules:rule")]',
    "a rule for its own mode": """def sogni_modes():
    return [Mode("policy", "Say it.", "{package}.mode:Asked", "{package}.mode:render")]
@hookimpl
def sogni_validators():
    return [Validator(("policy",), "{package}.rules:rule")]""",
    "an observer that is only told": f"def sogni_observers():\n    return [Observer('log', after_run={RULE})]",
}

SOURCE = {"rules": "def look(project, facts):\n    return project\ndef rule(request, facts):\n    return []\n"}

ARGV = ("image", "a cat", "--json")


@pytest.fixture
def break_it(tmp_path: Path) -> Callable[[], None]:
    """Break the module of the plugin that is installed."""

    def write() -> None:
        (module,) = tmp_path.rglob("sogni_policy/plugin.py")
        module.write_text("import nothing_of_that_name\n", "utf-8")
        forget()

    return write


def forget() -> None:
    """Let the next call import the plugin again."""
    import importlib
    import sys

    for name in [name for name in sys.modules if name.startswith("sogni_policy")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def _stopped(called: Any) -> bool:
    if called.exit_code == 0:
        return False
    assert (called.exit_code, called.json["errorCode"], called.json["plugin"]) == (9, "PLUGIN_IMPORT", LABEL), called
    assert called.json["error"].startswith(f"Paid runs are stopped: {LABEL} could not be loaded and may have rules")
    assert "No module named 'nothing_of_that_name'" in called.json["error"]
    assert "SOGNI_PLUGINS=-policy" in called.json["hint"]
    assert "plugins.fail_open" in called.json["hint"]
    return True


@pytest.mark.parametrize("kind", [*RULES, *HARMLESS])
def test_what_a_plugin_had_when_it_was_last_loaded_decides(
    kind: str, install: Install, break_it: Callable[[], None], sogni_cli: Any, devnet: Any
) -> None:
    install("policy", f"@hookimpl\n{ {**RULES, **HARMLESS}[kind] }\n", files=SOURCE)
    assert sogni_cli(*ARGV, plugins=["policy"], environ=devnet.environ).exit_code == 0
    break_it()
    assert _stopped(sogni_cli(*ARGV, plugins=["policy"], environ=devnet.environ)) is (kind in RULES)
    assert len(devnet.job_requests) == (1 if kind in RULES else 2)


def test_one_that_was_never_loaded_may_have_rules(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "import nothing_of_that_name")
    assert _stopped(sogni_cli(*ARGV, plugins=["policy"], environ=devnet.environ))
    assert devnet.job_requests == []


def test_a_hook_that_raises_counts_as_not_loaded(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "@hookimpl\ndef sogni_validators():\n    return 1 / 0\n")
    called = sogni_cli(*ARGV, plugins=["policy"], environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"], called.json["plugin"]) == (9, "PLUGIN_IMPORT", LABEL)


@pytest.mark.parametrize("damage", ["not json", "{}", '{"plugins": [{"name": "policy"}]}', None])
def test_a_memory_that_does_not_read_clears_nobody(
    damage: str | None, install: Install, break_it: Callable[[], None], sogni_cli: Any, devnet: Any, sogni_home: Any
) -> None:
    install("policy", f"@hookimpl\n{HARMLESS['only a command']}\n", files=SOURCE)
    assert sogni_cli(*ARGV, plugins=["policy"], environ=devnet.environ).exit_code == 0
    memory = sogni_home.state / "plugins.json"
    assert [one["name"] for one in json.loads(memory.read_text("utf-8"))["plugins"]] == ["policy"]
    break_it()
    memory.unlink() if damage is None else memory.write_text(damage, "utf-8")
    assert _stopped(sogni_cli(*ARGV, plugins=["policy"], environ=devnet.environ))


def test_a_plan_warns(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "import nothing_of_that_name")
    plan = sogni_cli(*ARGV, "--dry-run", plugins=["policy"], environ=devnet.environ)
    assert plan.exit_code == 0
    assert plan.json["warnings"] == [f"{LABEL} could not be loaded. Its rules, if it has any, were not checked."]


def test_what_costs_nothing_goes_on(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "import nothing_of_that_name")
    for argv in (["balance"], ["models"], ["runs"], ["schema", "image"], ["--help"]):
        assert sogni_cli(*argv, plugins=["policy"], environ=devnet.environ).exit_code == 0


def test_leaving_it_out_is_the_user_s_decision(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "import nothing_of_that_name")
    assert sogni_cli(*ARGV, plugins=[], environ=devnet.environ).exit_code == 0


def test_the_setting_lets_calls_pass_with_a_warning(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "import nothing_of_that_name")
    assert sogni_cli("config", "set", "plugins.fail_open", "true", plugins=["policy"]).exit_code == 0
    called = sogni_cli(*ARGV, plugins=["policy"], environ=devnet.environ)
    assert called.exit_code == 0, called
    assert called.json["warnings"] == [f"{LABEL} could not be loaded. Its rules, if it has any, were not checked."]


def test_the_doctor_says_that_nothing_is_paid_for(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "import nothing_of_that_name")
    said = "FAIL  rules: Paid runs are stopped"
    assert said in sogni_cli("doctor", "--offline", plugins=["policy"], environ=devnet.environ).stdout
    allowed = {**devnet.environ, "SOGNI_PLUGINS__FAIL_OPEN": "true"}
    assert "ok    rules: " in sogni_cli("doctor", "--offline", plugins=["policy"], environ=allowed).stdout


def test_a_setting_that_does_not_read_lets_nothing_pass(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("policy", "import nothing_of_that_name")
    environ = {**devnet.environ, "SOGNI_PLUGINS__FAIL_OPEN": "maybe"}
    called = sogni_cli(*ARGV, plugins=["policy"], environ=environ)
    assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG")
    assert devnet.job_requests == []


def test_a_run_is_not_resumed_without_the_rules(install: Install, sogni_cli: Any, devnet: Any) -> None:
    done = sogni_cli(*ARGV, plugins=[], environ=devnet.environ).json
    install("policy", "import nothing_of_that_name")
    assert _stopped(sogni_cli("resume", done["runId"], "--json", plugins=["policy"], environ=devnet.environ))
    assert sogni_cli("resume", done["runId"], "--json", plugins=[], environ=devnet.environ).exit_code == 0


@pytest.fixture
def wiped(install: Install, sogni_cli: Program, devnet: Devnet, tmp_path: Path) -> Callable[[str], None]:
    """Pay once with the plugin installed, then take it away, as an upgrade of a tool does."""

    def wipe(kind: str) -> None:
        install("policy", f"@hookimpl\n{ {**RULES, **HARMLESS}[kind] }\n", files=SOURCE)
        assert sogni_cli(*ARGV, environ=devnet.environ).exit_code == 0
        shutil.rmtree(tmp_path / "site" / "sogni_policy-3.1.dist-info")

    return wipe


@pytest.mark.parametrize("kind", [*RULES, *HARMLESS])
def test_a_plugin_with_rules_that_is_gone_stops_what_is_paid_for(
    kind: str, wiped: Callable[[str], None], sogni_cli: Program, devnet: Devnet
) -> None:
    wiped(kind)
    plan = sogni_cli(*ARGV, "--dry-run", environ=devnet.environ)
    called = sogni_cli(*ARGV, environ=devnet.environ)
    if kind in HARMLESS:
        assert (called.exit_code, plan.json["warnings"]) == (0, [])
        return
    assert plan.json["warnings"] == [f"{LABEL} is no longer installed. Its rules were not checked."]
    assert (called.exit_code, called.json["errorCode"], called.json["plugin"]) == (9, "PLUGIN_NOT_INSTALLED", LABEL)
    assert called.json["error"] == f"Paid runs are stopped: {LABEL} had rules for them and is no longer installed."
    for way_out in ("sogni plugins add sogni-policy", "sogni plugins remove sogni-policy", "SOGNI_PLUGINS=-policy"):
        assert way_out in called.json["hint"]
    assert len(devnet.job_requests) == 1
    assert "FAIL  rules: Paid runs are stopped" in sogni_cli("doctor", "--offline", environ=devnet.environ).stdout


def test_a_plugin_that_was_removed_on_purpose_stops_nothing(
    wiped: Callable[[str], None], sogni_cli: Program, devnet: Devnet
) -> None:
    wiped("an observer")
    assert sogni_cli("plugins", "remove", "policy").exit_code == 0
    assert sogni_cli(*ARGV, environ=devnet.environ).exit_code == 0


@pytest.mark.parametrize(
    "environ", [{"SOGNI_PLUGINS": "-policy"}, {"SOGNI_PLUGINS": "devnet"}, {"SOGNI_PLUGINS__FAIL_OPEN": "true"}]
)
def test_the_user_may_go_on_without_a_plugin_that_is_gone(
    environ: dict[str, str], wiped: Callable[[str], None], sogni_cli: Program, devnet: Devnet
) -> None:
    wiped("an observer")
    assert sogni_cli(*ARGV, environ={**devnet.environ, **environ}).exit_code == 0


def test_an_update_that_gives_the_plugin_another_name_is_not_its_end(
    wiped: Callable[[str], None], sogni_site: Callable[..., Path], sogni_cli: Program, devnet: Devnet
) -> None:
    wiped("an observer")
    sogni_site("sogni-policy", version="4.0", plugins={"house": "sogni_policy.plugin"}, files={})
    assert sogni_cli(*ARGV, environ=devnet.environ).exit_code == 0
    assert sogni_cli("plugins", "--json").json["gone"] == []
