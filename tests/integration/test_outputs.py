"""Files that exist are kept: a run is refused, numbered, or told to overwrite them, before anything is sent."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.errors import InputError
from sogni_core.frontend.run_options import RunOptions
from sogni_core.settings import Paths
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.process import installed
from sogni_core.testing.pytest_plugin import AppFactory, ProcessFactory, Program

Image = Callable[..., Any]


@pytest.fixture
def image(sogni_cli: Program, sogni_network: MemoryNetwork, folder: Path) -> Image:
    """Run ``sogni image "a cat"`` in a network in memory."""

    def call(*argv: str, **environ: str) -> Any:
        return sogni_cli("image", "a cat", "-q", *argv, network=sogni_network, environ=environ)

    return call


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_an_existing_file_is_refused_before_anything_is_sent(
    image: Image, sogni_network: MemoryNetwork, folder: Path
) -> None:
    (folder / "cat.png").write_text("mine")
    called = image("-o", "cat.png")
    assert called.exit_code == 2
    assert f"Error: {folder / 'cat.png'} already exists." in called.stderr
    assert "Use --overwrite to replace it, --unique for a numbered name, or another --output." in called.stderr
    found = image("-o", "cat.png", "--json").json
    assert (found["errorCode"], found["field"], found["mayChargeAgain"]) == ("OUTPUT_EXISTS", "output", False)
    assert found["errorDetails"]["paths"] == [str(folder / "cat.png")]
    assert (folder / "cat.png").read_text() == "mine"
    assert not sogni_network.projects


def test_a_plan_is_refused_in_the_same_words(image: Image, folder: Path) -> None:
    (folder / "cat-2.png").write_text("mine")
    run, plan = (image("-n", "3", "-o", "cat.png", "--json", *more).json for more in ((), ("--dry-run",)))
    assert run["error"] == plan["error"] == f"{folder / 'cat-2.png'} already exists."
    numbered = image("-n", "3", "-o", "cat.png", "--unique", "--dry-run", "--json").json
    assert [Path(path).name for path in numbered["projects"][0]["files"]] == ["cat-4.png", "cat-5.png", "cat-6.png"]


def test_unique_numbers_the_new_file(image: Image, folder: Path) -> None:
    for _ in range(3):
        assert image("-o", "cat.png", "--unique").exit_code == 0
    assert names(folder) == ["cat-2.png", "cat-3.png", "cat.png"]
    assert image("-n", "2", "-o", "dog.png", "--unique").exit_code == 0
    assert image("-n", "2", "-o", "dog.png", "--unique").exit_code == 0
    assert names(folder)[3:] == ["dog-1.png", "dog-2.png", "dog-3.png", "dog-4.png"]


@pytest.mark.parametrize("how", ["option", "setting"])
def test_overwriting_is_asked_for(image: Image, folder: Path, how: str) -> None:
    (folder / "cat.png").write_text("mine")
    argv, environ = (("--overwrite",), {}) if how == "option" else ((), {"SOGNI_EXISTING_FILES": "overwrite"})
    assert image("-o", "cat.png", *argv, **environ).exit_code == 0
    assert (folder / "cat.png").read_bytes().startswith(b"\x89PNG")
    assert names(folder) == ["cat.png"]


def test_both_options_contradict_each_other(image: Image) -> None:
    called = image("-o", "cat.png", "--unique", "--overwrite")
    assert (called.exit_code, "--overwrite and --unique cannot be combined." in called.stderr) == (2, True)


def test_a_setting_that_is_not_valid_stops_a_run(image: Image, sogni_network: MemoryNetwork) -> None:
    called = image("-o", "cat.png", "--json", SOGNI_EXISTING_FILES="maybe")
    assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG")
    assert not sogni_network.projects


def test_a_link_is_written_through(image: Image, folder: Path) -> None:
    (folder / "new.png").symlink_to(folder / "target.png")
    assert image("-o", "new.png").exit_code == 0
    assert (folder / "new.png").is_symlink()
    assert (folder / "target.png").read_bytes().startswith(b"\x89PNG")
    assert image("-o", "new.png").exit_code == 2, "the file that it points to exists now"


@pytest.mark.anyio
async def test_two_runs_of_one_process_never_have_one_place(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path
) -> None:
    from asyncio import gather

    async with sogni_app(plugins=[], network=sogni_network) as app:
        runs = [app.run("image", prompt="x", output=folder / "x.png") for _ in range(3)]
        found = await gather(*runs, return_exceptions=True)
        refused = [one for one in found if isinstance(one, InputError)]
        assert [one.code for one in refused] == ["OUTPUT_IN_USE"] * 2
        assert len(sogni_network.projects) == 1
        options = RunOptions(unique=True)
        again = [app.run("image", prompt="x", output=folder / "x.png", run_options=options) for _ in range(3)]
        assert len({result.paths[0] for result in await gather(*again)}) == 3


@pytest.mark.anyio
async def test_a_file_that_appears_meanwhile_is_kept_too(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path
) -> None:
    async with sogni_app(plugins=[], network=sogni_network) as app:

        def appear(progress: Any) -> None:
            if progress.kind == "job":
                (folder / "x.png").write_text("mine")

        result = await app.run("image", prompt="x", output=folder / "x.png", on_progress=appear)
    assert (folder / "x.png").read_text() == "mine"
    assert result.paths == (folder / "x-2.png",)
    assert "appeared meanwhile" in result.warnings[0]


SLOW = pytest.mark.parametrize("devnet", [{"seconds_per_image": 2}], indirect=True)


@SLOW
def test_two_processes_with_one_output_pay_once_and_a_crash_blocks_nothing(
    sogni_process: ProcessFactory, sogni_cli: Program, devnet: Devnet, folder: Path, sogni_home: Paths
) -> None:
    first = sogni_process("image", "a cat", "-o", "cat.png", environ=devnet.environ)
    first.wait_until(lambda: devnet.projects)
    second = sogni_cli("image", "a dog", "-o", "cat.png", "--json", environ=devnet.environ)
    assert (second.exit_code, second.json["errorCode"]) == (2, "OUTPUT_IN_USE")
    assert len(devnet.projects) == 1
    first.kill()
    first.wait()
    third = sogni_cli("image", "a dog", "-o", "cat.png", "--json", environ=devnet.environ)
    assert third.exit_code == 0, third
    dog = (folder / "cat.png").read_bytes()
    run = next(one for one in sogni_cli("runs", "--json").json["runs"] if one["state"] == "interrupted")
    resumed = sogni_cli("resume", run["runId"], "--json", environ=devnet.environ)
    assert resumed.exit_code == 0, resumed
    assert resumed.json["localPaths"] == [str(folder / "cat-2.png")], "its place has another picture now"
    assert (folder / "cat.png").read_bytes() == dog
    assert len(devnet.projects) == 2


@SLOW
def test_a_resumed_run_writes_its_own_outputs_and_removes_what_it_left(
    sogni_process: ProcessFactory, sogni_cli: Program, devnet: Devnet, folder: Path, sogni_home: Paths
) -> None:
    process = sogni_process("image", "a cat", "-o", "cat.png", environ=devnet.environ)
    process.wait_until(lambda: devnet.projects)
    process.kill()
    process.wait()
    run = sogni_cli("runs", "--json").json["runs"][0]["runId"]
    left = folder / f".cat.png.{run.replace('-', '')}-0123456789ab.part"
    other = folder / ".cat.png.0123456789ab.part"
    for part in (left, other):
        part.write_text("half")
    resumed = sogni_cli("resume", run, "--json", environ=devnet.environ)
    assert resumed.json["localPaths"] == [str(folder / "cat.png")]
    assert names(folder) == [other.name, "cat.png"]
    again = sogni_cli("resume", run, "--json", environ=devnet.environ)
    assert again.json["localPaths"] == [str(folder / "cat.png")]
    assert len(devnet.projects) == 1


PLUGIN = """
from sogni_core.plugin import Mode, hookimpl

@hookimpl
def sogni_modes():
    return [Mode("pair", "Two steps.", request="pairs.mode:Pair", workflow="pairs.mode:render"),
            Mode("copy", "Works here.", request="pairs.mode:Copy", workflow="pairs.mode:copy")]
"""

MODE = """
import shutil
from pathlib import Path
from typing import Annotated
from PIL import Image
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions, Option, Request
from sogni_core.result import Result

class Pair(ImageOptions):
    prompt: Annotated[str, Argument("Text.")]

class Copy(Request):
    prompt: Annotated[str, Argument("Text.")]
    output: Annotated[Path, Option("-o", "--output", help="File.")]

async def render(ctx, request):
    project = ImageProject.of(request, model="z_image_turbo_bf16")
    first = await ctx.submit(project, "first", output=request.output.with_name("first.png"))
    assert request.steps != 13, "stops here"
    second = await ctx.submit(project, "second", output=request.output.with_name("second.png"))
    async def work(path):
        shutil.copyfile(second.artifacts[0].path, path)
        with path.open("ab") as file:
            file.write(ctx.now().isoformat().encode() + __import__("os").urandom(4))
    made = await ctx.make(request.output, work)
    return Result(outcomes=(first, second), artifacts=(*first.artifacts, *second.artifacts, made))

async def copy(ctx, request):
    async def work(path):
        Image.new("RGB", (8, 8)).save(path, "PNG")
    return Result(artifacts=(await ctx.make(request.output, work),), type="image")
"""


@pytest.fixture
def pair(
    sogni_site: Callable[..., Path], sogni_cli: Program, sogni_network: MemoryNetwork, folder: Path
) -> Callable[..., Any]:
    sogni_site(
        "sogni-pairs",
        plugins={"pairs": "pairs.plugin"},
        files={"pairs/__init__.py": "", "pairs/plugin.py": PLUGIN, "pairs/mode.py": MODE},
    )

    def call(*argv: str) -> Any:
        return sogni_cli(*argv, "--json", plugins=["pairs"], network=sogni_network)

    return call


@pytest.mark.parametrize("name", ["first.png", "second.png", "both.png"])
def test_every_file_of_a_workflow_of_several_steps_is_seen_before(
    pair: Callable[..., Any], sogni_network: MemoryNetwork, folder: Path, name: str
) -> None:
    (folder / name).write_text("mine")
    called = pair("pair", "x", "-o", "both.png")
    assert called.json["errorDetails"]["paths"] == [str(folder / name)]
    assert not sogni_network.projects
    assert pair("pair", "x", "-o", "both.png", "--dry-run").json["errorCode"] == "OUTPUT_EXISTS"
    assert pair("pair", "x", "-o", "both.png", "--unique").exit_code == 0
    assert (folder / name).read_text() == "mine"
    assert len(names(folder)) == 4


def test_a_complete_run_that_is_resumed_makes_no_second_file(pair: Callable[..., Any], folder: Path) -> None:
    run = pair("pair", "x", "-o", "both.png").json["runId"]
    assert pair("resume", run).exit_code == 0
    assert names(folder) == ["both.png", "first.png", "second.png"]


def test_a_run_that_fails_lists_what_is_saved(pair: Callable[..., Any], folder: Path) -> None:
    found = pair("pair", "x", "-o", "both.png", "--steps", "13").json
    assert (found["errorCode"], found["mayChargeAgain"]) == ("PLUGIN_HOOK", True)
    assert found["localPaths"] == [str(folder / "first.png")]
    (output,) = found["outputs"]
    assert (output["key"], output["index"], output["path"]) == ("first", 0, str(folder / "first.png"))
    assert output["url"].startswith("http")
    assert len(output["sha256"]) == 64
    assert found["cost"] is None or found["cost"]["token"] == "spark"
    assert found["runId"] == found["errorDetails"]["runId"]


def test_local_modes_and_commands_keep_files_too(pair: Callable[..., Any], folder: Path) -> None:
    (folder / "made.png").write_text("mine")
    assert pair("copy", "x", "-o", "made.png").json["errorCode"] == "OUTPUT_EXISTS"
    assert pair("copy", "x", "-o", "made.png", "--unique").json["localPaths"] == [str(folder / "made-2.png")]
    assert pair("copy", "x", "-o", "made.png", "--overwrite").exit_code == 0
    assert names(folder) == ["made-2.png", "made.png"]
    (folder / "kept").mkdir()
    (folder / "kept" / "SKILL.md").write_text("mine")
    assert pair("skill", "-o", "kept").json["errorCode"] == "OUTPUT_EXISTS"
    assert pair("skill", "-o", "kept", "--overwrite").exit_code == 0
    assert pair("skill", "-o", "kept").exit_code == 0, "nothing would change"


@pytest.mark.skipif(os.name == "nt", reason="devices and pipes of POSIX")
def test_devices_and_pipes_are_refused_before_anything_is_sent(sogni_home: Paths, devnet: Devnet, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    log = folder / "log"
    for target in ("/dev/stdout", "/dev/null", "/proc/self/fd/1", "pipe"):
        log.write_text("a line\n")
        argv = [installed("sogni"), "image", "x", "--json", "--overwrite", "-o", target]
        with log.open("ab") as stream:
            done = subprocess.run(argv, stdout=stream, env={**os.environ, **devnet.environ}, check=False)
        first, second = log.read_text().splitlines()
        assert (done.returncode, first, json.loads(second)["errorCode"]) == (2, "a line", "OUTPUT_NOT_WRITABLE")
    assert not devnet.projects
