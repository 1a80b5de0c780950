"""``sogni plugins`` and ``sogni doctor`` resolve what records name, and say plugin, record and reason."""

from __future__ import annotations

from typing import Any

import pytest

SETTINGS = "from pydantic import BaseModel, Field\nclass Table(BaseModel):\n    "

BROKEN: dict[str, tuple[str, dict[str, str], str, str]] = {
    "a request that is gone": (
        'sogni_modes():\n    return [Mode("broken", "x", "{package}.mode:Gone", "{package}.mode:render")]', {},
        "mode broken: request", "{package}.mode:Gone cannot be loaded: AttributeError"),
    "a request that is none": (
        'sogni_modes():\n    return [Mode("broken", "x", "{package}.mode:render", "{package}.mode:render")]', {},
        "mode broken: request", "is not a subclass of sogni_core.request.Request"),
    "a workflow that is gone": (
        'sogni_modes():\n    return [Mode("broken", "x", "{package}.mode:Asked", "{package}.gone:render")]', {},
        "mode broken: workflow", "No module named '{package}.gone'"),
    "a look-out that is none": (
        'sogni_modes():\n    return [Mode("broken", "x", "{package}.mode:Asked", "{package}.mode:render",'
        ' needs="{package}.mode:render")]', {},
        "mode broken: needs", "{package}.mode:render is not a plain function"),
    "a text that is gone": (
        'sogni_modes():\n    return [Mode("broken", "x", "{package}.mode:Asked", "{package}.mode:render",'
        ' skill="{package}:gone.md")]', {},
        "mode broken: skill", "{package}:gone.md cannot be read"),
    "a further workflow": (
        'sogni_workflows():\n    return [Workflow("image", "more", "{package}.mode:Asked")]', {},
        "workflow image:more", "{package}.mode:Asked is not an async function"),
    "a rule that cannot be imported": (
        'sogni_validators():\n    return [Validator(("image",), "{package}.rules:rule")]',
        {"rules": "import nothing_of_that_name"},
        "validator {package}.rules:rule", "No module named 'nothing_of_that_name'"),
    "a rule that ends the program": (
        'sogni_validators():\n    return [Validator(("image",), "{package}.rules:rule")]',
        {"rules": "raise SystemExit"},
        "validator {package}.rules:rule", "SystemExit"),
    "settings without a default": (
        'sogni_settings():\n    return [Settings("broken", "{package}.settings:Table")]',
        {"settings": SETTINGS + "ink: str = Field(description='x')"},
        "settings [broken]", "{package}.settings:Table has no default for ink"),
    "settings that refuse their defaults": (
        'sogni_settings():\n    return [Settings("broken", "{package}.settings:Table")]',
        {"settings": SETTINGS + "ink: int = Field('blue', description='x', validate_default=True)"},
        "settings [broken]", "does not give its defaults"),
    "settings that are no model": (
        'sogni_settings():\n    return [Settings("broken", "json:dumps")]', {},
        "settings [broken]", "json:dumps is not a pydantic model"),
    "a command that is gone": (
        'sogni_commands():\n    return [Command("broken", "x", "json:nothing")]', {},
        "command broken", "json:nothing cannot be loaded"),
    "a network that takes arguments": (
        'sogni_networks():\n    return [Network("broken", "json:dumps")]', {},
        "network broken", "takes arguments; it may take settings and nothing else"),
    "a rule for no mode": (
        'sogni_validators():\n    return [Validator(("imgae", "video"), "{package}.rules:rule")]',
        {"rules": "def rule(request, facts):\n    return []"},
        "validator {package}.rules:rule", "applies to the mode 'imgae', which does not exist; did you mean 'image'?"),
    "a workflow for no mode": (
        'sogni_workflows():\n    return [Workflow("stamp", "more", "{package}.mode:render")]', {},
        "workflow stamp:more", "belongs to the mode 'stamp', which does not exist"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_named_with_plugin_record_and_reason(kind: str, install: Any, sogni_cli: Any) -> None:
    hook, files, record, reason = BROKEN[kind]
    install("broken", f"@hookimpl\ndef {hook}\n", files=files)
    record, reason = record.replace("{package}", "sogni_broken"), reason.replace("{package}", "sogni_broken")
    called = sogni_cli("plugins", "--json")
    assert called.exit_code == 0
    rows = {row["name"]: row for row in called.json["plugins"]}
    assert [row["broken"] for name, row in rows.items() if name != "broken"] == [[]] * (len(rows) - 1)
    [found] = rows["broken"]["broken"]
    assert found["record"] == record
    assert found["error"].startswith(f"Plugin broken (sogni-broken 3.1): {record}: ")
    assert reason in found["error"]
    assert found["error"] in " ".join(sogni_cli("plugins").stdout.split())
    doctor = sogni_cli("doctor", "--offline", "--network", "devnet", "--json")
    assert doctor.exit_code == 3
    checks = [check for check in doctor.json["checks"] if check["name"] == "plugin broken"]
    assert [(check["ok"], check["message"]) for check in checks] == [(False, found["error"])]
    assert checks[0]["hint"]
    assert sogni_cli("version").exit_code == 0


def test_what_the_installed_plugins_name_is_there(sogni_cli: Any) -> None:
    rows = sogni_cli("plugins", "--json").json["plugins"]
    assert {row["name"] for row in rows} >= {"core", "devnet", "multiangle", "photobooth", "video"}
    assert [row["broken"] for row in rows] == [[]] * len(rows)


def test_printing_while_targets_are_looked_at_stays_off_standard_output(install: Any, sogni_cli: Any) -> None:
    install("loud", None, files={"mode": "print('LOUD')\nraise RuntimeError('\\x1b[2Jgone')"})
    called = sogni_cli("plugins", "--json")
    assert "LOUD" in called.stderr
    row = next(row for row in called.json["plugins"] if row["name"] == "loud")
    assert len(row["broken"]) == 2
    assert "\x1b" not in called.stdout


@pytest.mark.parametrize("text", ["ink: str = Field(description='x')", "ink: int = Field('x', validate_default=True)"])
def test_settings_without_defaults_cost_their_own_section_and_name_their_plugin(
    text: str, install: Any, sogni_cli: Any
) -> None:
    module = '@hookimpl\ndef sogni_settings():\n    return [Settings("broken", "{package}.settings:Table")]\n'
    install("broken", module, files={"settings": SETTINGS + text})
    shown = sogni_cli("config", "show", "--json")
    assert shown.exit_code == 0
    assert "image.width" in [row["key"] for row in shown.json["settings"]]
    [warning] = shown.json["warnings"]
    assert warning.startswith("Plugin broken (sogni-broken 3.1): settings [broken]: sogni_broken.settings:Table ")
    assert sogni_cli("image", "x", "--network", "devnet", "--dry-run", "--json").exit_code == 0
    asked = sogni_cli("config", "explain", "broken.ink", "--json")
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert asked.json["plugin"] == "broken (sogni-broken 3.1)"
