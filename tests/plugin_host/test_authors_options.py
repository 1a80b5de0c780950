"""Options of every type that pydantic can write as JSON: typed on a command line, run, remembered, and resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sogni_core.settings.paths import Paths

from .conftest import Install

MODULE = """
import datetime as dt, enum, uuid
from decimal import Decimal
from typing import Annotated, Literal
from pydantic import BaseModel, Field, computed_field
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result

class Tone(enum.Enum):
    warm = "w"
    cold = "c"

class Level(enum.IntEnum):
    low = 1
    high = 2

class Place(BaseModel):
    city: str
    since: dt.date

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]
    tone: Annotated[Tone, Option("--tone", help="Tone.")] = Tone.cold
    tones: Annotated[frozenset[Tone], Option("--tones", help="Tones.", separator=",")] = frozenset()
    level: Annotated[Level | None, Option("--level", help="Level.")] = None
    side: Annotated[Literal[1, 2] | None, Option("--side", help="Side.")] = None
    at: Annotated[dt.datetime | None, Option("--at", help="When.")] = None
    day: Annotated[dt.date | None, Option("--day", help="Day.")] = None
    clock: Annotated[dt.time | None, Option("--clock", help="Time.")] = None
    long: Annotated[dt.timedelta | None, Option("--long", help="How long.")] = None
    stake: Annotated[Decimal, Field(ge=0), Option("--stake", help="Stake.")] = Decimal("0.10")
    ident: Annotated[uuid.UUID | None, Option("--ident", help="Id.")] = None
    place: Annotated[Place | None, Option("--place", help="Place.")] = None
    exact: Annotated[dt.date | None, Field(strict=True), Option("--exact", help="A day, typed.")] = None

    @computed_field
    @property
    def century(self) -> int:
        return 21

async def render(ctx, request):
    project = ImageProject.of(request, prompt=f"{request.prompt} {request.tone.value} {request.stake}")
    outcome = await ctx.submit(project, key="image", output=request.output)
    said = {"tone": request.tone, "at": request.at, "stake": request.stake, "byTone": {request.tone: request.ident}}
    return Result.of(outcome, extra={"said": said})
"""

TYPED = {
    "--tone": "w",
    "--tones": "w,c",
    "--level": "2",
    "--side": "1",
    "--at": "2026-12-31T18:00:00Z",
    "--day": "2026-12-31",
    "--clock": "18:00",
    "--long": "01:30:00",
    "--stake": "0.1000000000000000000001",
    "--ident": "6f1e3a0e-7f5b-4c1c-8d3a-0123456789ab",
}

EASY = {"prompt": "x", "model": "z_image_turbo_bf16"}

SAID = {
    "tone": "w",
    "tones": ["c", "w"],
    "level": 2,
    "side": 1,
    "at": "2026-12-31T18:00:00Z",
    "day": "2026-12-31",
    "clock": "18:00:00",
    "long": "PT1H30M",
    "stake": "0.1000000000000000000001",
    "ident": "6f1e3a0e-7f5b-4c1c-8d3a-0123456789ab",
}


@pytest.fixture
def typed(install: Install, sogni_cli: Any, devnet: Any) -> Callable[..., Any]:
    """Return the program with the plugin whose options have these types."""
    install("types", files={"mode": MODULE})

    def call(*argv: Any) -> Any:
        return sogni_cli(*argv, plugins=["types"], environ=devnet.environ)

    return call


def argv(tmp_path: Path) -> list[str]:
    words = [word for pair in TYPED.items() for word in pair]
    return ["types", "a cat", "-m", "z_image_turbo_bf16", *words, "-o", str(tmp_path / "cat.png"), "--json"]


def test_options_of_every_type_can_be_typed_run_remembered_and_resumed(
    typed: Callable[..., Any], devnet: Any, tmp_path: Path
) -> None:
    called = typed(*argv(tmp_path))
    assert called.exit_code == 0, called
    first = called.json
    assert {name: first[name] for name in SAID} == SAID
    said = {"w": "6f1e3a0e-7f5b-4c1c-8d3a-0123456789ab"}
    assert first["said"] == {"tone": "w", "at": SAID["at"], "stake": SAID["stake"], "byTone": said}
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "a cat w 0.1000000000000000000001"
    kept = json.loads(Paths.of(os.environ).last_render.read_text("utf-8"))
    assert {name: kept[name] for name in SAID} == SAID

    shown = typed("show", first["runId"], "--json").json["request"]
    assert {name: shown[name] for name in SAID} == SAID
    again = typed("resume", first["runId"], "--json")
    assert again.exit_code == 0, again
    first["cost"].pop("left")  # of the balance: a run that sends nothing does not hear of it
    assert again.json == first
    assert len(devnet.job_requests) == 1


def test_a_plan_writes_the_same_forms(typed: Callable[..., Any], devnet: Any, tmp_path: Path) -> None:
    plan = typed(*argv(tmp_path), "--dry-run").json
    assert {name: plan[name] for name in SAID} == SAID
    assert devnet.job_requests == []


@pytest.mark.anyio
async def test_they_can_be_given_typed_and_models_too(
    install: Install, sogni_app: Any, devnet: Any, tmp_path: Path
) -> None:
    install("types", files={"mode": MODULE})
    from sogni_types.mode import Level, Place, Tone  # type: ignore[import-not-found]

    async with sogni_app(plugins=["types"], environ=devnet.environ) as app:
        place = Place(city="Lisbon", since="2020-01-02")
        result = await app.run("types", **EASY, tone=Tone.warm, level=Level.low, place=place, exact=date(2026, 12, 31))
        assert result.as_json()["place"] == {"city": "Lisbon", "since": "2020-01-02"}
        assert json.loads(json.dumps(result.as_json()))["level"] == 1
        again = await app.resume(result.run_id)
    assert replace(again, cost=None).as_json() == replace(result, cost=None).as_json()


@pytest.mark.parametrize(
    ("flag", "value", "message"),
    [
        ("--tone", "hot", '--tone must be "w" or "c".'),
        ("--level", "3", '--level must be "1" or "2".'),
        ("--at", "soon", "--at must be a date and time, such as 2026-12-31T18:00."),
        ("--day", "soon", "--day must be a date, such as 2026-12-31."),
        ("--clock", "soon", "--clock must be a time, such as 18:00."),
        ("--long", "soon", "--long must be a duration, such as 01:30:00."),
        ("--stake", "dear", "--stake must be a number."),
        ("--ident", "me", "--ident must be a UUID."),
    ],
)
def test_what_does_not_fit_is_said(typed: Callable[..., Any], flag: str, value: str, message: str) -> None:
    called = typed("types", "x", flag, value, "--json")
    assert (called.exit_code, called.json["error"]) == (2, message)


def test_help_shows_defaults_as_they_are_typed(typed: Callable[..., Any]) -> None:
    text = " ".join(typed("types", "--help").stdout.split())
    assert "Tone. [default: c]" in text
    assert "Stake. [default: 0.10]" in text


def test_a_type_without_a_json_form_is_named_before_anything_is_paid(
    install: Install, sogni_cli: Any, devnet: Any
) -> None:
    mode = MODULE.replace(
        "class Asked(ImageOptions):",
        "class Thing:\n    pass\n\nclass Asked(ImageOptions):\n"
        '    model_config = {"arbitrary_types_allowed": True}\n'
        '    thing: Annotated[Thing, Option("--thing", help="Thing.")] = Thing()',
    )
    install("types", files={"mode": mode})
    typed = ("types", "x", "-m", EASY["model"], "--json")
    for extra in ([], ["--dry-run"]):
        called = sogni_cli(*typed, *extra, plugins=["types"], environ=devnet.environ)
        assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK"), called
        assert "sogni-types 3.1" in called.json["error"]
        assert "Asked" in called.json["error"]
    assert devnet.job_requests == []
