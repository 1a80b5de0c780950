"""The contract finds what an author can get wrong, and all of it at once."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from sogni_core.testing import check_plugin

HOOK = "from sogni_core.plugin import *\nfrom sogni_core.plugin import hookimpl\n@hookimpl\ndef "

MODE = """
from typing import Annotated
from sogni_core.project import Asset
from sogni_core.request import Argument, Fixed, Option, ImageOptions, Request
from sogni_core.result import Result
async def render(ctx, request):
    return Result()
class Stamp(Request):
    motif: Annotated[str, Argument("What the stamp shows.")]
"""


def _option(line: str) -> dict[str, str]:
    return {"mode": f"{MODE}    {line}\n"}


def _steps(*lines: str) -> dict[str, str]:
    body = "\n    ".join(lines)
    return {"mode": MODE.replace("    return Result()", f"    {body}\n    return Result()")}


def _hook(text: str) -> dict[str, str]:
    return {"plugin": HOOK + text}


CARD = """
from dataclasses import dataclass
from sogni_core.project import Project
@dataclass(frozen=True, kw_only=True)
class Card(Project):
    pages: int = 8
def key_frame(project, form):
    return {"pages": project.pages}
def estimate(project, network):
    return "/api/v2/job/estimate"
def placeholder(project, path):
    from sogni_core.media import image_placeholder
    return image_placeholder(project, path)
"""


def _medium(card: str = CARD, **changes: str) -> dict[str, str]:
    """Add a medium with everything right, but for the changes of its record and of its module."""
    record = {"formats": "{'png': 'image/png'}", "estimate": "'stamps.card:estimate'",
              "placeholder": "'stamps.card:placeholder'", "length": "'{pages} pages'",
              "project": "'stamps.card:Card'", "builder": "'stamps.card:key_frame'", **changes}  # fmt: skip
    given = ", ".join(f"{name}={value}" for name, value in record.items())
    return _hook(f"sogni_media():\n    return [Medium('card', {given})]") | {"card": card}


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "import error": ({"plugin": "import nothing_of_that_name"}, "No module named 'nothing_of_that_name'"),
    "exit on import": ({"plugin": "raise SystemExit"}, "importing stamps.plugin fails"),
    "prints on import": ({"plugin": "print('hello')"}, "importing stamps.plugin prints: 'hello"),
    "heavy import": ({"plugin": "import pydantic, httpx"}, "imports pydantic, httpx"),
    "imports its targets": (_hook("sogni_commands():\n    return [Command('stamps', 'x', 'stamps.commands:stamps')]")
                            | {"__init__": "import stamps.commands"}, "imports stamps.commands, the module of target"),
    "target in its own module": (_hook("sogni_commands():\n    return [Command('stamps', 'x', 'stamps.plugin:run')]"),
                                 "is in the plugin's own module"),
    "no hook": ({"plugin": "x = 1"}, "implements no hook"),
    "unknown hook": (_hook("sogni_moods():\n    return []"), "sogni_moods is no hook: did you mean sogni_modes?"),
    "wrong argument": (_hook("sogni_modes(host):\n    return []"), "sogni_modes: "),
    "raising hook": (_hook("sogni_modes():\n    return 1 / 0"), "ZeroDivisionError"),
    "a hook that is a coroutine": ({"plugin": HOOK.replace("def", "async def") + "sogni_modes():\n    return []"},
                                   "must return a list of records, not coroutine"),
    "generator": (_hook("sogni_modes():\n    yield 1"), "must return a list of records, not generator"),
    "forgotten return": (_hook("sogni_modes():\n    []"), "must return a list of records, not NoneType"),
    "wrong record": (_hook("sogni_modes():\n    return [Network('album', 'a:b')]"), "must return Mode records"),
    "wrong field": (_hook("sogni_modes():\n    return [Mode('x', 7, 'a:b')]"), "Mode.summary must be str"),
    "bad name": (_hook("sogni_modes():\n    return [Mode('X Y', 'x', 'a:b')]"), "Mode.name must look like"),
    "a name twice": (_hook("sogni_models():\n    return [Model('m'), Model('m')]"), "model 'm' is registered 2 times"),
    "a name of the core": (_hook("sogni_commands():\n    return [Command('balance', 'x', 'stamps.commands:stamps')]"),
                           "'balance' is claimed by core"),
    "a reserved network": (_hook("sogni_networks():\n    return [Network('fast', 'stamps.network:open_network')]"),
                           "'fast' is claimed by sogni-core"),
    "a reserved section": (_hook("sogni_settings():\n    return [Settings('network', 'stamps.settings:S')]"),
                           "'network' is claimed by sogni-core"),
    "a missing module": (_hook("sogni_validators():\n    return [Validator(('image',), 'stamps.gone:rule')]"),
                         "No module named 'stamps.gone'"),
    "a missing attribute": ({"rules": "x = 1"}, "has no attribute 'rule'"),
    "no request": ({"mode": MODE.replace("(Request)", "")}, "is not a subclass of sogni_core.request.Request"),
    "a workflow that is no coroutine": ({"mode": MODE.replace("async def", "def")}, "is not an async function"),
    "a workflow of one argument": ({"mode": MODE.replace("ctx, request", "ctx")}, "does not take two arguments"),
    "no workflow": (_hook("sogni_modes():\n    return [Mode('stamp', 'x', 'stamps.mode:Stamp')]"), "has no workflow"),
    "an unknown asset": (_hook("sogni_workflows():\n    return [Workflow('image', 'x', 'stamps.mode:render',"
                               " accepts=('contxt',))]"), "accepts 'contxt', which its mode's request has not"),
    "an unknown setting of a workflow": (
        _hook("sogni_workflows():\n    return [Workflow('image', 'x', 'stamps.mode:render', model_setting='no.key')]"),
        "names a setting that does not exist"),
    "a rule of one argument": ({"rules": "def rule(request): ..."}, "does not take two arguments, (request, facts)"),
    "a rule that is a coroutine": ({"rules": "async def rule(request, facts): ..."}, "is not a plain function"),
    "a setting without default": ({"settings": "from pydantic import BaseModel, Field\n"
                                   "class StampSettings(BaseModel):\n    paper: str = Field(description='x')\n"},
                                  "has no default for paper"),
    "a setting without description": ({"settings": "from pydantic import BaseModel\n"
                                       "class StampSettings(BaseModel):\n    paper: str = 'wove'\n"},
                                      "has no description of paper"),
    "settings that are no model": ({"settings": "class StampSettings: ..."}, "is not a pydantic model"),
    "settings beyond TOML": ({"settings": "from pydantic import BaseModel, Field\nclass StampSettings(BaseModel):\n"
                              "    paper: list[None] = Field(default=[None], description='x')\n"}, "fit into TOML"),
    "an OpenClaw key for nothing": ({"settings": "from pydantic import BaseModel, Field\n"
                                     "class StampSettings(BaseModel):\n    ink: str = Field('x', description='x')\n"},
                                    "has no field 'paper', which OpenClaw's 'stampPaper' should feed"),
    "an OpenClaw key for a secret": ({"settings": "from pydantic import BaseModel, Field, SecretStr\n"
                                      "class StampSettings(BaseModel):\n"
                                      "    paper: SecretStr | None = Field(None, description='x')\n"},
                                     "lets OpenClaw's 'stampPaper' feed 'paper', a secret"),
    "a command that is none": ({"commands": "stamps = 7"}, "is neither a function nor a typer app"),
    "a command typer cannot make": ({"commands": "def stamps(app, x: 'Gone'): ..."}, "sogni stamps --help fails"),
    "a network with arguments": ({"network": "def open_network(port): ..."}, "it may take settings and nothing else"),
    "a model of no medium": (_hook("sogni_models():\n    return [Model('m', media='smell')]"), "media must be one of"),
    "a model of no sampling": (_hook("sogni_models():\n    return [Model('m', sampling='x')]"), "sampling must be"),
    "a model of no workflow": (_hook("sogni_models():\n    return [Model('m', workflow='x')]"), "written mode:name"),
    "a field without marker": (_option("ink: str = 'blue'"), "field ink must be marked once"),
    "an option without help": (_option("ink: Annotated[str, Option('--ink', help='')] = ''"), "field ink has no help"),
    "an option without flag": (_option("ink: Annotated[str, Option(help='Ink.')] = ''"), "flags must not be empty"),
    "a flag that is none": (_option("ink: Annotated[str, Option('ink', help='Ink.')] = ''"), "ink: 'ink' is no flag"),
    "a flag of every command": (_option("ink: Annotated[bool, Option('-q', help='Ink.')] = False"),
                                "flag -q of ink is taken by every command"),
    "a flag twice": (
        {"mode": MODE.replace("(Request)", "(ImageOptions)")
         + "    wide: Annotated[str, Option('-w', help='Wide.')] = ''\n"},
        "flag -w belongs to wide and width"),
    "a reserved field": (_option("key: Annotated[str, Option('--key', help='Key.')] = ''"), "name that is taken"),
    "a setting that is not there": (_option("ink: Annotated[str, Option('--ink', help='Ink.', setting='stamp.ink')]"),
                                    "names a setting that does not exist"),
    "a default beside a setting": (
        _option("ink: Annotated[str, Option('--ink', help='Ink.', setting='stamp.paper')] = 'blue'"),
        "option ink has a default and the setting"),
    "a switch that fills nothing": (
        _option("last: Annotated[bool, Option('--last', help='Last.', fills='image')] = False"),
        "option last fills 'image', which is no field"),
    "a medium without formats": (_medium(formats="{}"), "must name at least one format"),
    "a format that is a path": (_medium(formats="{'../png': 'image/png'}"), "must name at least one format, such as"),
    "a format of no type": (_medium(formats="{'png': 'picture'}"), "Medium.formats must look like"),
    "a project that is none": (_medium(CARD.replace("(Project)", "")), "is not a subclass of sogni_core.project"),
    "a project that is missing": (_medium(project="'stamps.card:Gone'"), "medium card: project: Plugin stamps"),
    "a project of elsewhere": (_medium(CARD + "from sogni_core.project import AudioProject as Card\n"),
                               "is defined elsewhere: name it sogni_core.project:AudioProject"),
    "a project that is no dataclass": (_medium(CARD.replace("@dataclass(frozen=True, kw_only=True)", "")),
                                       "pages is not a field: decorate the class"),
    "a length of no field": (_medium(length="'{leaves} leaves'"), "the project has no field 'leaves'"),
    "a length with a brace too many": (_medium(length="'{pages'"), "length: ValueError"),
    "a length that cannot be formatted": (_medium(length="'{pages:s}'"), "the length of medium 'card' cannot be told"),
    "a builder that is missing": (_medium(builder="'stamps.card:gone'"), "builder: Plugin stamps"),
    "a builder that is a coroutine": (_medium(CARD.replace("def key", "async def key")), "is not a plain function"),
    "a builder of one argument": (_medium(CARD.replace("project, form", "project")), "does not take (project, form)"),
    "a builder that raises": (_medium(CARD.replace("project.pages}", "project.leaves}")), "has no attribute 'leaves'"),
    "a builder that returns a list": (_medium(CARD.replace("{\"pages\": project.pages}", "[]")),
                                      "key_frame returned list, not dict"),
    "a builder of what is no JSON": (_medium(CARD.replace("project.pages}", "{1}}")), "returned what is not JSON"),
    "an estimate of nothing": (_medium(CARD.replace('"/api/v2/job/estimate"', "None")), "returned NoneType, not str"),
    "a stand-in that says nothing": (_medium(CARD.replace("return image_placeholder", "image_placeholder")),
                                     "placeholder returned NoneType, not FileFacts"),
    "a decoder of two arguments": (_medium(decoder="'stamps.card:placeholder'"), "does not take (path)"),
    "a slot of no kind": (_medium(slots="{'referenceSmell': 'smell'}"), "must hold one of image, audio, video"),
    "a medium of the core's name": (_hook("sogni_media():\n    return [Medium('image', 'stamps.card:Card',"
                                          " 'stamps.card:key_frame', {'png': 'image/png'})]") | {"card": CARD},
                                    "medium 'image' is claimed by core"),
    "a project of the core": (_medium(project="'sogni_core.project:ImageProject'"),
                              "project class 'sogni_core.project:ImageProject' is claimed by core"),
    "an option and fixed": (
        _option("ink: Annotated[str, Fixed(), Option('--ink', help='Ink.')] = ''"), "it is marked 2 times"),
    "fixed to nothing": (_option("ink: Annotated[str, Fixed()]"), "needs a default, which is its value"),
    "the flag for plugin files": (_option("ink: Annotated[str, Option('--plugin', help='Ink.')] = ''"),
                                  "flag --plugin of ink is taken by every command"),
    "a table as an option": (_option("ink: Annotated[dict[str, int], Option('--ink', help='Ink.')] = {}"),
                             "field ink cannot be typed on a command line"),
    "a model as an option": ({"mode": MODE.replace("class Stamp", "from pydantic import BaseModel\n"
                              "class Ink(BaseModel):\n    red: int = 0\nclass Stamp")
                              + "    ink: Annotated[Ink | None, Option('--ink', help='Ink.')] = None\n"},
                             "field ink cannot be typed on a command line"),
    "lists of lists as an option": (
        _option("ink: Annotated[tuple[tuple[int, ...], ...], Option('--ink', help='Ink.')] = ()"),
        "field ink cannot be typed on a command line"),
    "a rule for no mode": (_hook("sogni_validators():\n    return [Validator(('imgae',), 'stamps.rules:rule')]"),
                           "applies to the mode 'imgae', which does not exist; did you mean 'image'?"),
    "a workflow for no mode": (_hook("sogni_workflows():\n    return [Workflow('stmp', 'x', 'stamps.mode:render')]"),
                               "workflow stmp:x: belongs to the mode 'stmp', which does not exist"),
    "a line about progress with no field": (
        _hook("sogni_workflows():\n    return [Workflow('image', 'x', 'stamps.mode:render', announces=('{motiv}',))]"),
        "announces or completes with 'motiv', which is not there"),
    "a line about outputs with no such name": (
        _hook("sogni_workflows():\n    return [Workflow('image', 'x', 'stamps.mode:render', completes='{of} done')]"),
        "announces or completes with 'of', which is not there"),
    "two steps under one key": (
        _steps("await ctx.submit(1, 'stamp')", "await ctx.submit(2, key='stamp')"),
        "gives two calls of ctx.submit the key 'stamp'"),
    "two steps to one output": (
        _steps("await ctx.submit(1, 'a', output=request.output)", "await ctx.submit(2, 'b', output=request.output)"),
        "saves two steps to the output request.output"),
    "a step that nobody waits for": (_steps("ctx.submit(1, 'a')"), "calls ctx.submit without await"),
    "a workflow that blocks": (
        _steps("import time", "time.sleep(1)"), "calls time.sleep (line 8), which blocks the event loop"),
    "a default that does not fit": (_option("ink: Annotated[int, Option('--ink', help='Ink.')] = 'blue'"),
                                    "field ink has a default that it does not accept: Input should be a valid integer"),
    "a default of a workflow for no option": (
        _hook("sogni_workflows():\n    return [Workflow('image', 'x', 'stamps.mode:render', defaults={'stpes': 7})]"),
        "has a default for 'stpes', which its mode's request has not: did you mean 'steps'?"),
    "a model of a workflow that is not there": (
        _hook("sogni_models():\n    return [Model('m', workflow='image:engrave')]"),
        "the mode 'image' has no workflow 'engrave'; it has "),
    "no JSON Schema": (_option("ink: Annotated[object, Option('--ink', help='Ink.')] = object"),
                       "its JSON Schema cannot be made"),
}  # fmt: skip


def test_a_good_plugin_passes(stamps: Any) -> None:
    check_plugin(stamps())


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        CARD.replace("pages: int = 8", "pages: int"),  # cannot be tried without knowing how many
        CARD.replace("return {", "from sogni_core.media import refusal\n    raise refusal('pages', 'x')\n    return {"),
    ],
    ids=["whole", "with a field that must be given", "with a builder that refuses"],
)
def test_a_good_medium_passes(stamps: Any, card: str) -> None:
    check_plugin(stamps(**_medium(card)))


def test_a_module_is_taken_as_well_as_its_name(stamps: Any) -> None:
    check_plugin(importlib.import_module(stamps()))


RIGHT = {
    "every kind that can be typed": (
        "ink: Annotated[tuple[Literal['red', 'blue'], ...], Option('--ink', help='Ink.')] = ()\n"
        "    size: Annotated[int | float | None, Option('--size', help='Size.')] = None\n"
        "    place: Annotated[Path | None, Option('--place', help='Place.')] = None\n"
        "    day: Annotated[datetime | None, Option('--day', help='Day.')] = None\n"
        "    pair: Annotated[tuple[int, int], Option('--pair', help='Pair.')] = (1, 2)\n"
        "    frame: Annotated[Asset | None, Option('--frame', help='Frame.')] = None\n"
        "    rest: Annotated[object, Option('--rest', help='Rest.')] = None"
    ),
    "a table that is read from text": (
        "ink: Annotated[dict[str, str], BeforeValidator(lambda text: {'ink': text}), Option('--ink', help='Ink.')] = {}"
    ),
    "a model that reads text": "ink: Annotated[Ink | None, Option('--ink', help='Ink.')] = None",
    "hidden and deprecated options": (
        "ink: Annotated[str, Option('--ink', help='Ink.', hidden=True)] = ''\n"
        "    dye: Annotated[str, Option('--dye', help='Dye.', deprecated='Use --ink instead.')] = ''"
    ),
    "a dropped option": "width: Annotated[int, Fixed()] = 512",
}

INK = """
from datetime import datetime
from pathlib import Path
from typing import Literal
from pydantic import BaseModel, BeforeValidator, model_validator

class Ink(BaseModel):
    name: str = ""

    @model_validator(mode="before")
    @classmethod
    def _text(cls, given):
        return {"name": given} if isinstance(given, str) else given
"""


@pytest.mark.parametrize("kind", RIGHT)
def test_nothing_wrong(kind: str, stamps: Any) -> None:
    mode = MODE.replace("(Request)", "(ImageOptions)") if "width" in RIGHT[kind] else MODE
    check_plugin(stamps(mode=f"{INK}{mode}    {RIGHT[kind]}\n"))


def test_a_rule_for_a_mode_of_a_plugin_that_may_be_missing(stamps: Any) -> None:
    check_plugin(stamps(**_hook("sogni_validators():\n    return [Validator(('video', '*'), 'stamps.rules:rule')]")))


def test_a_plugin_that_is_one_file(tmp_path: Path) -> None:
    file = tmp_path / "one_file.py"
    hook = "@hookimpl\ndef sogni_modes():\n    return [Mode('one-file', 'x', 'one_file:Stamp', 'one_file:render')]\n"
    file.write_text(f"from sogni_core.plugin import Mode, hookimpl\n{MODE}{hook}", "utf-8")
    check_plugin(file)
    file.write_text(f"from sogni_core.plugin import Mode, hookimpl\n{MODE}    ink: int = 1\n{hook}", "utf-8")
    with pytest.raises(AssertionError, match="field ink must be marked once"):
        check_plugin(file)
    file.write_text("import nothing_of_that_name", "utf-8")
    with pytest.raises(AssertionError, match="nothing_of_that_name"):
        check_plugin(file)
    with pytest.raises(AssertionError, match="there is no such file"):
        check_plugin(tmp_path / "gone.py")


@pytest.mark.parametrize("kind", WRONG)
def test_one_thing_wrong(kind: str, stamps: Any) -> None:
    modules, said = WRONG[kind]
    with pytest.raises(AssertionError) as caught:
        check_plugin(stamps(**modules))
    assert said in str(caught.value)


def test_everything_wrong_is_said_at_once(stamps: Any) -> None:
    name = stamps(
        plugin=HOOK + "sogni_moods():\n    return []\n@hookimpl\ndef sogni_modes():\n"
        "    return [Mode('stamp', 'x', 'stamps.mode:Stamp', 'stamps.mode:gone'), Mode('A B', 'x', 'a:b')]\n",
        mode=MODE + "    ink: str = 'x'\n    key: Annotated[str, Option('-q', help='x')] = ''\n",
    )
    with pytest.raises(AssertionError) as caught:
        check_plugin(name)
    said = str(caught.value)
    for finding in ("sogni_moods is no hook", "Mode.name must look like", "has no attribute 'gone'",
                    "field ink must be marked", "field key has a name", "flag -q of key"):  # fmt: skip
        assert finding in said


@pytest.mark.parametrize("plugin", ["sogni_core._builtin.plugin", "sogni_devnet.plugin", "sogni_postcard.plugin"])
def test_the_plugins_of_this_repository_pass(plugin: str) -> None:
    check_plugin(plugin)


def test_nobody_s_settings_are_read_or_changed(stamps: Any, sogni_home: Any) -> None:
    sogni_home.config_file.parent.mkdir(parents=True)
    sogni_home.config_file.write_text("this is no TOML", encoding="utf-8")
    check_plugin(stamps())
    assert sogni_home.config_file.read_text(encoding="utf-8") == "this is no TOML"


def test_a_plugin_is_checked_beside_those_it_builds_on(stamps: Any) -> None:
    name = stamps(**_option("style: Annotated[str, Option('--style', help='Style.', setting='postcard.style')]"))
    with pytest.raises(AssertionError, match="names a setting that does not exist"):
        check_plugin(name)
    check_plugin(name, builds_on=["postcard"])


SKILLS: dict[str, tuple[str | None, str]] = {
    "none there": (None, "stamps:skill.md cannot be read"),
    "no heading": ("Use it for stamps.\n", "does not begin with a heading"),
    "a heading of the second level": ("## Stamps\n\nUse it.\n", "does not begin with a heading"),
    "no word of its own": ("# Stamps\n\n## More\n\nUse it.\n", "says nothing before its first ##"),
    "too many words": ("# Stamps\n" + "\nUse it.\n" * 21, "has more than 40 lines before its first ##"),
    "an open code block": ("# Stamps\n\nUse it.\n\n```console\n$ sogni stamp\n", "has a code block that is not closed"),
    "no text": ("# Stamps\n\n\udcff", "stamps:skill.md cannot be read"),
}


def _with_skill(stamps: Any, folder: Path, text: str | None) -> str:
    good = (
        "sogni_modes():\n    return [Mode('stamp', 'Make a stamp.', 'stamps.mode:Stamp', 'stamps.mode:render',"
        " skill='stamps:skill.md')]"
    )
    name: str = stamps(**_hook(good), mode=MODE)
    if text is not None:
        (folder / "stamps" / "skill.md").write_text(text, "utf-8", "surrogateescape")
    return name


@pytest.mark.parametrize("kind", SKILLS)
def test_a_text_for_agents_that_does_not_fit(kind: str, stamps: Any, tmp_path: Path) -> None:
    text, said = SKILLS[kind]
    with pytest.raises(AssertionError) as caught:
        check_plugin(_with_skill(stamps, tmp_path, text))
    assert said in str(caught.value)


def test_a_text_for_agents_that_fits(stamps: Any, tmp_path: Path) -> None:
    text = "# Stamps\n\nUse it for stamps.\n\n```console\n$ sogni stamp bird\n```\n\n## First\n\nAlways.\n"
    check_plugin(_with_skill(stamps, tmp_path, text))
