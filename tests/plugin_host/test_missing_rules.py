"""A plugin that cannot be loaded and may have rules stops what is paid for, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
