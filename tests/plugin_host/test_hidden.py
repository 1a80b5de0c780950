"""Options and modes that are hidden or deprecated, and inherited options that a mode has dropped."""

from __future__ import annotations

from typing import Any

import pytest

MODES = """
@hookimpl
def sogni_modes():
    return [
        Mode("stamp", "Make a stamp.", "{package}.mode:Stamp", "{package}.mode:render"),
        Mode("secret", "Make a secret.", "{package}.mode:Stamp", "{package}.mode:render",
             hidden=True, flat=("--secret",)),
        Mode("seal", "Make a seal.", "{package}.mode:Stamp", "{package}.mode:render",
             deprecated="Use stamp instead.", flat=("--seal",)),
    ]
"""

STAMP = """
from typing import Annotated
from sogni_core.request import Argument, Fixed, ImageFormat, ImageOptions, Option

class Stamp(ImageOptions):
    motif: Annotated[str, Argument("What it shows.")]
    ink: Annotated[str, Option("--ink", help="Ink.")] = "blue"
    dye: Annotated[str, Option("--dye", help="Dye.", deprecated="Use --ink instead.")] = ""
    gum: Annotated[str, Option("--gum", help="Gum.", hidden=True)] = "arabic"
    glue: Annotated[bool, Option("--glue/--no-glue", help="Glue.", hidden=True)] = False
    steps: Annotated[int | None, Fixed()] = 6
    sampler: Annotated[str | None, Fixed()] = None
    output_format: Annotated[ImageFormat | None, Fixed()] = "jpg"

class Perforated(Stamp):
    holes: Annotated[int, Option("--holes", help="Holes.")] = 12
    sampler: Annotated[str | None, Option("--sampler", help="Sampler.")] = None

async def render(ctx, request):
    return await ctx.run("image", prompt=f"{request.dye or request.ink} {request.gum}", **request.image_fields())
"""

PLAN = ("--network", "devnet", "--dry-run", "--json")


@pytest.fixture
def stamp(install: Any) -> None:
    install("stamp", MODES, files={"mode": STAMP})


@pytest.mark.usefixtures("stamp")
def test_a_hidden_option_works_and_is_not_shown(sogni_cli: Any, sogni_gen: Any) -> None:
    plan = sogni_cli("stamp", "x", "--gum", "cherry", "--glue", *PLAN)
    assert plan.json["projects"][0]["prompt"] == "blue cherry"
    shown = (
        sogni_cli("stamp", "--help").stdout,
        sogni_cli("schema", "stamp").stdout,
        sogni_cli("skill", "--json").stdout,
        sogni_gen("--help").stdout,
    )
    for text in shown:
        assert "--gum" not in text and "--glue" not in text and '"gum"' not in text
    assert "--ink" in shown[0] and "--ink" in shown[1] and "--ink" in shown[2]
    unknown = sogni_cli("stamp", "x", "--gumm", "y", "--json")
    assert unknown.exit_code == 2


@pytest.mark.usefixtures("stamp")
def test_a_hidden_mode_works_and_is_not_shown(sogni_cli: Any, sogni_gen: Any, devnet: Any) -> None:
    assert sogni_cli("secret", "x", *PLAN).json["mode"] == "secret"
    assert sogni_cli("schema", "secret").json["title"] == "secret"
    assert sogni_cli("secret", "--help").exit_code == 0
    assert "stamp" in sogni_cli("schema").json and "secret" not in sogni_cli("schema").json
    for text in (sogni_cli("--help").stdout, sogni_cli("skill", "--json").stdout, sogni_gen("--help").stdout):
        assert "secret" not in text
    assert sogni_cli("secrt", "x", "--json").json.get("hint") != "Did you mean 'secret'?"
    called = sogni_gen("--secret", "x", "--json", environ=devnet.environ)
    assert called.exit_code == 0, called
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "blue arabic"


@pytest.mark.usefixtures("stamp")
def test_a_deprecated_option_warns_once_and_says_what_to_use(sogni_cli: Any) -> None:
    plan = sogni_cli("stamp", "x", "--dye", "red", *PLAN)
    assert plan.json["projects"][0]["prompt"] == "red arabic"
    assert plan.json["warnings"] == ["--dye is deprecated: Use --ink instead."]
    assert sogni_cli("stamp", "x", *PLAN).json["warnings"] == []
    assert "Dye. Deprecated: Use --ink instead." in " ".join(sogni_cli("stamp", "--help").stdout.split())
    properties = sogni_cli("schema", "stamp").json["properties"]
    assert properties["dye"]["deprecated"] is True
    assert properties["dye"]["description"] == "Dye. Deprecated: Use --ink instead."
    assert "deprecated" not in properties["ink"]
    assert "Use --ink instead." in sogni_cli("skill", "--json").stdout


@pytest.mark.usefixtures("stamp")
def test_a_run_with_a_deprecated_option_warns_once(sogni_cli: Any, devnet: Any) -> None:
    called = sogni_cli("seal", "x", "--dye", "red", environ=devnet.environ)
    assert called.exit_code == 0
    assert called.stderr.count("seal is deprecated: Use stamp instead.") == 1
    assert called.stderr.count("--dye is deprecated: Use --ink instead.") == 1


@pytest.mark.usefixtures("stamp")
def test_a_deprecated_mode_is_marked(sogni_cli: Any, sogni_gen: Any) -> None:
    assert sogni_cli("seal", "x", *PLAN).json["warnings"] == ["seal is deprecated: Use stamp instead."]
    assert "(deprecated) Make a seal." in sogni_cli("--help").stdout
    assert "Make a seal. Deprecated: Use stamp instead." in " ".join(sogni_cli("seal", "--help").stdout.split())
    schema = sogni_cli("schema", "seal").json
    assert schema["deprecated"] is True
    assert schema["description"] == "Make a seal. Deprecated: Use stamp instead."
    assert "deprecated" not in sogni_cli("schema", "stamp").json
    assert "Use stamp instead." in sogni_cli("skill", "--json").stdout
    assert "Deprecated: Use stamp instead." in " ".join(sogni_gen("--help").stdout.split())


@pytest.mark.usefixtures("stamp")
def test_an_option_that_is_dropped_has_the_value_that_the_mode_gives_it(sogni_cli: Any, devnet: Any) -> None:
    plan = sogni_cli("stamp", "x", *PLAN).json
    assert plan["projects"][0]["steps"] == 6
    assert "steps" not in plan
    run = sogni_cli("stamp", "x", "-m", "flux1-schnell-fp8", environ=devnet.environ)
    assert run.exit_code == 0, run
    assert devnet.job_requests[0]["outputFormat"] == "jpg"
    assert devnet.job_requests[0]["keyFrames"][0]["steps"] == 6


@pytest.mark.parametrize("flag", ["--steps", "--sampler", "--output-format"])
@pytest.mark.usefixtures("stamp")
def test_an_option_that_is_dropped_is_nowhere(flag: str, sogni_cli: Any) -> None:
    called = sogni_cli("stamp", "x", flag, "7", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (2, "INVALID_ARGUMENT")
    assert f"{flag} " not in sogni_cli("stamp", "--help").stdout
    assert flag.strip("-").replace("-", "_") not in sogni_cli("schema", "stamp").json["properties"]


@pytest.mark.anyio
@pytest.mark.usefixtures("stamp")
async def test_an_option_that_is_dropped_cannot_be_given_from_python(sogni_app: Any) -> None:
    from sogni_core.errors import InputError

    async with sogni_app() as app:
        with pytest.raises(InputError, match="Unknown option 'steps'"):
            await app.plan("stamp", motif="x", steps=5, network="devnet")


def test_a_subclass_can_take_a_dropped_option_back(install: Any, sogni_cli: Any) -> None:
    install("stamp", MODES.replace("mode:Stamp", "mode:Perforated"), files={"mode": STAMP})
    properties = sogni_cli("schema", "stamp").json["properties"]
    assert "sampler" in properties
    assert "steps" not in properties
    assert sogni_cli("stamp", "x", "--sampler", "euler", *PLAN).exit_code == 0


def test_a_dropped_option_without_a_value_is_the_plugin_s_mistake(install: Any, sogni_cli: Any) -> None:
    install("stamp", MODES, files={"mode": STAMP.replace("Fixed()] = 6", "Fixed()]")})
    called = sogni_cli("stamp", "x", *PLAN)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert "Stamp.steps: a field marked as Fixed needs a default" in called.json["error"]
