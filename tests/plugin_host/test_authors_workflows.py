"""What a workflow of somebody's does wrong: it is named, and what may have been paid for is said and kept."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.errors import SogniError

from .conftest import Install

HEAD = """
import asyncio
from typing import Annotated
from sogni_core.errors import InputError, ServiceError
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]

def project(request, words="a cat", **changes):
    model = "z_image_turbo_bf16"
    return ImageProject(model=model, prompt=words, width=256, height=256, seed=1, token_type="spark", **changes)

def place(request, name):
    return request.output and request.output.with_stem(name)

"""

Call = Callable[..., Any]


@pytest.fixture
def run(install: Install, sogni_cli: Any, devnet: Any, folder: Path, tmp_path: Path) -> Call:
    """Install a mode with this workflow, its body indented, and run it; returns what was called."""
    written: list[str] = []

    def call(body: str, *argv: Any, **environ: str) -> Any:
        lines = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
        mode = f"{HEAD}async def render(ctx, request):\n{lines}"
        if written:
            (tmp_path / "site/sogni_mine/mode.py").write_text(mode)
        else:
            install("mine", files={"mode": mode})
        written.append(body)
        sys.modules.pop("sogni_mine.mode", None)
        importlib.invalidate_caches()
        typed = ("mine", "a cat", "-o", "cat.png", *argv)
        return sogni_cli(*typed, plugins=["mine"], environ={**devnet.environ, **environ})

    return call


FAILURES = pytest.mark.parametrize(
    ("body", "code", "exit_code"),
    [
        ("raise ValueError('no idea')", "PLUGIN_HOOK", 9),
        ("return 5", "PLUGIN_HOOK", 9),
        ("return Result(outcomes=(5,))", "PLUGIN_HOOK", 9),
        ("return Result(artifacts=('cat.png',))", "PLUGIN_HOOK", 9),
        ("return Result(error='no idea')", "PLUGIN_HOOK", 9),
        ("return Result(type=5)", "PLUGIN_HOOK", 9),
        ("return Result(extra=[5])", "PLUGIN_HOOK", 9),
        ("own = {}; own['own'] = own; return Result(extra=own)", "PLUGIN_HOOK", 9),
        ("raise InputError('MISSING_FILE', 'gone')", "MISSING_FILE", 2),
        ("await ctx.run('image', promt='x')", "PLUGIN_HOOK", 9),
        ("await ctx.run('nosuch')", "UNKNOWN_COMMAND", 2),
    ],
)


@FAILURES
def test_what_fails_after_a_paid_step_may_charge_again(
    run: Call, devnet: Any, body: str, code: str, exit_code: int
) -> None:
    called = run(f"done = await ctx.submit(project(request), key='first')\n{body}", "--json")
    found = called.json
    assert (called.exit_code, found["errorCode"]) == (exit_code, code), found
    assert found["mayChargeAgain"] is True
    (sent,) = devnet.job_requests
    assert found["errorDetails"]["projects"] == [{"projectId": sent["jobID"], "key": "first", "state": "completed"}]
    assert found["errorDetails"]["runId"]


@FAILURES
def test_what_fails_before_anything_was_sent_may_be_repeated(
    run: Call, devnet: Any, body: str, code: str, exit_code: int
) -> None:
    called = run(body, "--json")
    assert (called.exit_code, called.json["errorCode"]) == (exit_code, code), called.json
    assert called.json["mayChargeAgain"] is False
    assert "projects" not in called.json["errorDetails"]
    assert devnet.job_requests == []


def test_people_are_shown_what_was_paid(run: Call, devnet: Any) -> None:
    called = run("await ctx.submit(project(request), key='first')\nraise ValueError('no idea')", "-q")
    assert f"Project {devnet.job_requests[0]['jobID']}: completed" in called.stderr


def test_a_result_with_an_error_of_its_own_may_charge_again(run: Call) -> None:
    called = run(
        "done = await ctx.submit(project(request), key='first', output=request.output)\n"
        "return Result(outcomes=(done,), artifacts=done.artifacts, error=InputError('MISSING_FILE', 'gone'))",
        "--json",
    )
    assert (called.exit_code, called.json["errorCode"], called.json["mayChargeAgain"]) == (2, "MISSING_FILE", True)
    assert called.json["localPaths"]


def test_an_exception_says_where_it_was_raised(run: Call) -> None:
    called = run("import json\njson.loads('{')", "--json")
    assert "raised JSONDecodeError: Expecting property name" in called.json["error"]
    assert called.json["error"].endswith("(sogni_mine.mode, line 21)"), called.json["error"]
    assert called.json["errorDetails"]["where"] == "sogni_mine.mode, line 21"


GROUP = """
async def wrong(text):
    await asyncio.sleep(0)
    raise KeyError(text)
async def refused():
    await asyncio.sleep(0)
    raise ServiceError("SERVICE_ERROR", "no")
async with asyncio.TaskGroup() as group:
    group.create_task(refused())
    group.create_task(wrong("first"))
    group.create_task(wrong("second"))
"""


def test_a_group_of_tasks_names_the_first_exception_that_is_not_ours(run: Call) -> None:
    called = run(GROUP, "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert "Workflow mine:mine of plugin mine (sogni-mine 3.1) raised" in called.json["error"]
    assert "(sogni_mine.mode, line 2" in called.json["error"]
    assert "raised KeyError: 'first'" in called.json["error"]
    assert "ExceptionGroup" not in called.json["error"]
    shown = run(GROUP, SOGNI_DEBUG="1").stderr
    for text in ("KeyError: 'first'", "KeyError: 'second'", "ServiceError: no"):
        assert text in shown, "each with its traceback"
    assert shown.count("in wrong") == 2


def test_ctx_run_raises_what_app_run_raises(run: Call, start_devnet: Any, sogni_cli: Any) -> None:
    failing = start_devnet(faults=["job_error times=all"])
    body = "try:\n    await ctx.run('image', prompt='x', model='z_image_turbo_bf16')\n"
    body += "except ServiceError as error:\n    ctx.warn(f'{error.code} {error.message}')\n    raise"
    inner = run(body, "--json", **failing.environ)
    plain = sogni_cli("image", "x", "--json", environ=failing.environ)
    assert plain.json["errorCode"] == "JOB_FAILED", plain.json
    for name in ("errorCode", "error", "hint", "retryable", "mayChargeAgain"):
        assert inner.json[name] == plain.json[name]
    assert "Warning: JOB_FAILED" in inner.stderr


def test_ctx_run_says_what_is_missing_of_a_partial_result(run: Call, start_devnet: Any) -> None:
    failing = start_devnet(faults=["partial_failure"])
    body = """
part = await ctx.run('image', prompt='x', model='z_image_turbo_bf16', count=2, output=request.output)
ctx.warn(f"{part.error.code} {len(part.artifacts)} {part.error.details['failed'][0]['key']}")
return part
"""
    called = run(body, "--json", **failing.environ)
    assert (called.exit_code, called.json["errorCode"], len(called.json["localPaths"])) == (8, "PARTIAL", 1)
    assert called.json["warnings"] == ["PARTIAL 1 image/image"]


def test_a_mistyped_option_is_the_workflows_mistake(run: Call, devnet: Any) -> None:
    called = run("return await ctx.run('image', promt='x')", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    wanted = "Workflow mine:mine of plugin mine (sogni-mine 3.1) runs image wrongly: Unknown option 'promt'."
    assert called.json["error"] == wanted
    assert called.json["hint"] == "Did you mean prompt?"
    assert called.json["errorDetails"]["mode"] == "image"
    other = run("return await ctx.run('image:nosuch', prompt='x')", "--json").json
    assert (other["errorCode"], "image:nosuch wrongly" in other["error"]) == ("PLUGIN_HOOK", True)


def test_what_a_user_may_have_given_stays_the_users(run: Call) -> None:
    same = run("return await ctx.run('image', prompt='x', width=9999, model='z_image_turbo_bf16')", "--json")
    assert (same.exit_code, same.json["field"]) == (2, "width")
    assert same.json["error"].startswith("--width must be"), "an option of both"
    inner = run("return await ctx.run('image', prompt='x', starting_strength=7)", "--json")
    assert (inner.exit_code, inner.json["field"]) == (2, "starting_strength")
    assert inner.json["error"] == "In image: starting_strength must be between 0 and 1."


KEYS = """
a = await ctx.submit(project(request, "a cat"), key="one", output=place(request, "a"))
b = await ctx.submit(project(request, "a dog"), key="one", output=place(request, "b"))
return Result.of(a, b)
"""

FILES = """
async with asyncio.TaskGroup() as group:
    a = group.create_task(ctx.submit(project(request, "a cat"), key="one", output=request.output))
    b = group.create_task(ctx.submit(project(request, "a dog"), key="two", output=request.output))
return Result.of(a.result(), b.result())
"""


@pytest.mark.parametrize("argv", [("--dry-run",), ()])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (KEYS, 'submits two projects under the key one: "a cat" and "a dog". Give each its own key.'),
        (FILES, "saves two steps, one and two, to one file: "),
    ],
)
def test_two_steps_in_one_place_are_refused(
    run: Call, devnet: Any, argv: tuple[str, ...], body: str, words: str
) -> None:
    called = run(body, "--json", *argv)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert words in called.json["error"]
    sent = [request["keyFrames"][0]["positivePrompt"] for request in devnet.job_requests]
    assert "a dog" not in sent
    assert called.json["mayChargeAgain"] is bool(sent)


def test_a_step_that_failed_may_be_tried_again_for_the_same_file(run: Call, start_devnet: Any) -> None:
    failing = start_devnet(faults=["job_error"])
    body = """
for key in ("one", "two"):
    done = await ctx.submit(project(request), key=key, output=request.output)
    if done.ok:
        return Result.of(done)
return Result.of(done)
"""
    called = run(body, "--json", **failing.environ)
    assert (called.exit_code, len(failing.job_requests)) == (0, 2), called


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 0.3}], indirect=True)
def test_a_step_that_is_left_behind_is_waited_for_and_added(run: Call, devnet: Any, folder: Path) -> None:
    body = """
asyncio.create_task(ctx.submit(project(request, "a dog"), key="left", output=place(request, "dog")))
return Result()
"""
    called = run(body, "--json")
    assert called.exit_code == 0, called
    assert called.json["localPaths"] == [str(folder / "dog.png")]
    assert called.json["projectIds"] == [devnet.job_requests[0]["jobID"]]
    text = "The workflow mine:mine returned before its step left had ended (completed); it was waited for."
    assert called.json["warnings"] == [text]


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 0.3}], indirect=True)
def test_a_step_that_is_left_behind_by_an_exception_is_kept_and_named(run: Call, devnet: Any, folder: Path) -> None:
    body = """
async def wrong():
    while not (begun := [one for one in asyncio.all_tasks() if one.get_name() == "left"]):
        await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    raise ValueError("no idea")
async def left():
    asyncio.current_task().set_name("left")
    await ctx.submit(project(request, "a dog"), key="left", output=place(request, "dog"))
await asyncio.gather(left(), wrong())
"""
    called = run(body, "--json")
    assert (called.exit_code, called.json["errorCode"], called.json["mayChargeAgain"]) == (9, "PLUGIN_HOOK", True)
    (project,) = called.json["errorDetails"]["projects"]
    assert (project["key"], project["state"]) == ("left", "completed")
    assert (folder / "dog.png").exists()


@pytest.mark.anyio
@pytest.mark.parametrize("devnet", [{"seconds_per_image": 30}], indirect=True)
async def test_a_step_that_is_left_behind_is_cancelled_with_its_run(
    install: Install, sogni_app: Any, devnet: Any
) -> None:
    body = "    asyncio.create_task(ctx.submit(project(request), key='left'))\n    return Result()\n"
    install("mine", files={"mode": f"{HEAD}async def render(ctx, request):\n{body}"})
    async with sogni_app(plugins=["mine"], environ=devnet.environ) as app:
        started = asyncio.Event()
        told = lambda progress: started.set() if progress.kind == "started" else None  # noqa: E731
        task = asyncio.create_task(app.run("mine", prompt="x", on_progress=told))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [(one["key"], one["state"]) for one in app.interrupted] == [("left", "cancelled")]


@pytest.mark.anyio
async def test_an_error_can_be_told_that_repeating_may_charge(sogni_home: object) -> None:
    error = SogniError.__subclasses__()[0]("INVALID_ARGUMENT", "no", may_charge_again=True)
    assert error.may_charge_again is True
    assert error.with_details({"a": 1}).may_charge_again is True
    assert error.with_details({}, may_charge_again=False).may_charge_again is False
    assert json.dumps(error.details) == "{}"


DONE = 'done = await ctx.submit(project(request), key="one", output=request.output)\n'


@pytest.mark.parametrize(
    "returned",
    [
        "Result(outcomes=(done,))",
        "Result(outcomes=[done], artifacts=[*done.artifacts])",
        "Result(outcomes=(done,), named={'it': done.artifacts[0]})",
        "Result()",
        "Result(extra={'runId': 'mine', 'success': False, 'type': 'mine'})",
    ],
)
def test_what_was_paid_for_is_in_the_result_whatever_the_workflow_forgets(
    run: Call, devnet: Devnet, folder: Path, returned: str
) -> None:
    called = run(f"{DONE}return {returned}", "--json")
    assert called.exit_code == 0, called
    assert called.json["localPaths"] == [str(folder / "cat.png")]
    assert called.json["projectIds"] == [devnet.job_requests[0]["jobID"]]
    assert (called.json["success"], called.json["type"]) == (True, "image")
    assert called.json["runId"] != "mine"
    empty = ["The workflow mine:mine returned none of the steps that it submitted; they were added."]
    assert called.json["warnings"] == ([] if "outcomes" in returned else empty)


def test_a_notice_of_the_result_is_shown(run: Call) -> None:
    body = f"{DONE}from sogni_core.problem import Notice\n"
    called = run(f"{body}return Result(outcomes=(done,), notices=(Notice.of('mine.dark', 'It is dark.'),))", "--json")
    assert called.json["warnings"] == ["It is dark."]


@pytest.mark.parametrize("argv", [("--dry-run",), ()])
def test_a_project_without_a_model_is_answered_with_the_option_and_the_record(
    run: Call, devnet: Devnet, argv: tuple[str, ...]
) -> None:
    called = run("return Result.of(await ctx.submit(ImageProject.of(request), key='one'))", "--json", *argv)
    assert (called.exit_code, called.json["errorCode"], called.json["field"]) == (2, "INVALID_ARGUMENT", "model")
    assert called.json["error"] == "--model is required: the project names no model."
    assert called.json["hint"] == "Name one with --model. A plugin can set default_model in its Workflow record."
    assert not devnet.job_requests
