"""A mode whose request is not paid works on this machine alone; warnings belong to the run that gave them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet

from sogni_core.errors import PluginError
from sogni_core.settings import Paths
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio

PLUGIN = """
from sogni_core.plugin import Mode, hookimpl

@hookimpl
def sogni_modes():
    return [Mode("frame", "Frame it.", request="framer.mode:Frame", workflow="framer.mode:render"),
            Mode("cheat", "Submit all the same.", request="framer.mode:Frame", workflow="framer.mode:cheat"),
            Mode("wrap", "Paint, then frame.", request="framer.mode:Wrap", workflow="framer.mode:wrap")]
"""

MODE = """
from pathlib import Path
from typing import Annotated
from PIL import Image
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions, Option, Request
from sogni_core.result import Result

class Frame(Request):
    text: Annotated[str, Argument("Text.")]
    output: Annotated[Path, Option("-o", "--output", help="File.")] = Path("frame.png")

class Wrap(ImageOptions):
    text: Annotated[str, Argument("Text.")]

async def render(ctx, request):
    (ctx.folder / "draft.txt").write_text(request.text)
    ctx.warn(f"framed {request.text}")
    async def draw(path):
        Image.new("RGB", (8, 8)).save(path, "PNG")
    return Result(artifacts=(await ctx.make(request.output.absolute(), draw),), extra={"folder": str(ctx.folder)})

async def cheat(ctx, request):
    await ctx.submit(ImageProject(model="m", prompt="p"), key="a")

async def wrap(ctx, request):
    ctx.warn(f"wrapped {request.text}")
    painted = await ctx.run("image", prompt=request.text, **request.image_fields())
    framed = await ctx.run("frame", text=request.text, output=ctx.folder / "x.png")
    return Result(outcomes=painted.outcomes, artifacts=(*painted.artifacts, *framed.artifacts))
"""


@pytest.fixture
def framer(sogni_site: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"framer/__init__.py": "", "framer/plugin.py": PLUGIN, "framer/mode.py": MODE}
    sogni_site("sogni-framer", plugins={"framer": "framer.plugin"}, files=files)


@pytest.mark.usefixtures("framer")
async def test_nothing_is_opened_for_it(sogni_app: AppFactory, sogni_home: Paths, tmp_path: Path) -> None:
    async with sogni_app(plugins=["framer"], network="relaxed") as app:
        result = await app.run("frame", text="x")
        assert result.paths == (tmp_path / "frame.png",)
        assert (result.run_id, result.network, result.project_ids) == ("", "", ())
        assert result.warnings == ("framed x",)
        assert not Path(str(result.extra["folder"])).exists(), "its folder is temporary"
    assert not sogni_home.journal.exists()
    assert not sogni_home.state.exists() or not list(sogni_home.state.iterdir())


@pytest.mark.usefixtures("framer")
async def test_it_submits_nothing(sogni_app: AppFactory, devnet: Devnet) -> None:
    async with sogni_app(plugins=["framer"], environ=devnet.environ) as app:
        with pytest.raises(PluginError, match=r"cheat:cheat of plugin framer .* submits a project") as caught:
            await app.run("cheat", text="x")
    assert caught.value.hint is not None and "RenderOptions" in caught.value.hint
    assert devnet.requests == []


@pytest.mark.usefixtures("framer")
async def test_a_run_reports_its_own_warnings_alone(sogni_app: AppFactory, devnet: Devnet) -> None:
    async with sogni_app(plugins=["framer"], environ=devnet.environ) as app:
        first = await app.run("wrap", text="first")
        second = await app.run("wrap", text="second")
    assert first.warnings == ("wrapped first", "framed first")
    assert second.warnings == ("wrapped second", "framed second")


@pytest.mark.usefixtures("framer")
async def test_a_receiver_of_progress_that_raises_is_a_warning_of_its_run(
    sogni_app: AppFactory, devnet: Devnet
) -> None:
    def broken(progress: object) -> None:
        raise OSError("the terminal is gone")

    async with sogni_app(plugins=["framer"], environ=devnet.environ) as app:
        first = await app.run("wrap", text="x", on_progress=broken)
        second = await app.run("wrap", text="x")
        local = await app.run("frame", text="x", on_progress=broken)
    assert any("the terminal is gone" in warning for warning in first.warnings)
    assert not any("the terminal is gone" in warning for warning in second.warnings)
    assert any("the terminal is gone" in warning for warning in local.warnings)
