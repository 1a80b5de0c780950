"""What a workflow's source says of its steps, and what it does not say."""

from __future__ import annotations

import importlib.util
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core.testing.steps import wrong_steps

Written = Callable[[str], Any]


@pytest.fixture
def workflow(tmp_path: Path) -> Written:
    """Write a workflow with this body; returns the function."""

    def write(body: str) -> Any:
        file = tmp_path / "written.py"
        text = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
        file.write_text(f"import asyncio\nasync def workflow(ctx, request):\n{text}\n", "utf-8")
        spec = importlib.util.spec_from_file_location("written", file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.workflow

    return write


WRONG = {
    "a key twice": ("""
        await ctx.submit(1, key="x")
        if request.more:
            await ctx.submit(2, "x")
        """, ["gives two calls of ctx.submit the key 'x' (lines 3 and 5)"]),
    "a key of the request twice": ("""
        await ctx.submit(1, key=request.name)
        await ctx.submit(2, key=request.name)
        """, ["gives two calls of ctx.submit the key request.name (lines 3 and 4)"]),
    "an output twice": ("""
        await ctx.submit(1, key="x", output=request.output)
        await ctx.submit(1, key="y", output=request.output)
        """, ["saves two steps to the output request.output (lines 3 and 4)"]),
    "a mode twice": ("""
        first = await ctx.run("image", prompt="x")
        second = await ctx.run("image", prompt="y")
        """, ["gives two calls of ctx.run the key 'image' (lines 3 and 4)"]),
    "a key in a loop": ("""
        for place in range(3):
            await ctx.submit(place, key="x")
        """, ["gives ctx.submit the key 'x' in every turn of a loop (line 4)"]),
    "a key from before a loop": ("""
        key = request.name
        while True:
            await ctx.submit(1, key=key)
        """, ["gives ctx.submit the key key in every turn of a loop (line 5)"]),
    "an output in a list": ("""
        return [ctx.submit(one, f"{one}", output=request.output) for one in (1, 2)]
        """, ["gives ctx.submit the output request.output in every turn of a loop (line 3)"]),
    "no await": ('ctx.submit(1, key="x")', ["calls ctx.submit without await (line 3)"]),
    "a program that is waited for": ("""
        if request.more:
            print(subprocess.run(["true"]))
        """, ["calls subprocess.run (line 4), which blocks the event loop: use asyncio.create_subprocess_exec"]),
    "a task that is left behind": ("""
        asyncio.create_task(ctx.submit(1, key="x"))
        """, ["leaves ctx.submit in a task that nothing waits for (line 3): it is paid for and lost"]),
}  # fmt: skip

RIGHT = {
    "blocking in a thread": """
        def work():
            time.sleep(1)
        await asyncio.to_thread(work)
        await asyncio.to_thread(time.sleep, 1)
        await asyncio.sleep(1)
        """,
    "one or the other": """
        if request.more:
            await ctx.submit(1, key="x", output=request.output)
        else:
            await ctx.submit(2, key="x", output=request.output)
        """,
    "one and then no more": """
        if request.more:
            return await ctx.submit(1, key="x")
        return await ctx.submit(2, key="x")
        """,
    "one of several cases": """
        match request.more:
            case 1:
                await ctx.submit(1, key="x")
            case 2:
                await ctx.submit(2, key="x")
        """,
    "a second try": """
        try:
            return await ctx.submit(1, key="x")
        except ValueError:
            return await ctx.submit(2, key="x")
        """,
    "in one expression": """
        return await (ctx.submit(1, key="x") if request.more else ctx.submit(2, key="x"))
        """,
    "keys that differ": """
        for place, one in enumerate(request.many):
            key = f"step-{place}"
            await ctx.submit(one, key=key, output=request.output.with_stem(key))
            await ctx.submit(one, f"{one}-again")
        """,
    "a name for two keys": """
        key = "a"
        await ctx.submit(1, key=key)
        key = "b"
        await ctx.submit(1, key=key)
        """,
    "a loop that ends with it": """
        for one in request.many:
            if one:
                return await ctx.submit(one, key="x")
        for one in request.many:
            await ctx.submit(one, key="y")
            break
        """,
    "tasks of a group": """
        async with asyncio.TaskGroup() as group:
            group.create_task(ctx.submit(1, key="x"))
        task = asyncio.create_task(ctx.submit(1, key="y"))
        return await task
        """,
    "options that may hold a key": """
        await ctx.run("image", **request.first)
        await ctx.run("image", **request.second)
        """,
    "one mode under two keys": """
        await ctx.run("image", key="a")
        await ctx.run("image", key="b")
        await ctx.run("image")
        """,
    "nothing of the context": """
        request.submit(1, key="x")
        request.submit(1, key="x")
        """,
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_said_with_its_lines(kind: str, workflow: Written) -> None:
    body, said = WRONG[kind]
    assert list(wrong_steps(workflow(body))) == said


@pytest.mark.parametrize("kind", RIGHT)
def test_what_may_be_right_is_left_alone(kind: str, workflow: Written) -> None:
    assert list(wrong_steps(workflow(RIGHT[kind]))) == []


def test_a_workflow_without_source() -> None:
    namespace: dict[str, Any] = {}
    exec("async def workflow(ctx, request): ctx.submit(1, 'x')", namespace)
    assert list(wrong_steps(namespace["workflow"])) == []
    assert list(wrong_steps(print)) == []
