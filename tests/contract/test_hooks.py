"""Every hook end to end: a tiny plugin that is installed, and the program that uses what it returns.

The last test fails when a hook has no test of its name here, or a field of its record is never given a value.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import os
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core._core_app import CoreApp
from sogni_core._host.record_check import HOOKS
from sogni_core._host.registry import Registry
from sogni_core.plugin import Mode, Model
from tools.pages.hooks import WITH

HEAD = "from sogni_core.plugin import *\nfrom sogni_core.plugin import hookimpl\n\n@hookimpl\ndef "

STAMP = """
from typing import Annotated
from sogni_core.project import Asset, ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result

class Stamp(ImageOptions):
    motif: Annotated[str, Argument("What the stamp shows.")]
    frame: Annotated[Asset | None, Option("--frame", help="Frame around it.")] = None

def project(request, prompt):
    return ImageProject(model=request.model, prompt=prompt, width=request.width, height=request.height,
                        steps=request.steps, seed=request.seed, token_type=request.token_type)

async def engraved(ctx, request):
    asked = project(request, f"engraved {request.motif}")
    return Result.of(await ctx.submit(asked, key="stamp", output=request.output))

async def framed(ctx, request):
    asked = project(request, f"framed {request.motif}")
    return Result.of(await ctx.submit(asked, key="stamp", output=request.output))
"""


def registry(plugin: str) -> Registry:
    """Return what the core and one plugin registered."""
    return CoreApp(environ={**os.environ, "SOGNI_PLUGINS": plugin}).registry


MODE = """sogni_modes():
    return [Mode(name="stamp", summary="Make a stamp.", request="stamps.mode:Stamp")]
"""

Installed = Callable[..., Callable[..., Any]]


@pytest.fixture
def stamps(sogni_site: Callable[..., Path], sogni_cli: Any) -> Installed:
    """Install the plugin ``stamps`` with these hooks and modules; returns the program with it alone."""

    def install(*hooks: str, **modules: str) -> Callable[..., Any]:
        text = HEAD.replace("@hookimpl\ndef ", "") + "".join("@hookimpl\ndef " + hook + "\n" for hook in hooks)
        files = {"__init__": "", "plugin": text, "mode": STAMP, **modules}
        sogni_site(
            "sogni-stamps",
            plugins={"stamps": "stamps.plugin"},
            files={f"stamps/{name}.py": source for name, source in files.items()},
        )

        def call(*argv: Any, **options: Any) -> Any:
            return sogni_cli(*argv, **{"plugins": ["stamps", "devnet"], **options})

        return call

    return install


def test_hook_sogni_modes(stamps: Installed, devnet: Any, sogni_app: Any, tmp_path: Path) -> None:
    call = stamps(
        """sogni_modes():
    return [Mode(name="stamp", summary="Make a stamp.", request="stamps.mode:Stamp", workflow="stamps.mode:engraved",
                 flat=("--stamp",), needs="stamps.mode:gum", skill="stamps:skill.md", output_fields=("edge",),
                 examples={"Print a bird": 'sogni stamp "a bird" -o bird.png'}),
            Mode(name="print", summary="Make a print.", request="stamps.mode:Stamp", workflow="stamps.mode:engraved",
                 hidden=True, deprecated="Use stamp instead.")]
""",
        mode=STAMP + "\ndef gum():\n    return []\n",
    )
    assert "Make a stamp." in call("--help").stdout
    shown = call("stamp", "--help").stdout
    assert "--frame" in shown
    assert 'Print a bird:\n    sogni stamp "a bird" -o bird.png\n' in shown
    assert call("schema", "stamp").json["required"] == ["motif"]
    called = call(
        "stamp", "a bird", "-m", "z_image_turbo_bf16", "-o", tmp_path / "s.png", "--json", environ=devnet.environ
    )
    assert called.exit_code == 0, called
    assert (tmp_path / "s.png").exists()
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "engraved a bird"
    named = ("stamp", "a bird", "-m", "z_image_turbo_bf16", "--network", "devnet", "--dry-run", "--json", "-o")
    assert call(*named, tmp_path / "{edge}.png").exit_code == 0
    assert "{edge}" in call(*named, tmp_path / "{corner}.png").json["hint"]
    record = registry("stamps").mode("stamp").record
    assert record.flat == ("--stamp",)
    assert record.skill == "stamps:skill.md"
    assert "print" not in call("--help").stdout
    plan = call("print", "a bird", "-m", "z_image_turbo_bf16", "--network", "devnet", "--dry-run", "--json").json
    assert plan["warnings"] == ["print is deprecated: Use stamp instead."]


def test_hook_sogni_workflows(stamps: Installed, sogni_app: Any, tmp_path: Path) -> None:
    from PIL import Image

    frame = tmp_path / "frame.png"
    Image.new("RGB", (8, 8)).save(frame)
    call = stamps(
        MODE,
        """sogni_workflows():
    return [
        Workflow(mode="stamp", name="engraved", target="stamps.mode:engraved", default_model="flux1-schnell-fp8",
                 summary="Stamps without a frame.", defaults={"steps": {"*flux*": 3, "*": 9}},
             announces=("Engraving {motif}", "In a frame: {frame}"), completes="Stamp {done} of {jobs} is dry"),
        Workflow(mode="stamp", name="framed", target="stamps.mode:framed", accepts=("frame",),
                 model_setting="image.edit_model", timeout_setting="image.edit_timeout", aliases=("in-a-frame",),
                 only_output=True),
    ]
""",
    )
    plain = call("stamp", "a bird", "--network", "devnet", "--dry-run", "--json").json
    assert plain["workflow"] == "engraved"
    assert (plain["projects"][0]["prompt"], plain["model"]) == ("engraved a bird", "flux1-schnell-fp8")
    assert plain["projects"][0]["steps"] == 3
    other = {"SOGNI_IMAGE__EDIT_MODEL": "chroma-v.46-flash_fp8", "SOGNI_IMAGE__EDIT_TIMEOUT": "77"}
    argv = ("stamp", "a bird", "--frame", frame, "--network", "devnet", "--dry-run", "--json")
    framed = call(*argv, environ=other).json
    assert framed["workflow"] == "framed"
    assert (framed["projects"][0]["prompt"], framed["model"]) == ("framed a bird", "chroma-v.46-flash_fp8")
    app = sogni_app(plugins=["stamps"], environ=other)
    assert [workflow.summary for workflow in app.modes["stamp"].workflows] == ["Stamps without a frame.", ""]


def test_hook_sogni_workflows_says_its_progress(stamps: Installed, devnet: Any) -> None:
    call = stamps(
        MODE,
        """sogni_workflows():
    return [Workflow("stamp", "engraved", "stamps.mode:engraved", default_model="z_image_turbo_bf16",
                     announces=("Engraving {motif}", "In a frame: {frame}"), completes="Stamp {done} of {jobs} is dry")]
""",
    )
    told = call("stamp", "a bird", environ=devnet.environ).stderr.splitlines()
    assert "Engraving a bird" in told
    assert not any("frame" in line for line in told)


def test_hook_sogni_workflows_cannot_fail_after_it_was_paid_for_its_words(stamps: Installed, devnet: Any) -> None:
    call = stamps(
        MODE,
        """sogni_workflows():
    return [Workflow("stamp", "engraved", "stamps.mode:engraved", default_model="z_image_turbo_bf16",
                     announces=("Engraving {bird}",))]
""",
    )
    called = call("stamp", "a bird", "--json", environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert devnet.job_requests == []


@pytest.mark.anyio
async def test_hook_sogni_workflows_takes_its_time_limit_from_its_setting(
    stamps: Installed, sogni_app: Any, devnet: Any
) -> None:
    stamps(
        MODE,
        """sogni_workflows():
    return [Workflow("stamp", "engraved", "stamps.mode:told", timeout_setting="image.edit_timeout")]
""",
        mode=STAMP + "\nasync def told(ctx, request):\n    return Result(extra={'limit': request.timeout})\n",
    )
    environ = {**devnet.environ, "SOGNI_IMAGE__EDIT_TIMEOUT": "77"}
    async with sogni_app(plugins=["stamps"], environ=environ) as app:
        result = await app.run("stamp", motif="a bird")
    assert result.extra["limit"] == 77


def test_hook_sogni_validators(stamps: Installed) -> None:
    call = stamps(
        """sogni_validators():
    return [Validator(modes=("image",), target="stamps.rules:no_birds"),
            Validator(modes=("*",), target="stamps.rules:no_fish"),
            Validator(modes=("image",), projects="stamps.rules:no_mice")]
""",
        rules="""
from sogni_core.problem import Problem

def no_birds(request, facts):
    if "bird" in request.prompt:
        where = {"where": f"{facts.mode}:{facts.workflow}"}
        yield Problem("aviary.birds", ("prompt",), "No birds in {where}.", where)

def no_fish(request, facts):
    return [Problem("aviary.fish", (), "No fish.")] if "fish" in request.prompt else []

def no_mice(project, facts):
    if "mouse" in project.prompt:
        yield Problem("aviary.mice", ("prompt",), "{prompt} has mice in {key}.", {"key": facts.key})
""",
    )
    called = call("image", "a bird and a fish", "--network", "devnet", "--json")
    assert called.exit_code == 2
    assert [problem["error"] for problem in called.json["problems"]] == ["No birds in image:text.", "No fish."]
    assert call("image", "a cat", "--network", "devnet", "--dry-run", "--json").exit_code == 0
    refused = call("image", "a mouse", "--network", "devnet", "--dry-run", "--json").json
    assert refused["error"] == "Refused by stamps (sogni-stamps 1.0): PROMPT has mice in image."
    assert refused["plugin"] == "stamps (sogni-stamps 1.0)"


def test_hook_sogni_settings(stamps: Installed, sogni_home: Any, sogni_app: Any) -> None:
    call = stamps(
        """sogni_settings():
    return [Settings(section="stamp", model="stamps.settings:StampSettings",
                     openclaw={"stampPaper": "paper", "stampSize": ("width", "height")})]
""",
        settings="""
from typing import Annotated
from pydantic import BaseModel, Field

class StampSettings(BaseModel):
    paper: Annotated[str, Field(description="Paper.")] = "wove"
    width: Annotated[int, Field(ge=1, description="Millimetres.")] = 20
    height: Annotated[int, Field(ge=1, description="Millimetres.")] = 30
""",
    )
    assert call("config", "set", "stamp.paper", "laid", "--json").exit_code == 0
    assert '[stamp]\npaper = "laid"' in sogni_home.config_file.read_text("utf-8")
    shown = call("config", "show", "--json", environ={"SOGNI_STAMP__WIDTH": "25"}).json["settings"]
    found = {row["key"]: row["value"] for row in shown if row["key"].startswith("stamp.")}
    assert found == {"stamp.paper": "laid", "stamp.width": 25, "stamp.height": 30}
    assert call("config", "set", "stamp.width", "0", "--json").exit_code == 3
    host = {"OPENCLAW_PLUGIN_CONFIG": '{stampSize: 40, stampPaper: "pelure", stampInk: 1}'}
    settings = sogni_app(plugins=["stamps"], environ=host).settings
    assert [(one.key, one.value, one.origin.rpartition(" ")[2]) for one in settings.all()[-3:]] == [
        ("stamp.paper", "pelure", "stampPaper"), ("stamp.width", 40, "stampSize"), ("stamp.height", 40, "stampSize"),
    ]  # fmt: skip
    assert [problem.key for problem in settings.check()] == ["stampInk"]


def test_hook_sogni_commands(stamps: Installed) -> None:
    call = stamps(
        """sogni_commands():
    return [Command(name="stamps", summary="List stamps.", target="stamps.commands:stamps", group="Collecting",
                    examples={"List one": "sogni stamps --most 1"}),
            Command(name="album show", summary="Show an album.", target="stamps.commands:show",
                    parent="Look after albums."),
            Command(name="album sort", summary="Sort albums.", target="stamps.commands:sorting")]
""",
        commands="""
from typing import Annotated
import typer
from sogni_core.result import Report

def stamps(app, most: Annotated[int, typer.Option("--most", help="At most.")] = 2):
    return Report({"stamps": ["a", "b", "c"][:most]}, "a b")

async def show(app, name: str):
    return Report({"album": name, "modes": len(app.modes)}, name)

sorting = typer.Typer()

@sorting.command("all")
def every():
    print("sorted")

@sorting.callback()
def sort():
    pass
""",
    )
    shown = " ".join(call("--help").stdout.split())
    assert "Collecting: stamps List stamps." in shown
    assert "Other commands: album Look after albums." in shown
    assert call("stamps").stdout == "a b\n"
    assert call("stamps", "--most", "1", "--json").json == {"success": True, "stamps": ["a"]}
    shown = " ".join(call("stamps", "--help").stdout.split())
    assert "--most INTEGER At most. [default: 2]" in shown
    assert "Example: List one: sogni stamps --most 1" in shown
    assert call("album", "show", "birds", "--json").json["album"] == "birds"
    assert call("album", "show", "--help").stdout.startswith("Usage: sogni album show [OPTIONS] NAME\n")
    shown = " ".join(call("album", "--help").stdout.split())
    assert "Look after albums. Commands:" in shown and "sort Sort albums." in shown
    assert "Usage: sogni album sort" in call("album", "sort", "--help").stdout
    assert call("album", "sort", "all").stdout == "sorted\n"


def test_hook_sogni_networks(stamps: Installed, devnet: Any) -> None:
    call = stamps(
        """sogni_networks():
    return [Network(name="album", target="stamps.network:open_network", summary="Stamps of the past.")]
""",
        network=f"""
from contextlib import asynccontextmanager
from sogni_core.plugin import Endpoint

@asynccontextmanager
async def open_network():
    yield Endpoint(name="album", rest_url="{devnet.rest_url}", socket_url="{devnet.socket_url}",
                   username="{devnet.accounts[0].username}", password="{devnet.accounts[0].password}",
                   api_key="{devnet.accounts[0].api_key}", ends_with_call=False,
                   remedy="Ask at the album.")
""",
    )
    mine = {"SOGNI_API_KEY": "the-user-s-own-key"}
    called = call("image", "a bird", "--network", "album", "--json", environ=mine)
    assert called.exit_code == 0, called
    assert called.json["network"] == "album"
    assert len(called.json["urls"]) == 1
    assert len(devnet.job_requests) == 1
    assert "the-user-s-own-key" not in str(devnet.requests)


def test_hook_sogni_models(stamps: Installed, sogni_app: Any) -> None:
    call = stamps(
        MODE,
        """sogni_workflows():
    return [Workflow("stamp", "engraved", "stamps.mode:engraved", default_model="gravure-1"),
            Workflow("stamp", "framed", "stamps.mode:framed")]
""",
        """sogni_models():
    return [Model(id="gravure-1", media="image", defaults={"steps": 11}, sampling="comfy", speed="slow",
                  use="stamps", seconds=70),
            Model(id="passepartout-1", workflow="stamp:framed"),
            Model(id="gravure-*", limits={"steps": (5, 20), "side": 600}, speed="unknown")]
""",
    )
    rows = {row["id"]: row for row in call("models", "--network", "devnet", "--json").json["models"]}
    assert rows["gravure-1"]["speed"] == "slow"
    assert rows["gravure-1"]["limits"] == {"steps": [5, 20], "side": 600, "context_images": 0}
    assert "gravure-*" not in rows
    argv = ("stamp", "a bird", "--network", "devnet", "--dry-run", "--json")
    plan = call(*argv).json
    assert (plan["workflow"], plan["model"], plan["projects"][0]["steps"]) == ("engraved", "gravure-1", 11)
    assert call(*argv, "-m", "passepartout-1").json["workflow"] == "framed"
    assert call(*argv, "-w", "640").json["errorDetails"]["max"] == 600
    model: Model = registry("stamps").model("gravure-1")
    assert (model.media, model.sampling, model.use, model.seconds) == ("image", "comfy", "stamps", 70)


SHEET = """
from dataclasses import dataclass
from typing import Annotated
from sogni_core.media import FileFacts, check_file, check_range, estimate_path, image_placeholder, sampling_fields
from sogni_core.project import Asset, Project
from sogni_core.request import Argument, Option, RenderOptions
from sogni_core.result import Result

class Asked(RenderOptions):
    motif: Annotated[str, Argument("What the stamps show.")]
    rows: Annotated[int, Option("--rows", help="Rows.")] = 4
    voice: Annotated[Asset | None, Option("--voice", help="Voice.", kind="audio")] = None

@dataclass(frozen=True, kw_only=True)
class Sheet(Project):
    rows: int
    voice: Asset | None = None

    @property
    def assets(self):
        return {"referenceAudio": self.voice} if self.voice else {}

async def print_sheet(ctx, request):
    project = Sheet.of(request, prompt=request.motif, width=512, height=768)
    outcome = await ctx.submit(project, key="sheet", output=request.output)
    for sheet in outcome.artifacts:
        ctx.warn(f"It is {sheet.width} wide and takes {sheet.seconds} s.")
    return Result.of(outcome)

def key_frame(project, form):
    check_range("rows", project.rows, 1, 8)
    contexts = {f"hasContextImage{slot}": False for slot in range(1, 17)}
    size = {"sizePreset": "custom", "width": project.width, "height": project.height}
    return contexts | size | sampling_fields(project, form) | {"stampRows": project.rows}

def decode(path):
    return check_file(path)._replace(seconds=12.5)

def stand_in(project, path):
    return image_placeholder(project, path)._replace(width=99)

def estimate(project, network):
    return estimate_path("/api/v2/job/estimate", [project.token_type, network, project.model, project.count,
                                                  0, 0, 0, 0, 512, 768], {})
"""


def test_hook_sogni_media(stamps: Installed, devnet: Any, tmp_path: Path) -> None:
    call = stamps(
        """sogni_modes():
    return [Mode("sheet", "Print stamps.", request="stamps.mode:Asked", workflow="stamps.mode:print_sheet")]
""",
        """sogni_media():
    return [Medium(name="sheet", project="stamps.mode:Sheet", builder="stamps.mode:key_frame",
                   formats={"webp": "image/webp", "png": "image/png"}, slots={"referenceAudio": "audio"},
                   omits=("seed",), decoder="stamps.mode:decode", placeholder="stamps.mode:stand_in",
                   estimate="stamps.mode:estimate", length="{rows} rows of {count}", checks_balance=True,
                   max_bytes=1_000_000, download_seconds=60)]
""",
        mode=SHEET,
    )
    with wave.open(str(tmp_path / "voice.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    argv = ("sheet", "a bird", "-m", "flux1-schnell-fp8", "--voice", tmp_path / "voice.wav", "--json")
    plan = call(*argv, "--dry-run", environ=devnet.environ).json
    (step,) = plan["projects"]
    assert (step["media"], step["rows"], step["count"], step["width"]) == ("sheet", 4, 1, 512)
    assert plan["warnings"] == ["It is 99 wide and takes 0.0 s."]
    assert plan["price"]["amount"] > 0
    assert ", 4 rows of 1, seed" in call(*argv[:-1], "--dry-run", environ=devnet.environ).stdout
    assert devnet.job_requests == []

    done = call(*argv, "-o", tmp_path / "sheet", environ=devnet.environ)
    assert done.exit_code == 0, done.stdout
    assert done.json["warnings"] == ["It is 512 wide and takes 12.5 s."]
    (request,) = devnet.job_requests
    (frame,) = request["keyFrames"]
    assert (request["outputFormat"], frame["stampRows"], "seed" in frame) == ("webp", 4, False)
    asked = [entry.path for entry in devnet.requests]
    assert {"/v1/media/uploadUrl", "/v4/account/balance"} <= set(asked)

    refused = call(*argv, "--rows", "9", "--dry-run", environ=devnet.environ)
    assert (refused.exit_code, refused.json["error"]) == (2, "A project's rows must be from 1 to 8.")


def test_hook_sogni_errors(stamps: Installed) -> None:
    call = stamps(
        MODE,
        """sogni_errors():
    from stamps.codes import GUM_DRY
    return [GUM_DRY]
""",
        """sogni_workflows():
    return [Workflow("stamp", "dry", "stamps.mode:dry")]
""",
        codes="""
from sogni_core.plugin import ErrorCode

GUM_DRY = ErrorCode(name="GUM_DRY", kind="MoneyError", meaning="The gum is dry.", remedy="Buy gum.",
                    retryable=True, may_charge_again=True)
""",
        mode=STAMP
        + """
from sogni_core.errors import MoneyError
from stamps.codes import GUM_DRY

async def dry(ctx, request):
    raise MoneyError(GUM_DRY, "No gum is left.")
""",
    )
    failed = call("stamp", "a bird", "--network", "devnet", "--dry-run", "--json")
    assert (failed.exit_code, failed.json["errorCode"], failed.json["hint"]) == (4, "GUM_DRY", "Buy gum.")
    assert (failed.json["retryable"], failed.json["mayChargeAgain"]) == (True, True)
    explained = call("errors", "gum_dry", "--json").json
    assert (explained["exitCode"], explained["meaning"]) == (4, "The gum is dry.")
    written = {file["name"]: file["text"] for file in call("skill", "--json").json["files"]}
    assert "| `GUM_DRY` | 4 |" in written["references/errors.md"]


def test_hook_sogni_observers(stamps: Installed, devnet: Any, sogni_app: Any, tmp_path: Path) -> None:
    call = stamps(
        """sogni_observers():
    return [Observer(name="clerk", before_submit="stamps.clerk:sign", after_step="stamps.clerk:note",
                     after_run="stamps.clerk:close")]
""",
        clerk=f"""
from dataclasses import replace
from pathlib import Path

BOOK = Path({str(tmp_path)!r}) / "book"

async def sign(project, facts):
    price = await facts.price()
    write(facts, "submits", price["token"])
    return replace(project, prompt=project.prompt + ", signed")

def note(outcome, facts):
    write(facts, outcome.state, outcome.key)

async def close(end, facts):
    write(facts, type(end).__name__, len(end.artifacts))

def write(facts, *words):
    with BOOK.open("a") as book:
        print(*words, "plan" if facts.planned else "run", facts.mode, facts.network, bool(facts.run_id), file=book)
""",
    )
    argv = ("image", "a bird", "-m", "z_image_turbo_bf16", "-o", tmp_path / "bird.png", "--json")
    plan = call(*argv, "--dry-run", environ=devnet.environ).json
    assert plan["projects"][0]["prompt"] == "a bird, signed"
    done = call(*argv, environ=devnet.environ)
    assert (done.exit_code, done.json["warnings"]) == (0, [])
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "a bird, signed"
    assert (tmp_path / "book").read_text("utf-8").splitlines() == [
        "submits spark plan image fast False",
        "submits spark run image fast True",
        "completed image run image fast True",
        "Result 1 run image fast True",
    ]
    (step,) = sogni_app(plugins=[]).find_run(done.json["runId"]).steps
    assert step.project["prompt"] == "a bird, signed"


def test_hook_sogni_credentials(stamps: Installed, devnet: Any) -> None:
    call = stamps(
        """sogni_credentials():
    return [CredentialSource(name="drawer", target="stamps.drawer:look", networks=("fast",))]
""",
        drawer=f"""
from sogni_core.settings import Credentials

def look(network):
    return Credentials(api_key={devnet.accounts[0].api_key!r})
""",
    )
    there = {name: value for name, value in devnet.environ.items() if name.endswith("_URL")}
    found = call("doctor", "--json", environ=there)
    checks = {check["name"]: check["message"] for check in found.json["checks"]}
    assert (checks["credentials"], checks["login"]) == (
        "API key (drawer of plugin stamps (sogni-stamps 1.0))",
        "accepted",
    )
    assert devnet.accounts[0].api_key not in found.stdout + found.stderr
    missing = call("balance", "--network", "relaxed", "--json", environ=there).json
    assert missing["errorCode"] == "MISSING_CREDENTIALS"
    assert call("balance", "--json", environ=there).json["tokenType"] == "spark"


def test_hook_sogni_finishers(stamps: Installed, devnet: Any, tmp_path: Path) -> None:
    from PIL import Image

    call = stamps(
        """sogni_finishers():
    return [Finisher(name="edge", target="stamps.edge:cut", media=("image",), fails="loudly"),
            Finisher(name="gum", target="stamps.edge:gum", fails="warning"),
            Finisher(name="voice", target="stamps.edge:speak", media=("audio",))]
""",
        edge="""
from PIL import Image

def cut(path, facts):
    with Image.open(path) as image:
        image.resize((facts.artifact.width // 2, facts.artifact.height // 2)).save(path, "PNG")

async def gum(path, facts):
    path.write_bytes(b"sticky")
    raise RuntimeError(f"no gum for {facts.artifact.width} pixels")

def speak(path, facts):
    raise AssertionError("a stamp is no sound")
""",
    )
    stamp = tmp_path / "bird.png"
    argv = ("image", "a bird", "-m", "z_image_turbo_bf16", "-w", "512", "-h", "256", "-o", stamp, "--json")
    done = call(*argv, environ=devnet.environ)
    assert done.exit_code == 0, done
    assert done.json["warnings"] == [
        f"The finisher gum of plugin stamps (sogni-stamps 1.0) failed on {stamp}: RuntimeError: no gum for 256 pixels"
    ]
    with Image.open(stamp) as image:
        assert image.size == (256, 128)
    (artifact,) = call("show", done.json["runId"], "--json").json["steps"][0]["artifacts"]
    assert (artifact["width"], artifact["size"]) == (256, stamp.stat().st_size)
    assert artifact["sha256"] == hashlib.sha256(stamp.read_bytes()).hexdigest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bird.png", "site"]


@pytest.mark.parametrize(("hook", "record"), HOOKS.items(), ids=HOOKS)
def test_every_hook_and_field_has_a_test(hook: str, record: type) -> None:
    source = Path(__file__).read_text("utf-8")
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    tests = [
        str(ast.get_source_segment(source, node)) for node in functions if node.name.startswith(f"test_hook_{hook}")
    ]
    assert any(node.name == f"test_hook_{hook}" for node in functions)
    given = "".join(tests) + (MODE if record is Mode else "")
    kinds = [record, WITH[hook]] if hook in WITH else [record]
    missing = [
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        for field in dataclasses.fields(kind)
        if not re.search(rf"\b{field.name}=", given)
    ]
    assert missing == []
