"""The flat command line and plugins: whose flag it is, what a third party's mode gets, what a missing one says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HOOK = "from sogni_core.plugin import Clash, Mode, hookimpl\n\n@hookimpl\ndef sogni_modes():\n    return [{modes}]\n"

MODE = """
from typing import Annotated
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result

class Stamp(ImageOptions):
    motif: Annotated[str, Argument("What the stamp shows.", missing="Say what the stamp shows.")]
    {fields}

async def engrave(ctx, request):
    asked = ImageProject(model="z_image_turbo_bf16", prompt=f"a stamp of {{request.motif}}", width=request.width,
                         height=request.height, count=request.count, seed=request.seed)
    return Result.of(await ctx.submit(asked, key="stamp", output=request.output))
"""

STAMP = 'Mode("stamp", "Make a stamp.", request="{0}.mode:Stamp", workflow="{0}.mode:engrave", flat=("--stamp",))'

PERFORATED = 'perforated: Annotated[bool, Option("--perforated/--cut", help="With teeth.")] = True'

Install = Callable[..., None]


@pytest.fixture
def install(sogni_site: Callable[..., Path]) -> Install:
    """Install a plugin with one mode, or with what is said otherwise."""

    def do(name: str = "stamps", modes: str = "", fields: str = PERFORATED, mode: str = MODE) -> None:
        files = {
            f"{name}/__init__.py": "",
            f"{name}/plugin.py": HOOK.format(modes=modes or STAMP.format(name)),
            f"{name}/mode.py": mode.format(fields=fields) if mode is MODE else mode,
        }
        sogni_site(f"sogni-{name}", plugins={name: f"{name}.plugin"}, files=files)

    return do


@pytest.fixture
def gen(sogni_gen: Any, devnet: Any, folder: Path) -> Callable[..., Any]:
    def call(*argv: Any, plugins: tuple[str, ...] = ("stamps", "devnet")) -> Any:
        return sogni_gen(*map(str, argv), plugins=plugins, environ=devnet.environ)

    return call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_third_party_s_mode_claims_a_flag_and_needs_nothing_else(install: Install, gen: Any, devnet: Any) -> None:
    install()
    called = gen("--stamp", "a bird", "--cut", "-n", 2, "-o", "s.png", "--json")
    assert called.exit_code == 0, called
    assert len(called.json["localPaths"]) == 2
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "a stamp of a bird"
    shown = gen("--help").stdout
    assert "--stamp" in shown and "Make a stamp." in shown and "--perforated/--cut" in shown
    assert gen("--stamp", "--json").json["error"] == "Say what the stamp shows."
    assert gen("--cut", "a bird", "--json").json["error"] == "--cut requires --stamp."
    assert len(devnet.job_requests) == 1


def test_it_says_what_it_does_not_go_with(install: Install, gen: Any) -> None:
    own = STAMP.format("stamps").removesuffix(")") + ', clashes=(Clash("video", "A stamp stands still."),))'
    install(modes=own)
    plugins = ("stamps", "video", "photobooth", "devnet")
    assert gen("--video", "--stamp", "x", plugins=plugins).stderr == "Error: A stamp stands still.\n"
    called = gen("--photobooth", "--ref", "face.jpg", "--stamp", "x", plugins=plugins)
    assert called.stderr.splitlines()[0] == "Error: Failed to read media file: face.jpg"
    called = gen("--photobooth", "--stamp", "x", plugins=plugins)
    assert called.stderr == "Error: --photobooth cannot be combined with --stamp.\n"


def test_a_flag_that_two_claim_belongs_to_neither(install: Install, gen: Any, devnet: Any) -> None:
    install()
    install("seals", modes=STAMP.format("seals").replace('"stamp"', '"seal"'))
    plugins = ("stamps", "seals", "devnet")
    found = gen("--stamp", "x", "--json", plugins=plugins).json
    assert found["errorCode"] == "PLUGIN_CONFLICT"
    assert "sogni-stamps" in found["error"] and "sogni-seals" in found["error"]
    assert found["hint"] == "Use sogni seal or sogni stamp."
    assert gen("x", plugins=plugins).exit_code == 0


@pytest.mark.parametrize(
    "field", ['tall: Annotated[bool, Option("--tall", "-w", help="Tall.")] = False',
              'json: Annotated[str, Option("--json", help="Twice.")] = ""']
)  # fmt: skip
def test_a_flag_that_means_something_else_already_keeps_its_meaning(install: Install, gen: Any, field: str) -> None:
    install(fields=field)
    assert gen("x", "-w", 256, "--json").json["width"] == 256
    if "-w" in field:
        found = gen("--stamp", "x", "-w", 256, "--json").json
        assert found["errorCode"] == "PLUGIN_CONFLICT"
        assert "-w of mode 'stamp' of plugin stamps (sogni-stamps" in found["error"]
        assert gen("--stamp", "x", "--tall").exit_code == 0


def test_a_mode_that_does_not_load_takes_its_own_flags_down(install: Install, gen: Any) -> None:
    install(mode="import nowhere_at_all\n")
    found = gen("--stamp", "x", "--json").json
    assert found["errorCode"] == "PLUGIN_IMPORT"
    assert "sogni-stamps" in found["error"] and "nowhere_at_all" in found["error"]
    assert gen("x").exit_code == 0


@pytest.mark.parametrize(
    ("argv", "extra"),
    [
        (("--video", "x"), "video"),
        (("-v", "x"), "video"),
        (("--photobooth", "--ref", "face.jpg", "x"), "photobooth"),
        (("--ref", "face.jpg", "--photobooth", "x"), "photobooth"),
        (("x", "-c", "a.png", "--angles-360"), "multiangle"),
        (("--azimuth", "front", "--multi-angle", "-c", "a.png"), "multiangle"),
    ],
)
def test_a_flag_of_a_plugin_that_is_not_installed_answers_with_the_line_to_type(
    gen: Any, devnet: Any, argv: tuple[str, ...], extra: str
) -> None:
    called = gen(*argv, "--json", plugins=("devnet",))
    assert called.exit_code == 1
    assert called.json["errorCode"] == "PLUGIN_NOT_INSTALLED"
    assert called.json["hint"] == f'Install it with: pip install "sogni-core[{extra}]"'
    assert f'pip install "sogni-core[{extra}]"' in gen("--help", plugins=("devnet",)).stdout
    assert devnet.requests == []
