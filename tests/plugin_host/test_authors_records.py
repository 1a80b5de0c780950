"""Records do what they say, whoever registers them: defaults, formats, words, remedies, typer apps, secrets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core._engine.watchdog import watched

from .conftest import Install

MODE = """
from typing import Annotated
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]

async def render(ctx, request):
    return Result.of(await ctx.submit(ImageProject.of(request), key="image", output=request.output))

async def film(ctx, request):
    done = await ctx.submit(ImageProject.of(request), key="image", output=ctx.folder / "frame.png")

    async def work(path):
        path.write_bytes(done.artifacts[0].path.read_bytes())

    return Result((done,), (await ctx.make(request.output, work),))
"""

MODELS = """
@hookimpl
def sogni_modes():
    return [Mode("mine", "Mine.", request="{package}.mode:Asked"),
            Mode("film", "Film.", request="{package}.mode:Asked", workflow="{package}.mode:film")]

@hookimpl
def sogni_workflows():
    return [
        Workflow("mine", "usual", "{package}.mode:render", default_model="acme_one",
                 defaults={"steps": 5, "guidance": 2}, completes="{done} of {jobs} is dry"),
    ]

@hookimpl
def sogni_models():
    return [Model("acme_one", defaults={"steps": 7}),
            Model("acme_*", defaults={"steps": 9, "guidance": 3, "sampler": "euler"})]
"""

Call = Callable[..., Any]


@pytest.fixture
def mine(install: Install, sogni_cli: Any, devnet: Any, folder: Path) -> Call:
    install("mine", MODELS, files={"mode": MODE})
    return lambda *argv, **more: sogni_cli(*argv, plugins=["mine"], environ=devnet.environ, **more)


def test_the_more_specific_default_counts(mine: Call) -> None:
    def planned(*argv: str) -> tuple[Any, ...]:
        (project,) = mine("mine", "x", "--dry-run", "--json", *argv).json["projects"]
        return project["steps"], project["guidance"]

    assert planned() == (7, 2), "a model's own entry, then the workflow"
    assert planned("-m", "acme_two", "--force") == (5, 2), "the workflow, then a family"
    assert planned("--steps", "3", "--force") == (3, 2)


def test_the_core_s_workflows_yield_to_a_model_s_own_entry_too(install: Install, sogni_cli: Any, devnet: Any) -> None:
    entry = '@hookimpl\ndef sogni_models():\n    return [Model("z_image_turbo_bf16", defaults={"guidance": 1.5})]\n'
    install("mine", entry)
    argv = ("image", "x", "--dry-run", "--json")
    plan = sogni_cli(*argv, plugins=["mine"], environ=devnet.environ).json
    assert plan["projects"][0]["guidance"] == 1.5
    without = sogni_cli(*argv, plugins=[], environ=devnet.environ).json
    assert without["projects"][0]["guidance"] == 1


@pytest.mark.parametrize("argv", [(), ("--dry-run",)])
def test_a_name_is_odd_only_for_what_is_submitted_under_it(
    install: Install, sogni_cli: Any, devnet: Any, folder: Path, argv: tuple[str, ...]
) -> None:
    install("mine", MODELS, files={"mode": MODE})

    def warnings(mode: str) -> Any:
        typed = (mode, "x", "-m", "z_image_turbo_bf16", "-o", f"{mode}.mp4", "--json", *argv)
        called = sogni_cli(*typed, plugins=["mine"], environ=devnet.environ)
        assert called.exit_code == 0, called
        return called.json["warnings"]

    assert warnings("mine") == [".mp4 is not one of the image formats that sogni can choose; the service picks one."]
    assert warnings("film") == [], "its film is made of images here"


def test_a_workflow_s_words_for_an_output_are_used(install: Install, sogni_cli: Any, devnet: Any, folder: Path) -> None:
    install("mine", MODELS.replace("acme_one", "z_image_turbo_bf16"), files={"mode": MODE})
    called = sogni_cli("mine", "x", "-n", "2", plugins=["mine"], environ=devnet.environ)
    assert "2 of 2 is dry" in called.stderr.splitlines()
    plain = sogni_cli("image", "x", "-n", "2", plugins=["mine"], environ=devnet.environ)
    assert "Image 2/2 completed" in plain.stderr.splitlines()


NETWORK = """
from contextlib import asynccontextmanager

@hookimpl
def sogni_networks():
    return [Network("acme", "{package}.plugin:opened")]

@asynccontextmanager
async def opened():
    yield Endpoint("acme", "REST", "SOCKET"CREDENTIALS)
"""


@pytest.mark.parametrize("credentials", ["", ", username='nobody', password='wrong'", ", api_key='wrong'"])
@pytest.mark.parametrize(
    ("remedy", "hint"),
    [
        (", remedy='Set ACME_KEY.'", "Set ACME_KEY."),
        ("", "The network acme has its own credentials; see the plugin that brings it."),
    ],
)
def test_a_network_s_errors_show_its_own_remedy(
    install: Install, sogni_cli: Any, devnet: Any, credentials: str, remedy: str, hint: str
) -> None:
    module = NETWORK.replace("REST", devnet.rest_url).replace("SOCKET", devnet.socket_url)
    install("acme", module.replace("CREDENTIALS", credentials + remedy))
    for argv in (("image", "x", "--network", "acme"), ("balance", "--network", "acme")):
        called = sogni_cli(*argv, "--json", plugins=["acme"])
        assert (called.exit_code, called.json["hint"]) == (3, hint), called
        assert called.json["errorCode"] in ("MISSING_CREDENTIALS", "AUTHENTICATION_ERROR")


TYPER = """
import typer
from sogni_core.app import App
from sogni_core.errors import InputError
from sogni_core.result import Report

acme = typer.Typer()

@acme.callback()
def main(ctx: typer.Context) -> None:
    assert isinstance(ctx.obj, App)

@acme.command()
def count(ctx: typer.Context, limit: int = 5) -> Report:
    return Report({"type": "count", "runs": len(ctx.obj.runs(limit))}, f"{len(ctx.obj.runs(limit))} runs")

@acme.command()
def later(ctx: typer.Context):
    async def work():
        return Report({"type": "later", "modes": sorted(ctx.obj.modes)})
    return work()

@acme.command()
def wrong() -> None:
    raise InputError("MISSING_FILE", "gone")

@acme.command()
def odd():
    return "text"

def plain(app: App) -> Report:
    return Report({"type": "plain", "runs": len(app.runs(5))})

def context(ctx: typer.Context) -> Report:
    return Report({"type": "context", "same": isinstance(ctx.obj, App)})
"""

COMMANDS = """
@hookimpl
def sogni_commands():
    return [Command("acme", "Acme.", "{package}.mode:acme"), Command("plain", "Plain.", "{package}.mode:plain"),
            Command("context", "Context.", "{package}.mode:context")]
"""


def test_functions_and_typer_apps_are_handed_the_app(install: Install, sogni_cli: Any) -> None:
    install("acme", COMMANDS, files={"mode": TYPER})

    def call(*argv: str) -> Any:
        return sogni_cli(*argv, plugins=["acme"])

    assert call("acme", "count", "--limit", "3").stdout == "0 runs\n"
    assert call("--json", "acme", "count").json == {"success": True, "type": "count", "runs": 0}
    assert call("--json", "acme", "later").json == {"success": True, "type": "later", "modes": ["image"]}
    assert call("plain", "--json").json == {"success": True, "type": "plain", "runs": 0}
    assert call("context", "--json").json == {"success": True, "type": "context", "same": True}
    wrong = call("--json", "acme", "wrong")
    assert (wrong.exit_code, wrong.json["errorCode"]) == (2, "MISSING_FILE")
    odd = call("--json", "acme", "odd")
    assert (odd.exit_code, odd.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert "count" in call("acme", "--help").stdout


SETTINGS = """
from typing import Annotated
from pydantic import BaseModel, Field, SecretStr

class Table(BaseModel):
    key: Annotated[SecretStr | None, Field(description="Key.")] = None
    size: Annotated[int, Field(description="Size.")] = 3
"""

TABLE = '@hookimpl\ndef sogni_settings():\n    return [Settings("vault", "{package}.mode:Table")]\n'


def test_a_plugin_s_secret_is_never_an_argument(install: Install, sogni_cli: Any, sogni_home: Any) -> None:
    install("vault", TABLE, files={"mode": SETTINGS})

    def call(*argv: str, stdin: str = "") -> Any:
        return sogni_cli("config", "set", *argv, "--json", plugins=["vault"], stdin=stdin)

    refused = call("vault.key", "hush-hush")
    assert (refused.exit_code, refused.json["errorCode"]) == (2, "INVALID_ARGUMENT")
    assert refused.json["hint"] == "Use sogni config set vault.key, which asks for it, or --stdin."
    assert "hush-hush" not in refused.stdout
    assert not sogni_home.config_file.exists()
    assert call("vault.key").json["hint"] == "Use --stdin.", "nobody can be asked"
    stored = call("vault.key", "--stdin", stdin="hush-hush\n")
    assert (stored.exit_code, stored.json["value"]) == (0, "********")
    assert 'key = "hush-hush"' in sogni_home.config_file.read_text()
    assert call("vault.size", "--stdin", stdin="7\n").json["value"] == 7
    assert call("vault.size", "8").json["value"] == 8
    assert call("vault.size").json["error"] == "VALUE is missing."
    assert call("vault.size", "9", "--stdin").json["error"] == "VALUE and --stdin exclude each other."
    assert call("vault.nosuch", "9").json["errorCode"] == "INVALID_CONFIG"


@pytest.mark.anyio
async def test_a_blocked_event_loop_is_told() -> None:
    told: list[float] = []

    def block(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pass

    async with watched(told.append, limit=0.1):
        await asyncio.sleep(0)
        block(0.3)
        for _ in range(3):
            await asyncio.sleep(0)
    assert len(told) == 1
    assert told[0] >= 0.2
    async with watched(told.append, limit=0.1):
        block(0.3)
    assert len(told) == 2, "also at the end"
    async with watched(told.append, limit=60):
        await asyncio.sleep(0)
    assert len(told) == 2


@pytest.mark.slow
def test_a_workflow_that_blocks_is_named(install: Install, sogni_cli: Any, devnet: Any) -> None:
    install("mine", files={"mode": MODE.replace("async def render(ctx, request):", BLOCKING)})
    called = sogni_cli("mine", "x", "-m", "z_image_turbo_bf16", "--json", plugins=["mine"], environ=devnet.environ)
    (warning,) = called.json["warnings"]
    assert warning.startswith("The workflow mine:mine blocked the event loop for ")


BLOCKING = "async def render(ctx, request):\n    import time; time.sleep(7)"
