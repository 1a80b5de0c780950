"""What a workflow warns of: each front end names the fields, and nothing repaints a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Install

WARNING = """
from typing import Annotated
from sogni_core.problem import Notice
from sogni_core.request import Argument, ImageOptions
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]

async def render(ctx, request):
    ctx.warn(Notice("ant.count", ("count", "prompt"), "{count} is {value}; {prompt} says {text}.",
                    {"value": request.count, "text": request.prompt}))
    ctx.warn("A {plain} text.\\x1b[2J")
    return await ctx.run("image", prompt=request.prompt, **request.image_fields())
"""


@pytest.fixture
def installed(install: Install, devnet: Any) -> dict[str, str]:
    install("ant", files={"mode": WARNING})
    return dict(devnet.environ)


ARGV = ("ant", "a {cat}\x1b[31m", "--dry-run", "-q")


def test_a_command_line_names_fields_by_their_flags(installed: dict[str, str], sogni_cli: Any) -> None:
    called = sogni_cli(*ARGV, environ=installed)
    assert called.exit_code == 0
    warnings = [line for line in called.stderr.splitlines() if line.startswith("Warning: ")]
    assert warnings == ["Warning: --count is 1; PROMPT says a {cat}.", "Warning: A {plain} text."]


def test_json_names_them_too_and_is_clean(installed: dict[str, str], sogni_cli: Any) -> None:
    found = sogni_cli(*ARGV, "--json", environ=installed).json
    assert found["warnings"] == ["--count is 1; PROMPT says a {cat}.", "A {plain} text."]


@pytest.mark.anyio
async def test_python_names_fields_as_in_python(installed: dict[str, str], sogni_app: Any) -> None:
    async with sogni_app(environ=installed) as app:
        plan = await app.plan("ant", prompt="a cat", count=2)
    assert plan.warnings == ("count is 2; prompt says a cat.", "A {plain} text.")
    assert [notice.rule for notice in plan.notices] == ["ant.count", "workflow.warning"]
    assert plan.notices[0].field == "count"
