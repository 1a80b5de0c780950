"""Files that a workflow puts into a project itself, as authors write it: ``Asset.of(artifact)``, a path, a URL."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sogni_devnet.server import Devnet

PLUGIN = """
from sogni_core.plugin import Mode, Workflow, hookimpl

@hookimpl
def sogni_modes():
    return [Mode("echo", "Makes a picture of a picture.", request="sogni_echo.mode:Echo")]

@hookimpl
def sogni_workflows():
    return [Workflow("echo", "echo", "sogni_echo.mode:render", default_model="z_image_turbo_bf16",
                     timeout_setting="image.timeout")]
"""

MODE = """
from dataclasses import replace
from typing import Annotated
from sogni_core.project import Asset, ControlNet, ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result

class Echo(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]
    source: Annotated[str, Option("--source", help="Text that becomes a file.")] = ""

async def render(ctx, request):
    plain = ImageProject.of(request)
    if request.source:
        found = Asset.of(request.source)
    else:
        first = await ctx.submit(plain, key="first", output=ctx.folder / "first.png")
        found = Asset.of(first.require()[0])
    second = replace(plain, context_images=(found,), model="qwen_image_edit_2511_fp8_lightning", steps=4)
    return Result.of(await ctx.submit(second, key="second", output=request.output))
"""

Call = Callable[..., Any]


@pytest.fixture
def echo(sogni_site: Any, sogni_cli: Any, devnet: Devnet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(tmp_path)
    files = {"sogni_echo/__init__.py": "", "sogni_echo/plugin.py": PLUGIN, "sogni_echo/mode.py": MODE}
    sogni_site("sogni-echo", plugins={"echo": "sogni_echo.plugin"}, files=files)

    def call(*argv: str) -> Any:
        own = ("-w", "256", "-h", "256", "--json")
        return sogni_cli("echo", "a cat", *argv, *own, plugins=["echo"], environ=devnet.environ)

    return call


def uploads(devnet: Devnet) -> list[str]:
    """Return the digests of what was uploaded."""
    return [hashlib.sha256(file.path.read_bytes()).hexdigest() for file in devnet.files if file.slot != "complete"]


def test_an_artifact_is_read_when_it_is_submitted(echo: Call, devnet: Devnet) -> None:
    called = echo("-o", "two.png")
    assert called.exit_code == 0, called
    made = [hashlib.sha256(file.path.read_bytes()).hexdigest() for file in devnet.files if file.slot == "complete"]
    assert uploads(devnet) == made[:1]


def test_a_plan_takes_the_placeholder(echo: Call, devnet: Devnet) -> None:
    called = echo("-o", "two.png", "--dry-run")
    assert called.exit_code == 0, called
    assert [step["key"] for step in called.json["projects"]] == ["first", "second"]
    assert devnet.projects == []


def test_a_path_is_read_too(echo: Call, devnet: Devnet, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    assert echo("-o", "two.png", "--source", "red.png").exit_code == 0
    assert uploads(devnet) == [hashlib.sha256((tmp_path / "red.png").read_bytes()).hexdigest()]


def test_a_url_is_fetched(echo: Call, devnet: Devnet, tmp_path: Path) -> None:
    url = echo("--source", "").json["urls"][0]
    assert echo("-o", "two.png", "--source", url).exit_code == 0


@pytest.mark.parametrize(("argv", "sent"), [((), 0), (("--dry-run",), 0)])
@pytest.mark.parametrize(
    ("content", "code"), [(None, "MISSING_FILE"), ("no picture", "UNSUPPORTED_MEDIA")], ids=["missing", "no picture"]
)
def test_a_file_that_cannot_be_used_is_said_before_it_is_sent(
    echo: Call, devnet: Devnet, tmp_path: Path, content: str | None, code: str, argv: tuple[str, ...], sent: int
) -> None:
    if content is not None:
        (tmp_path / "red.png").write_text(content)
    found = echo("-o", "two.png", "--source", "red.png", *argv).json
    assert (found["errorCode"], found["mayChargeAgain"]) == (code, False)
    assert len(devnet.projects) == sent
