"""Observers: they may change or refuse every project of every workflow, and can neither delay nor break a run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sogni_core.result import Progress

from .conftest import Install

LABEL = "guard (sogni-guard 3.1)"

ARGV = ("image", "a cat", "-m", "z_image_turbo_bf16", "--json")


@pytest.fixture
def guard(install: Install) -> Any:
    """Install an observer: the text of its module, and which of its functions are hooked."""

    def write(source: str, *hooked: str, more: str = "") -> None:
        targets = ", ".join(f'{name}="sogni_guard.guard:{name}"' for name in hooked)
        module = f"@hookimpl\ndef sogni_observers():\n    return [Observer('gate', {targets})]\n{more}"
        install("guard", module, files={"guard": source})

    return write


BOTH_WAYS = pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["run", "plan"])

REFUSALS = {
    "one problem": (
        """
from sogni_core.problem import Problem
def before_submit(project, facts):
    return Problem("gate.cats", ("prompt",), "{prompt} has {number} cat.", {"number": 1}, hint="Use {prompt} dog.")
""",
        (2, "INVALID_ARGUMENT", f"Refused by {LABEL}: PROMPT has 1 cat."),
    ),
    "several problems": (
        """
from sogni_core.problem import Problem
async def before_submit(project, facts):
    now = {"today": "{now}"}
    return [Problem("gate.cats", ("prompt",), "No cats."), Problem("gate.night", (), "Not {today}.", now)]
""",
        (2, "INVALID_ARGUMENT", f"Refused by {LABEL}: No cats."),
    ),
    "an error of the tree": (
        """
from sogni_core.errors import MoneyError
def before_submit(project, facts):
    raise MoneyError("INSUFFICIENT_BALANCE", "The piggy bank is empty.")
""",
        (4, "INSUFFICIENT_BALANCE", f"Refused by {LABEL}: The piggy bank is empty."),
    ),
    "an input error": (
        """
from sogni_core.errors import InputError
def before_submit(project, facts):
    raise InputError("UNSUPPORTED_MEDIA", "No {braces} here.")
""",
        (2, "UNSUPPORTED_MEDIA", f"Refused by {LABEL}: No {{braces}} here."),
    ),
    "a bug": (
        "def before_submit(project, facts):\n    return project.nothing\n",
        (9, "PLUGIN_HOOK", f"The observer gate of plugin {LABEL} raised AttributeError: "
         "'ImageProject' object has no attribute 'nothing'"),
    ),
    "a forgotten return": (
        "def before_submit(project, facts):\n    project.prompt\n",
        (9, "PLUGIN_HOOK", f"The observer gate of plugin {LABEL} returned NoneType, neither a project nor problems."),
    ),
    "no problems": (
        "def before_submit(project, facts):\n    return []\n",
        (9, "PLUGIN_HOOK", f"The observer gate of plugin {LABEL} returned list, neither a project nor problems."),
    ),
    "something else among the problems": (
        "def before_submit(project, facts):\n    return ['no']\n",
        (9, "PLUGIN_HOOK", f"The observer gate of plugin {LABEL} gave str instead of a Problem."),
    ),
    "a missing target": ("", (9, "PLUGIN_IMPORT", "sogni_guard.guard:before_submit cannot be loaded")),
}  # fmt: skip


@BOTH_WAYS
@pytest.mark.parametrize("kind", REFUSALS)
def test_nothing_is_sent_that_an_observer_does_not_let_pass(
    kind: str, dry: tuple[str, ...], guard: Any, sogni_cli: Any, devnet: Any
) -> None:
    source, (status, code, text) = REFUSALS[kind]
    guard(source, "before_submit")
    called = sogni_cli(*ARGV, *dry, plugins=["guard"], environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (status, code), called
    assert text in called.json["error"]
    assert called.json["plugin"] == LABEL
    assert devnet.job_requests == []


def test_all_problems_are_said_with_their_hints(guard: Any, sogni_cli: Any, devnet: Any) -> None:
    guard(REFUSALS["several problems"][0], "before_submit")
    found = sogni_cli(*ARGV, plugins=["guard"], environ=devnet.environ).json["problems"]
    assert [problem["error"].removeprefix(f"Refused by {LABEL}: ") for problem in found] == ["No cats.", "Not {now}."]


def test_a_hint_names_fields_in_the_words_of_the_front_end(guard: Any, sogni_cli: Any, devnet: Any) -> None:
    guard(REFUSALS["one problem"][0], "before_submit")
    assert sogni_cli(*ARGV, plugins=["guard"], environ=devnet.environ).json["hint"] == "Use PROMPT dog."


WITNESS = """
from dataclasses import replace
def before_submit(project, facts):
    said = f"{facts.mode}:{facts.workflow} of {facts.part_of}, step {facts.key}"
    return replace(project, prompt=f"{project.prompt}, {said}")
"""


@BOTH_WAYS
def test_an_observer_knows_whose_project_it_is(
    dry: tuple[str, ...], guard: Any, install: Install, sogni_cli: Any, devnet: Any
) -> None:
    guard(WITNESS, "before_submit")
    install("inner")
    outer = """
from sogni_inner.mode import Asked
from sogni_core.result import Result
async def render(ctx, request):
    return await ctx.run("inner", key="once", prompt=request.prompt, **request.image_fields())
"""
    install("outer", None, files={"mode": outer})
    argv = (*ARGV[1:], *dry)
    for mode, prompt in {
        "image": "a cat, image:text of None, step image",
        "inner": "sogni_inner: a cat, image:text of inner, step image/image",
        "outer": "sogni_inner: a cat, image:text of outer, step once/image/image",
    }.items():
        plugins = ["guard", "inner", "outer"]
        called = sogni_cli(mode, *argv, plugins=plugins, environ=devnet.environ)
        assert called.exit_code == 0, called
        sent = called.json["projects"][0]["prompt"] if dry else _prompts(devnet)[-1]
        assert sent == prompt


def _prompts(devnet: Any) -> list[str]:
    return [request["keyFrames"][0]["positivePrompt"] for request in devnet.job_requests]


def test_each_observer_gets_what_the_one_before_returned_and_rules_judge_what_is_sent(
    guard: Any, install: Install, sogni_cli: Any, devnet: Any
) -> None:
    polish = """
from dataclasses import replace
def before_submit(project, facts):
    return replace(project, prompt=project.prompt + " polished", count=5)
"""
    guard(polish, "before_submit")
    hooks = """
@hookimpl
def sogni_observers():
    return [Observer("later", before_submit="{package}.later:shout")]
@hookimpl
def sogni_validators():
    return [Validator(("*",), projects="{package}.later:few")]
"""
    later = """
from dataclasses import replace
from sogni_core.problem import Problem
def shout(project, facts):
    return replace(project, prompt=project.prompt.upper())
def few(project, facts):
    if project.count > 4:
        yield Problem("later.few", ("count",), "{count} is {number}: {prompt}", dict(number=project.count,
                      prompt=project.prompt))
"""
    install("later", hooks, files={"later": later})
    called = sogni_cli(*ARGV, plugins=["guard", "later"], environ=devnet.environ)
    assert called.json["error"] == "Refused by later (sogni-later 3.1): --count is 5: A CAT POLISHED"
    assert called.json["field"] == "count"


def test_a_rule_about_projects_holds_for_the_runs_of_its_modes_and_their_parts(
    install: Install, sogni_cli: Any
) -> None:
    hooks = '@hookimpl\ndef sogni_validators():\n    return [Validator(("inner",), projects="{package}.rule:no")]\n'
    rule = "from sogni_core.problem import Problem\ndef no(project, facts):\n    yield Problem('no', (), 'No.')\n"
    install("guard", hooks, files={"rule": rule})
    install("inner")
    options = ("a cat", "--network", "devnet", "--dry-run", "--json")
    assert sogni_cli("image", *options).exit_code == 0
    assert sogni_cli("inner", *options).json["error"] == f"Refused by {LABEL}: No."


def test_a_rule_about_requests_knows_whether_it_is_a_part(install: Install, sogni_cli: Any) -> None:
    hooks = '@hookimpl\ndef sogni_validators():\n    return [Validator(("image",), "{package}.rule:alone")]\n'
    rule = """
from sogni_core.problem import Problem
def alone(request, facts):
    if facts.part_of is None:
        yield Problem("alone", (), "Not by itself.")
"""
    install("guard", hooks, files={"rule": rule})
    install("inner")
    options = ("a cat", "--network", "devnet", "--dry-run", "--json")
    assert sogni_cli("image", *options).json["error"] == "Not by itself."
    assert sogni_cli("inner", *options).exit_code == 0


def test_what_was_told_after_a_step_or_run_cannot_break_it(guard: Any, sogni_cli: Any, devnet: Any) -> None:
    source = """
import sys
def after_step(outcome, facts):
    print("on standard output")
    sys.exit(7)
async def after_run(end, facts):
    raise ValueError("not \\x1b[31mred")
"""
    guard(source, "after_step", "after_run")
    called = sogni_cli(*ARGV, plugins=["guard"], environ=devnet.environ)
    assert called.exit_code == 0, called
    subject = f"The observer gate of plugin {LABEL} raised"
    assert called.json["warnings"] == [f"{subject} SystemExit: 7", f"{subject} ValueError: not red"]


DIARY = """
from pathlib import Path
def after_step(outcome, facts):
    note(outcome.state, facts.key, outcome.error and outcome.error.code)
def after_run(end, facts):
    note(type(end).__name__, getattr(end, "code", None), facts.run_id == end.details["runId"])
def note(*words):
    with (Path(__file__).parent / "diary").open("a") as diary:
        print(*words, file=diary)
"""


def test_an_observer_is_told_of_failures(guard: Any, sogni_cli: Any, devnet: Any, tmp_path: Path) -> None:
    guard(DIARY, "after_step", "after_run")
    poor = {**devnet.environ, "SOGNI_API_KEY": devnet.accounts[1].api_key}
    called = sogni_cli(*ARGV, plugins=["guard"], environ=poor)
    assert called.exit_code == 4, called
    diary = next(tmp_path.rglob("diary")).read_text("utf-8").splitlines()
    assert diary == ["failed image INSUFFICIENT_BALANCE", "MoneyError INSUFFICIENT_BALANCE True"]


@pytest.mark.anyio
async def test_an_observer_is_told_of_a_run_that_was_stopped(
    guard: Any, sogni_app: Any, devnet: Any, tmp_path: Path
) -> None:
    guard(DIARY, "after_run")
    running: list[asyncio.Task[Any]] = []

    def stop(progress: Progress) -> None:
        if progress.kind == "connected":
            running[0].cancel()

    async with sogni_app(plugins=["guard"], environ=devnet.environ) as app:
        running.append(asyncio.create_task(app.run("image", prompt="a cat", on_progress=stop)))
        with pytest.raises(asyncio.CancelledError):
            await running[0]
    (diary,) = tmp_path.rglob("diary")
    assert diary.read_text("utf-8").splitlines() == ["InterruptedRunError INTERRUPTED True"]


def test_a_plan_tells_nobody_how_it_ended(guard: Any, sogni_cli: Any, devnet: Any, tmp_path: Path) -> None:
    guard(DIARY, "after_step", "after_run")
    assert sogni_cli(*ARGV, "--dry-run", plugins=["guard"], environ=devnet.environ).exit_code == 0
    assert not [*tmp_path.rglob("diary")]


DOUBLE = """
from dataclasses import replace
def before_submit(project, facts):
    assert project.prompt != "a cat, twice", "asked again about what was sent"
    return replace(project, prompt=project.prompt + ", twice", count=2)
"""


def test_what_was_sent_is_taken_up_as_it_was_sent(
    guard: Any, install: Install, sogni_cli: Any, devnet: Any, tmp_path: Path
) -> None:
    guard(DOUBLE, "before_submit")
    fails = '@hookimpl\ndef sogni_finishers():\n    return [Finisher("edge", "{package}.finish:finish")]\n'
    install("frame", fails, files={"finish": "def finish(path, facts):\n    raise OSError\n"})
    argv = (*ARGV, "-o", tmp_path / "cat.png")
    failed = sogni_cli(*argv, plugins=["guard", "frame"], environ=devnet.environ).json
    assert failed["errorCode"] == "FINISHER_FAILED"
    run = failed["errorDetails"]["runId"]
    for plugins in (["guard"], []):
        resumed = sogni_cli("resume", run, "--json", plugins=plugins, environ=devnet.environ)
        assert resumed.exit_code == 0, resumed
        assert [Path(path).name for path in resumed.json["localPaths"]] == ["cat-1.png", "cat-2.png"]
    assert _prompts(devnet) == ["a cat, twice"]
