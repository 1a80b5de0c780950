"""Error codes of plugins: a closed set per installation, and an unregistered one is named with its plugin."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import RENDER, Install

LABEL = "till (sogni-till 3.1)"

UNKNOWN = f"Plugin {LABEL} uses the code TILL_OPEN, which is not registered; add it with sogni_errors."

CODE = 'ErrorCode("TILL_OPEN", "InputError", "The till is open.", "Close it.")'

MODE = """
@hookimpl
def sogni_modes():
    return [Mode("till", "Ring.", "{package}.mode:Asked", "{package}.mode:render", needs="{package}.mode:missing")]
@hookimpl
def sogni_validators():
    return [Validator(("till",), "{package}.mode:rule", projects="{package}.mode:judge")]
@hookimpl
def sogni_observers():
    return [Observer("eye", before_submit="{package}.mode:look")]
@hookimpl
def sogni_commands():
    return [Command("drawer", "Open the drawer.", "{package}.mode:drawer")]
"""

WORKING = f"""{RENDER}
from sogni_core.errors import InputError
from sogni_core.plugin import ErrorCode
from sogni_core.problem import Problem
CODE = {CODE}
def missing():
    return []
def rule(request, facts):
    return []
def judge(project, facts):
    return []
def look(project, facts):
    return project
def drawer(app):
    return None
"""

RAISED = {
    "by a workflow": "async def render(ctx, request):\n    raise InputError({code}, 'x')",
    "by several tasks of a workflow": """
import asyncio
async def render(ctx, request):
    async def fail():
        raise InputError({code}, 'x')
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
""",
    "by a rule": "def rule(request, facts):\n    raise InputError({code}, 'x')",
    "in a problem": "def rule(request, facts):\n    return [Problem('till', (), 'x', code={code})]",
    "in the problem of a project": "def judge(project, facts):\n    return [Problem('till', (), 'x', code={code})]",
    "in a look for programs": "def missing():\n    yield Problem('till', (), 'x', code={code})",
    "by an observer": "def look(project, facts):\n    raise InputError({code}, 'x')",
    "in the problem of an observer": "def look(project, facts):\n    return Problem('till', (), 'x', code={code})",
}


@pytest.mark.parametrize("code", ["'TILL_OPEN'", "CODE"], ids=["a name", "a record"])
@pytest.mark.parametrize("place", RAISED)
def test_a_code_that_is_not_registered_names_the_plugin(
    place: str, code: str, install: Install, sogni_cli: Any
) -> None:
    install("till", MODE, files={"mode": WORKING + RAISED[place].replace("{code}", code)})
    called = sogni_cli("till", "x", "--network", "devnet", "--dry-run", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK"), called
    assert (called.json["error"], called.json["plugin"]) == (UNKNOWN, LABEL)


@pytest.mark.parametrize("code", ["'TILL_OPEN'", "CODE"], ids=["a name", "a record"])
def test_a_command_s_code_too(code: str, install: Install, sogni_cli: Any) -> None:
    install("till", MODE, files={"mode": f"{WORKING}def drawer(app):\n    raise InputError({code}, 'x')\n"})
    called = sogni_cli("drawer", "--json")
    assert (called.exit_code, called.json["error"]) == (9, UNKNOWN)


@pytest.mark.parametrize("place", RAISED)
def test_a_code_that_is_registered_is_answered(place: str, install: Install, sogni_cli: Any) -> None:
    hook = "@hookimpl\ndef sogni_errors():\n    return [" + CODE + "]\n"
    install("till", MODE + hook, files={"mode": WORKING + RAISED[place].replace("{code}", "CODE")})
    called = sogni_cli("till", "x", "--network", "devnet", "--dry-run", "--json")
    assert (called.exit_code, called.json["errorCode"], called.json["hint"]) == (2, "TILL_OPEN", "Close it."), called


def test_two_plugins_with_one_code_are_both_named(install: Install, sogni_cli: Any) -> None:
    hook = "@hookimpl\ndef sogni_errors():\n    return [" + CODE + "]\n"
    install("till", hook)
    install("shop", hook)
    called = sogni_cli("errors", "TILL_OPEN", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_CONFLICT")
    assert "shop (sogni-shop 3.1) and till (sogni-till 3.1)" in called.json["error"]
    rows = {row["name"]: row["problems"] for row in sogni_cli("plugins", "--json").json["plugins"]}
    for name, other in (("till", "shop"), ("shop", "till")):
        (problem,) = rows[name]
        assert f"error code 'TILL_OPEN' is claimed by {other} (sogni-{other} 3.1) too" in problem["error"]


def test_a_code_of_the_core_stays_the_core_s(install: Install, sogni_cli: Any) -> None:
    install("till", f"@hookimpl\ndef sogni_errors():\n    return [{CODE.replace('TILL_OPEN', 'TIMEOUT')}]\n")
    assert sogni_cli("errors", "TIMEOUT", "--json").json["exitCode"] == 7
    row = next(row for row in sogni_cli("plugins", "--json").json["plugins"] if row["name"] == "till")
    assert "error code 'TIMEOUT' is claimed by sogni-core too" in row["problems"][0]["error"]


@pytest.mark.parametrize(
    "record",
    [
        'ErrorCode("till", "InputError", "The till is open.")',
        'ErrorCode("TILL", "TillError", "The till is open.")',
        'ErrorCode("TILL", "InputError", "The till is open")',
        'ErrorCode("TILL", "InputError", "The till is open.", retryable="no")',
    ],
)
def test_a_code_that_says_too_little_is_refused(record: str, install: Install, sogni_cli: Any) -> None:
    install("till", f"@hookimpl\ndef sogni_errors():\n    return [{record}]\n")
    row = next(row for row in sogni_cli("plugins", "--json").json["plugins"] if row["name"] == "till")
    assert "sogni_errors: ErrorCode." in row["failure"]["error"]
