"""A path option is the path that the caller means: ``~`` is a home, a relative one starts at the current folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from .conftest import Install

MODULE = """
from pathlib import Path, PurePosixPath
from typing import Annotated
from pydantic import FilePath
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]
    notes: Annotated[Path | None, Option("--notes", help="Notes.")] = None
    there: Annotated[FilePath | None, Option("--there", help="A file that exists.")] = None
    many: Annotated[tuple[Path, ...], Option("--many", help="Files.")] = ()
    usual: Annotated[Path, Option("--usual", help="Folder.")] = Path("out")
    remote: Annotated[PurePosixPath | None, Option("--remote", help="Path of another machine.")] = None

async def render(ctx, request):
    project = ImageProject.of(request)
    paths = [request.notes, request.there, *request.many, request.usual, request.output]
    assert all(path is None or path.is_absolute() for path in paths)
    outcome = await ctx.submit(project, key="image", output=request.output)
    return Result.of(outcome, extra={"usual": request.usual})
"""

RUN = ("paths", "a cat", "-m", "z_image_turbo_bf16", "-o", "cat.png", "--json")


def test_paths_are_expanded_and_absolute_in_the_run_and_in_the_journal(
    install: Install, sogni_cli: Any, devnet: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("paths", files={"mode": MODULE})
    home = Path(os.environ["HOME"])
    (home / "notes.txt").write_text("x")
    (folder / "there.txt").write_text("x")

    def call(*argv: str) -> Any:
        return sogni_cli(*argv, plugins=["paths"], environ=devnet.environ)

    typed = ("--notes", "~/notes.txt", "--there", "there.txt", "--many", "a", "--many", "~/b", "--remote", "c/d")
    called = call(*RUN, *typed)
    assert called.exit_code == 0, called
    wanted = {
        "notes": str(home / "notes.txt"),
        "there": str(folder / "there.txt"),
        "many": [str(folder / "a"), str(home / "b")],
        "usual": str(folder / "out"),
        "remote": "c/d",
    }
    assert {name: called.json[name] for name in wanted} == wanted
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    request = call("show", called.json["runId"], "--json").json["request"]
    assert {name: request[name] for name in wanted} == wanted
    assert request["output"] == str(folder / "cat.png")
    again = call("resume", called.json["runId"], "--json")
    # The balance that is left: a run that sends nothing does not hear of it.
    assert again.json | {"cost": None} == called.json | {"cost": None}
    assert json.loads(call("last", "--json").stdout)["notes"] == wanted["notes"]


def test_a_file_in_the_home_folder_that_does_not_exist_is_said(install: Install, sogni_cli: Any, folder: Path) -> None:
    install("paths", files={"mode": MODULE})
    called = sogni_cli("paths", "x", "--there", "~/nosuch.txt", "--json", plugins=["paths"])
    assert (called.exit_code, called.json["field"]) == (2, "there")
    assert "--there" in called.json["error"]
