"""Finishers: work on a file before it takes its place, and nothing that is paid for is lost if they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .conftest import Install

LABEL = "frame (sogni-frame 3.1)"

ARGV = ("image", "a cat", "-m", "z_image_turbo_bf16", "-w", "256", "-h", "256", "--json")

BREAKS = {
    "raises": ("def finish(path, facts):\n    path.write_bytes(b'half')\n    raise OSError('no paint')\n",
               "OSError: no paint"),
    "exits": ("def finish(path, facts):\n    raise SystemExit(3)\n", "SystemExit: 3"),
    "writes what is not an image": ("async def finish(path, facts):\n    path.write_bytes(b'half')\n",
                                "What came cannot be used: it is not an image"),
    "removes the file": ("def finish(path, facts):\n    path.unlink()\n", "FileNotFoundError"),
    "raises an error of the tree": (
        "from sogni_core.errors import InputError\n"
        "def finish(path, facts):\n    raise InputError('UNSUPPORTED_MEDIA', 'Too yellow.')\n", "Too yellow."),
    "is not there": ("", "sogni_frame.finish:finish cannot be loaded"),
}  # fmt: skip


@pytest.fixture
def frame(install: Install) -> Any:
    """Install a finisher: the text of its module, and more of its record."""

    def write(source: str, record: str = "") -> None:
        made = f'Finisher("edge", "{{package}}.finish:finish", {record})'
        hook = f"@hookimpl\ndef sogni_finishers():\n    return [{made}]\n"
        install("frame", hook, files={"finish": source})

    return write


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", BREAKS)
def test_one_that_fails_loudly_saves_nothing_and_resume_asks_again(
    kind: str, frame: Any, sogni_cli: Any, devnet: Any, tmp_path: Path
) -> None:
    source, reason = BREAKS[kind]
    frame(source)
    folder = tmp_path / "pictures"
    argv = (*ARGV, "-o", folder / "cat.png")
    called = sogni_cli(*argv, plugins=["frame"], environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (9, "FINISHER_FAILED"), called
    assert reason in called.json["error"]
    assert (called.json["plugin"], called.json["mayChargeAgain"]) == (LABEL, True)
    assert called.json["errorDetails"]["url"].startswith("http")
    assert _left(folder) == []
    (step,) = sogni_cli("show", called.json["errorDetails"]["runId"], "--json", plugins=[]).json["steps"]
    (kept,) = step["artifacts"]
    assert (kept["url"], kept["path"]) == (called.json["errorDetails"]["url"], None)

    resumed = sogni_cli("resume", called.json["errorDetails"]["runId"], "--json", plugins=[], environ=devnet.environ)
    assert resumed.exit_code == 0, resumed
    assert _left(folder) == ["cat.png"]
    with Image.open(folder / "cat.png") as image:
        image.load()
    assert len(devnet.job_requests) == 1


@pytest.mark.parametrize("kind", BREAKS)
def test_one_that_fails_with_a_warning_leaves_the_file_as_it_came(
    kind: str, frame: Any, sogni_cli: Any, devnet: Any, tmp_path: Path
) -> None:
    source, reason = BREAKS[kind]
    frame(source, 'fails="warning"')
    folder = tmp_path / "pictures"
    called = sogni_cli(*ARGV, "-o", folder / "cat.png", plugins=["frame"], environ=devnet.environ)
    assert called.exit_code == 0, called
    (warning,) = called.json["warnings"]
    assert warning.startswith(f"The finisher edge of plugin {LABEL} failed on {folder / 'cat.png'}: ")
    assert reason in warning
    assert _left(folder) == ["cat.png"]
    with Image.open(folder / "cat.png") as image:
        assert image.size == (256, 256)


def test_the_other_outputs_are_there(frame: Any, sogni_cli: Any, devnet: Any, tmp_path: Path) -> None:
    frame("def finish(path, facts):\n    assert facts.artifact.index != 1\n")
    folder = tmp_path / "pictures"
    called = sogni_cli(*ARGV, "-n", "3", "-o", folder / "cat.png", plugins=["frame"], environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (8, "PARTIAL"), called
    assert _left(folder) == ["cat-1.png", "cat-3.png"]
    assert called.json["errorDetails"]["failed"][0]["errorCode"] == "FINISHER_FAILED"


FACTS = """
import json
def finish(path, facts):
    artifact = facts.artifact
    said = [facts.mode, facts.part_of, facts.key, facts.network, artifact.path.name, artifact.content_type,
            artifact.width, artifact.seed == facts.project.seed, artifact.path.exists(),
            path.parent == artifact.path.parent]
    artifact.path.with_suffix(".json").write_text(json.dumps(said))
"""


def test_a_finisher_knows_what_it_works_on(
    frame: Any, install: Install, sogni_cli: Any, devnet: Any, tmp_path: Path
) -> None:
    frame(FACTS)
    install("inner")
    folder = tmp_path / "pictures"
    argv = ("inner", *ARGV[1:], "-o", folder / "cat.png")
    assert sogni_cli(*argv, plugins=["frame", "inner"], environ=devnet.environ).exit_code == 0
    said = '["image", "inner", "image/image", "fast", "cat.png", "image/png", 256, true, false, true]'
    assert (folder / "cat.json").read_text("utf-8") == said


COLLAGE = """
import shutil
from sogni_core.project import ImageProject
from sogni_core.result import Result
from sogni_inner.mode import Asked

async def render(ctx, request):
    project = ImageProject.of(request)
    first = await ctx.submit(project, "first", output=ctx.folder / "first.png")
    async def copy(path):
        shutil.copy(first.require()[0], path)
    await ctx.make(ctx.folder / "second.png", copy)
    made = await ctx.make(request.output, copy)
    return Result(outcomes=(first,), artifacts=(made,))
"""

STAMP = """
from PIL import Image
def finish(path, facts):
    with Image.open(path) as image:
        image.resize((image.width // 2, image.height // 2)).save(path, "PNG")
"""


def test_files_between_steps_are_left_alone_and_what_is_made_here_is_finished(
    frame: Any, install: Install, sogni_cli: Any, devnet: Any, tmp_path: Path
) -> None:
    frame(STAMP)
    install("inner")
    install("collage", None, files={"mode": COLLAGE})
    argv = ("collage", *ARGV[1:], "-o", tmp_path / "cat.png")
    called = sogni_cli(*argv, plugins=["frame", "inner", "collage"], environ=devnet.environ)
    assert called.exit_code == 0, called
    with Image.open(tmp_path / "cat.png") as image:
        assert image.size == (128, 128)


def test_a_result_without_a_place_of_its_own_is_finished_too(frame: Any, sogni_cli: Any) -> None:
    frame(STAMP)
    called = sogni_cli(*ARGV, "--network", "devnet", plugins=["frame", "devnet"])
    assert called.exit_code == 0, called
    with Image.open(called.json["localPath"]) as image:
        assert image.size == (128, 128)


def test_a_plan_finishes_nothing(frame: Any, sogni_cli: Any) -> None:
    frame("def finish(path, facts):\n    raise AssertionError\n")
    argv = (*ARGV, "-o", "cat.png", "--dry-run", "--network", "devnet")
    assert sogni_cli(*argv, plugins=["frame", "devnet"]).json["warnings"] == []
