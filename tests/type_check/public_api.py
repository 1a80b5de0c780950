"""What authors and callers write, as the type checker has to read it. Never run; ``make lint`` checks it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, assert_type

from pydantic import BaseModel

import sogni_core
from sogni_core.context import Context, Facts
from sogni_core.errors import InputError, SogniError
from sogni_core.media import SamplerForm, check_range, plain_number, sampling_fields
from sogni_core.plugin import Command, Endpoint, Medium, Mode, Model, Network, Settings, Validator, Workflow, hookimpl
from sogni_core.problem import Problem
from sogni_core.project import Asset, ImageProject, Project
from sogni_core.request import Argument, ImageOptions, Option, Request
from sogni_core.result import Artifact, Outcome, Plan, PlannedStep, Progress, Report, Result
from sogni_core.testing import Called, MemoryNetwork, call, check_plugin, facts_for, payload_of, plan_of
from sogni_core.testing.pytest_plugin import ProcessFactory


@dataclass(frozen=True, kw_only=True)
class StampProject(ImageProject):
    """A project of a kind of its own: the public records are frozen dataclasses."""

    perforated: bool = True


@hookimpl
def sogni_modes() -> Sequence[Mode]:
    return [
        Mode("stamp", "Make a stamp.", request="stamps.mode:Stamp", workflow="stamps.mode:render", flat=("--stamp",))
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    return [Workflow("stamp", "framed", "stamps.mode:render", accepts=("frame",), default_model="m")]


@hookimpl
def sogni_validators() -> list[Validator]:
    return [Validator(("stamp",), "stamps.rules:rule")]


@hookimpl
def sogni_settings() -> list[Settings]:
    return [Settings("stamp", "stamps.settings:StampSettings", openclaw={"a": "paper", "b": ("paper", "size")})]


@hookimpl
def sogni_commands() -> list[Command]:
    return [Command("stamps", "List stamps.", "stamps.commands:stamps")]


@hookimpl
def sogni_networks() -> list[Network]:
    return [Network("album", "stamps.network:open_network")]


@hookimpl
def sogni_models() -> list[Model]:
    return [Model("m", limits={"steps": (1, 5), "side": 512}, defaults={"steps": 4, "sampler": "euler"}, seconds=3.5)]


@hookimpl
def sogni_media() -> list[Medium]:
    return [Medium("sheet", "stamps.mode:Sheet", "stamps.mode:key_frame", {"png": "image/png"}, length="{rows} rows")]


class StampSettings(BaseModel):
    paper: str = "wove"


@dataclass(frozen=True, kw_only=True)
class Sheet(Project):
    rows: int = 4


def key_frame(project: Sheet, form: SamplerForm) -> dict[str, Any]:
    check_range("rows", project.rows, 1, 8)
    return sampling_fields(project, form) | {"stampRows": plain_number(project.rows)}


class Stamp(ImageOptions):
    motif: Annotated[str, Argument("What the stamp shows.")]
    paper: Annotated[str, Option("--paper", help="Paper.", setting="stamp.paper")]
    frame: Annotated[Asset | None, Option("--frame", help="Frame.")] = None


def rule(request: Stamp, facts: Facts) -> Iterable[Problem]:
    assert_type(request.count, int)
    assert_type(request.output, Path | None)
    assert_type(request.given, frozenset[str])
    assert_type(facts.model, Model)
    yield Problem("card.many", ("count",), "{count} must be at most {max}.", {"max": 1}, hint="Use {count} 1.")


async def render(ctx: Context, request: Stamp) -> Result:
    assert_type(ctx.folder, Path)
    assert_type(ctx.random, random.Random)
    assert_type(ctx.now(), datetime)
    assert_type(ctx.settings(StampSettings), StampSettings)
    ctx.progress("engraving")
    ctx.warn("the plate is worn")
    project = ImageProject(model=request.model, prompt=request.motif, context_images=(Asset("a.png"),))
    assert_type(project.assets, dict[str, Asset])
    sheet = Sheet.of(request, prompt=request.motif, rows=2)
    assert_type(sheet, Sheet)
    assert_type(payload_of(sheet, form="legacy"), dict[str, Any])
    outcome = await ctx.submit(project, key="plate", output=request.output)
    assert_type(outcome, Outcome)
    assert_type(outcome.require(), tuple[Artifact, ...])
    assert_type(outcome.error, SogniError | None)
    inner = await ctx.run("image", key="proof", prompt="a proof", **request.image_fields())
    assert_type(inner, Result)
    return Result.of(outcome, extra={"paper": request.paper})


async def stamps(app: sogni_core.App) -> Report:
    assert_type(app.environ, Mapping[str, str])
    return Report({"stamps": []}, "none")


async def use() -> None:
    def show(progress: Progress) -> None:
        assert_type(progress.fraction, float | None)

    async with sogni_core.open(network="devnet") as app:
        result = await app.run("image", on_progress=show, prompt="a cat", output="cat.png")
        assert_type(result, Result)
        assert_type(result.paths, tuple[Path, ...])
        assert_type(result.seeds, tuple[int | None, ...])
        assert_type(await app.plan("image", prompt="a cat"), Plan)
        assert_type(await app.balance(), Mapping[str, Decimal | None])
        assert_type(app.schema("image"), dict[str, Any])


def refuse(error: SogniError, request: type[Request], project: Project) -> InputError:
    assert_type(error.retryable, bool)
    assert_type(error.may_charge_again, bool)
    assert_type(project.count, int)
    assert_type(request.model_config.get("frozen"), bool | None)
    return InputError.of([Problem("card.no", (), "No.")])


def test() -> None:
    check_plugin("stamps.plugin", builds_on=["devnet"])
    assert_type(call(["version", "--json"]), Called)
    assert_type(Endpoint("album", "http://localhost", "ws://localhost").password, str | None)
    network = MemoryNetwork()
    network.withhold(job=1, project=0)
    assert_type(call(["image", "a cat", "--json"], network=network).json, dict[str, Any])
    assert_type(network.projects[0].assets, dict[str, bytes])
    assert_type(facts_for("stamp").given, frozenset[str])
    assert_type(plan_of("stamp", network, motif="a fish").steps, tuple[PlannedStep, ...])
    sogni_core.open(network=network.endpoint)


def process(sogni_process: ProcessFactory) -> None:
    assert_type(sogni_process("image", "a cat", plugins=["stamps"]).exit_code, int)
