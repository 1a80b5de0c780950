"""Whatever a workflow and its child processes write, standard output is one JSON object."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Install

pytestmark = pytest.mark.slow

MODE = """
import asyncio, os, subprocess, sys
from typing import Annotated
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]

async def render(ctx, request):
    print("printed")
    os.write(1, b"written\\n")
    subprocess.run([sys.executable, "-c", "print('child')"], check=True)
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "print('second')")
    await child.wait()
    project = ImageProject.of(request, model="z_image_turbo_bf16")
    return Result.of(await ctx.submit(project, key="image", output=request.output))
"""

SOGNI = "from sogni_core.cli import program; program()"
SOGNI_GEN = "import sys, sogni_gen; sys.exit(sogni_gen.main(sys.argv[1:]))"


def test_child_processes_write_to_standard_error(install: Install, devnet: Any, tmp_path: Path) -> None:
    mode = """
@hookimpl
def sogni_modes():
    return [Mode("loud", "Loud.", request="{package}.mode:Asked", workflow="{package}.mode:render", flat=("--loud",))]
"""
    install("loud", mode, files={"mode": MODE})
    environ = {**os.environ, **devnet.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONUNBUFFERED": "1"}

    def call(program: str, *argv: str, **options: Any) -> Any:
        started = [sys.executable, "-c", program, *argv]
        return subprocess.run(started, capture_output=True, text=True, env=environ, cwd=tmp_path, **options)

    first = call(SOGNI, "loud", "a cat", "-m", "z_image_turbo_bf16", "-o", "cat.png", "--json")
    assert first.returncode == 0, first
    found = json.loads(first.stdout)
    for called in (
        first,
        call(SOGNI, "resume", found["runId"], "--json"),
        call(SOGNI_GEN, "--loud", "--json", "-m", "z_image_turbo_bf16", "a cat"),
    ):
        assert json.loads(called.stdout)["success"] is True, called
        for word in ("printed", "written", "child", "second"):
            assert word in called.stderr, called


@pytest.mark.skipif(os.name == "nt", reason="descriptors of POSIX shells")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_costs_only_what_it_would_have_shown(
    install: Install, devnet: Any, tmp_path: Path, closed: str
) -> None:
    # What a plugin itself writes into a stream that is not there is its own affair.
    mode = MODE.replace('    print("printed")\n', "").replace('    os.write(1, b"written\\n")\n', "")
    install("loud", files={"mode": mode})
    environ = {**os.environ, **devnet.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONUNBUFFERED": "1"}
    line = f'"{sys.executable}" -c "{SOGNI}" loud "a cat" -m z_image_turbo_bf16 -o cat.png --json {closed}'
    called = subprocess.run(["sh", "-c", line], capture_output=True, text=True, env=environ, cwd=tmp_path)
    assert (tmp_path / "cat.png").exists(), called
    if ">&-" in closed.split():
        assert called.returncode == 2
    else:
        assert json.loads(called.stdout)["success"] is True
