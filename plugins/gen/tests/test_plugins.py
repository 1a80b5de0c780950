"""The flat command line and plugins: whose flag it is, what a third party's mode gets, what a missing one says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

HOOK = "from sogni_core.plugin import Mode, hookimpl\n\n@hookimpl\ndef sogni_modes():\n    return [{modes}]\n"

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
    install()
    plugins = ("stamps", "video", "photobooth", "devnet")
    assert gen("--video", "--stamp", "x", plugins=plugins).stderr == (
        "Error: --video cannot be combined with --stamp.\n"
    )
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
    "field",
    ['tall: Annotated[bool, Option("--tall", "-w", help="Tall.")] = False',
     'json: Annotated[str, Option("--json", help="Twice.")] = ""'],
)  # fmt: skip
def test_a_flag_that_means_something_else_already_keeps_its_meaning(install: Install, gen: Any, field: str) -> None:
    install(fields=field)
    assert gen("x", "-w", 256, "--json").json["width"] == 256
    assert gen("x", "--json=5").stderr.startswith("Error: Unknown option: --json=5\n")
    if "-w" in field:
        found = gen("--stamp", "x", "-w", 256, "--json").json
        assert found["errorCode"] == "PLUGIN_CONFLICT"
        assert "-w of mode 'stamp' of plugin stamps (sogni-stamps" in found["error"]
        assert gen("--stamp", "x", "--tall").exit_code == 0


@pytest.mark.parametrize(
    ("flag", "argv"), [("-w", ("x", "-w", "256")), ("--ref", ("--video", "--ref", "face.png", "x"))]
)
def test_a_plugin_that_comes_first_by_name_takes_nothing_from_others(
    install: Install, gen: Any, folder: Path, flag: str, argv: tuple[str, ...]
) -> None:
    """A flag means what it means to the mode that is asked for, whatever other plugins make of it."""
    Image.new("RGB", (512, 512)).save(folder / "face.png")
    install("aaa", modes=STAMP.format("aaa"), fields=f'tall: Annotated[bool, Option("{flag}", help="Tall.")] = False')
    called = gen(*argv, "--json", plugins=("aaa", "video", "devnet"))
    assert called.exit_code == 0, called
    assert called.json["width"] == (256 if flag == "-w" else 512)


def test_what_a_plugin_prints_is_not_the_answer(install: Install, gen: Any) -> None:
    install(mode=MODE.format(fields=PERFORATED).replace("    asked =", '    print("engraving")\n    asked ='))
    called = gen("--stamp", "x", "--json")
    assert called.json["success"] is True
    assert "engraving" in called.stderr.splitlines()


@pytest.mark.parametrize("own", ["--no-filter", "--last-image", "-w"])
def test_an_option_of_another_mode_does_not_ask_for_this_one(install: Install, gen: Any, devnet: Any, own: str) -> None:
    """Who pays for an image is not given, and charged for, something else because a plugin was installed."""
    install(modes=STAMP.format("stamps").replace('"--stamp"', f'"--stamp", "{own}"'))
    argv = ("x", own, *(["512"] if own == "-w" else []), "--json")
    called = gen(*argv)
    assert called.exit_code == 0 or called.json["errorCode"] == "NO_LAST_RENDER"
    assert [sent["keyFrames"][0]["positivePrompt"] for sent in devnet.job_requests] in ([], ["x"])
    made = gen("--stamp", *argv) if own == "-w" else gen("--stamp", "x", "--json")
    assert made.exit_code == 0, made
    assert devnet.job_requests[-1]["keyFrames"][0]["positivePrompt"] == "a stamp of x"


def test_a_number_of_one_mode_may_be_a_word_of_another(install: Install, gen: Any) -> None:
    install(fields='steps: Annotated[str, Option("--steps", help="Of the stair.")] = ""')
    assert gen("--steps", "steep", "--stamp", "x").exit_code == 0
    assert gen("--steps", "steep", "x").stderr == "Error: --steps must be an integer.\n"


ODD = {
    "a flag that is no text": ("""a: Annotated[bool, Option(1, help="A.")] = False""", "Option.flags must be"),
    "no flag": ("""a: Annotated[str, Option(help="A.")] = ''""", "Option.flags must not be empty"),
    "a flag that cannot be typed": ("""a: Annotated[str, Option("a", help="A.")] = ''""", "'a' is no flag"),
    "two flags in one": ("""a: Annotated[str, Option("--a b", help="A.")] = ''""", "'--a b' is no flag"),
    "a help that is no text": ("""a: Annotated[str, Option("--aa", help=5)] = ''""", "Option.help must be str, not 5"),
    "a separator": ("""a: Annotated[str, Option("--aa", help="A.", separator=5)] = ''""", "Option.separator must be"),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_option_that_cannot_be_read_takes_its_own_mode_down(install: Install, gen: Any, odd: str) -> None:
    field, reason = ODD[odd]
    install(fields=field)
    found = gen("--stamp", "x", "--json").json
    assert found["errorCode"] == "PLUGIN_HOOK"
    assert "sogni-stamps" in found["error"] and f"Stamp.a: {reason}" in found["error"]
    assert gen("x").exit_code == 0
    assert "--stamp" not in gen("--help").stdout


RAISING = {
    "settled": "def settled(self, facts):\n        raise ValueError('boom')",
    "model": "@pydantic.model_validator(mode='before')\n    def look(values):\n        raise TypeError('boom')",
}


@pytest.mark.parametrize("what", RAISING)
def test_a_request_that_raises_is_its_plugins_error(install: Install, gen: Any, devnet: Any, what: str) -> None:
    install(mode="import pydantic\n" + MODE.format(fields=RAISING[what]))
    found = gen("--stamp", "x", "--json").json
    assert (found["errorCode"], devnet.requests) == ("PLUGIN_HOOK", [])
    assert "stamps (sogni-stamps" in found["error"] and "boom" in found["error"]


def test_what_went_wrong_with_a_run_is_told_though_the_request_cannot_tell_of_itself(
    install: Install, gen: Any, devnet: Any
) -> None:
    install(fields="def described(self, workflow):\n        raise ValueError('boom')")
    devnet.faults.add("job_error", times=None)
    found = gen("--stamp", "x", "--json").json
    assert (found["error"], found["context"]["width"]) == ("The worker failed", 512)


def test_a_setting_that_is_not_there_leaves_the_rest_of_the_help(install: Install, gen: Any) -> None:
    install(fields='a: Annotated[str, Option("--aa", help="A.", setting="stamps.a")]')
    called = gen("--help")
    assert called.exit_code == 0
    assert "Cannot be shown. Plugin stamps (sogni-stamps" in " ".join(called.stdout.split())
    assert "stamps.a" in called.stdout and "--starting-image" in called.stdout


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
    assert called.json["hint"] == f"Install it with: sogni plugins add {extra}"
    assert f"sogni plugins add {extra}" in " ".join(gen("--help", plugins=("devnet",)).stdout.split())
    assert devnet.requests == []
