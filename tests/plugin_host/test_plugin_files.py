"""Plugins that are one file: by ``SOGNI_PLUGIN_PATH``, by ``--plugin``, and from Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core import open as open_app
from sogni_core._host.host import CORE_PLUGIN, PluginHost

CARD = """
from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from sogni_core.problem import Problem
from sogni_core.plugin import Command, Mode, Settings, Validator, hookimpl
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Report, Result


@hookimpl
def sogni_modes():
    return [Mode("{name}", "Make a card.", request="{stem}:Card", workflow="{stem}:render", skill="{stem}:card.md")]


@hookimpl
def sogni_settings():
    return [Settings("{stem}", "{stem}:Table")]


@hookimpl
def sogni_validators():
    return [Validator(("{name}",), "{stem}:no_rome")]


@hookimpl
def sogni_commands():
    return [Command("{name}-count", "Count cards.", "{stem}:count")]


class Table(BaseModel):
    ink: Annotated[str, Field(description="Ink.")] = "blue"


class Card(ImageOptions):
    place: Annotated[str, Argument("Place.")]
    ink: Annotated[str, Option("--ink", help="Ink.", setting="{stem}.ink")]


async def render(ctx, request: Card) -> Result:
    return await ctx.run("image", prompt=f"{request.ink} card of {request.place}", **request.image_fields())


def no_rome(request, facts):
    return [Problem("card.rome", ("place",), "Not Rome.")] if request.place == "Rome" else []


def count(app) -> Report:
    return Report({"type": "count", "cards": 0}, "none")
"""

PLAN = ("--network", "devnet", "--dry-run", "--json")

Write = Callable[..., Path]


@pytest.fixture
def card(tmp_path: Path) -> Write:
    """Write a plugin file; returns its path."""

    def write(file: str = "my_card.py", text: str = CARD) -> Path:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        stem = path.stem
        path.write_text(text.replace("{stem}", stem).replace("{name}", stem.replace("_", "-")), "utf-8")
        return path

    return write


def _prompt(called: Any) -> str:
    assert called.exit_code == 0, called
    return str(called.json["projects"][0]["prompt"])


@pytest.mark.parametrize(
    "argv",
    [
        ["--plugin", "FILE", "my-card", "Lisbon", *PLAN],
        ["my-card", "Lisbon", "--plugin", "FILE", *PLAN],
        ["my-card", "--plugin=FILE", "Lisbon", *PLAN],
        ["--json", "--plugin", "FILE", "-q", "my-card", "Lisbon", "--network", "devnet", "--dry-run"],
        ["call", "my-card:my-card", "Lisbon", *PLAN, "--plugin", "FILE"],
    ],
)
def test_a_file_that_is_named_on_the_command_line(argv: list[str], card: Write, sogni_cli: Any) -> None:
    file = str(card())
    assert _prompt(sogni_cli(*(word.replace("FILE", file) for word in argv))) == "blue card of Lisbon"
    assert sogni_cli("my-card", "Lisbon", *PLAN).exit_code == 2


def test_several_files(card: Write, sogni_cli: Any) -> None:
    one, two = card("one.py"), card("two.py")
    given = ("--plugin", one, "--plugin", two)
    for name in ("one", "two"):
        assert _prompt(sogni_cli(name, "Lisbon", *PLAN, *given)) == "blue card of Lisbon"
    listed = sogni_cli(*given, "--help").stdout
    assert "one " in listed and "two-count" in listed


def test_what_follows_two_hyphens_is_no_plugin(card: Write, sogni_cli: Any) -> None:
    called = sogni_cli("image", *PLAN, "--", "--plugin")
    assert _prompt(called) == "--plugin"


def test_everything_of_a_file_works(card: Write, sogni_cli: Any, tmp_path: Path) -> None:
    path = {"SOGNI_PLUGIN_PATH": str(card())}
    (tmp_path / "card.md").write_text("# my-card: cards\n\nUse it for cards.\n", "utf-8")
    assert sogni_cli("my-card-count", "--json", environ=path).json["cards"] == 0
    refused = sogni_cli("my-card", "Rome", *PLAN, environ=path)
    assert (refused.exit_code, refused.json["error"]) == (2, "Not Rome.")
    red = {**path, "SOGNI_MY_CARD__INK": "red"}
    assert _prompt(sogni_cli("my-card", "Lisbon", *PLAN, environ=red)) == "red card of Lisbon"
    assert "--ink" in sogni_cli("my-card", "--help", environ=path).stdout
    assert sogni_cli("schema", "my-card", environ=path).json["properties"]["ink"]["x-setting"] == "my_card.ink"
    assert "Use it for cards." in sogni_cli("skill", environ=path).stdout
    row = sogni_cli("plugins", "--json", environ=path).json["plugins"][-1]
    assert (row["name"], row["distribution"], row["version"]) == ("my-card", None, None)
    assert row["file"] == path["SOGNI_PLUGIN_PATH"]
    assert row["failure"] is None and row["broken"] == []


def test_a_run_of_a_file(card: Write, sogni_cli: Any, devnet: Any, tmp_path: Path) -> None:
    called = sogni_cli("my-card", "Lisbon", "--plugin", card(), "-o", tmp_path / "c.png", environ=devnet.environ)
    assert called.exit_code == 0, called
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "blue card of Lisbon"


def test_a_folder_and_a_file_on_the_path(card: Write, sogni_cli: Any, tmp_path: Path) -> None:
    card("folder/one.py"), card("folder/_helper.py", "raise AssertionError('imported')"), card("two.py")
    (tmp_path / "folder" / "notes.txt").write_text("no plugin", "utf-8")
    path = os.pathsep.join([str(tmp_path / "folder"), "", str(tmp_path / "two.py")])
    rows = sogni_cli("plugins", "--json", environ={"SOGNI_PLUGIN_PATH": path}).json["plugins"]
    assert [row["name"] for row in rows if row["file"]] == ["one", "two"]
    assert all(row["failure"] is None for row in rows)


def test_the_home_folder_is_expanded(card: Write, sogni_cli: Any, sogni_home: Any) -> None:
    (sogni_home.home / "my_card.py").write_bytes(card().read_bytes())
    assert _prompt(sogni_cli("my-card", "Lisbon", *PLAN, environ={"SOGNI_PLUGIN_PATH": "~"})) == "blue card of Lisbon"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("broken.py", "import nothing_of_that_name", "nothing_of_that_name"),
        ("broken.py", "def (", "SyntaxError"),
        ("broken.py", "raise SystemExit(0)", "SystemExit"),
        ("broken.py", "from sogni_core.plugin import *\nfrom sogni_core.plugin import hookimpl\n"
                      "@hookimpl\ndef sogni_modes():\n    return 1 / 0", "ZeroDivisionError"),
        ("not-a-module.py", CARD, "its name must look like my_plugin.py"),
        ("broken.txt", CARD, "its name must look like my_plugin.py"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_and_costs_its_own_names(
    file: str, text: str, said: str, card: Write, sogni_cli: Any
) -> None:
    broken, working = card(file, text), card("working.py")
    path = {"SOGNI_PLUGIN_PATH": f"{broken}{os.pathsep}{working}"}
    assert _prompt(sogni_cli("working", "Lisbon", *PLAN, environ=path)) == "blue card of Lisbon"
    rows = {row["name"]: row for row in sogni_cli("plugins", "--json", environ=path).json["plugins"]}
    failure = rows[broken.stem]["failure"]
    assert said in failure["error"]
    assert str(broken) in failure["error"]
    assert str(broken) in sogni_cli("doctor", "--offline", "--network", "devnet", environ=path).stdout
    asked = sogni_cli(broken.stem, "--json", environ=path)
    assert (asked.exit_code, asked.json["errorCode"]) == (9, failure["errorCode"])


def test_a_place_on_the_path_where_nothing_is(sogni_cli: Any, tmp_path: Path) -> None:
    path = {"SOGNI_PLUGIN_PATH": str(tmp_path / "gone.py")}
    assert sogni_cli("version", environ=path).exit_code == 0
    assert "there is no such file or folder" in sogni_cli("plugins", environ=path).stdout


def test_a_file_that_is_named_and_not_there_ends_the_call(sogni_cli: Any, tmp_path: Path) -> None:
    called = sogni_cli("image", "x", *PLAN, "--plugin", tmp_path / "gone.py")
    assert (called.exit_code, called.json["errorCode"]) == (2, "MISSING_FILE")
    called = sogni_cli("image", "x", *PLAN, "--plugin")
    assert (called.exit_code, called.json["errorCode"]) == (2, "INVALID_ARGUMENT")
    assert called.json["error"] == "--plugin requires a file."


@pytest.mark.parametrize(("value", "found"), [("-my-card", False), ("devnet", False), ("", False), ("-video", True)])
def test_the_selection_counts_for_the_path_and_not_for_the_command_line(
    value: str, found: bool, card: Write, sogni_cli: Any
) -> None:
    environ = {"SOGNI_PLUGINS": value, "SOGNI_PLUGIN_PATH": str(card())}
    listed = [row["name"] for row in sogni_cli("plugins", "--json", environ=environ).json["plugins"]]
    assert ("my-card" in listed) == found
    named = sogni_cli("plugins", "--json", "--plugin", card(), environ=environ).json["plugins"]
    assert [row["name"] for row in named].count("my-card") == 1


def test_a_file_named_as_an_installed_plugin(card: Write, install: Any, sogni_cli: Any) -> None:
    install("stamp")
    file = card("stamp.py")
    called = sogni_cli("stamp", "x", *PLAN, "--plugin", file)
    assert _prompt(called) == "sogni_stamp: x"
    failure = sogni_cli("plugins", "--json", "--plugin", file).json["plugins"][-1]["failure"]
    assert failure["errorCode"] == "PLUGIN_CONFLICT"
    assert str(file) in failure["error"] and "stamp (sogni-stamp 3.1)" in failure["error"]
    only = {"SOGNI_PLUGINS": "-stamp"}
    assert _prompt(sogni_cli("stamp", "x", *PLAN, "--plugin", file, environ=only)) == "blue card of x"


def test_a_file_named_as_the_core_gets_nothing_of_the_core_s(card: Write, sogni_cli: Any) -> None:
    file = card("core.py")
    assert sogni_cli("core", "x", *PLAN, "--plugin", file).json["errorCode"] == "PLUGIN_CONFLICT"
    assert sogni_cli("version", "--plugin", file).exit_code == 0


def test_a_file_takes_the_place_of_no_module(card: Write, sogni_cli: Any) -> None:
    import wave

    assert _prompt(sogni_cli("wave", "x", *PLAN, "--plugin", card("wave.py"))) == "blue card of x"
    assert sys.modules["wave"] is wave


def test_two_files_of_one_name_in_one_process(card: Write) -> None:
    host_of = lambda path: PluginHost(CORE_PLUGIN, files=[path])  # noqa: E731
    one, two = host_of(card("a/my_card.py")), host_of(card("b/my_card.py", CARD.replace("card of", "letter from")))
    resolved = [host.resolve(host.registry.mode("my-card"), "my_card:Card") for host in (one, two)]
    assert resolved[0] is not resolved[1]
    assert all(model.model_json_schema()["properties"]["place"] for model in resolved)


def test_a_file_that_was_changed_is_read_again_and_leaves_no_bytecode(card: Write, sogni_cli: Any) -> None:
    file = card()
    assert _prompt(sogni_cli("my-card", "x", *PLAN, "--plugin", file)) == "blue card of x"
    card(text=CARD.replace("card of", "cart of"))  # of the same length, within the same second
    assert _prompt(sogni_cli("my-card", "x", *PLAN, "--plugin", file)) == "blue cart of x"
    assert [path.name for path in file.parent.iterdir()] == ["my_card.py"]


@pytest.mark.anyio
async def test_a_file_from_python(card: Write, devnet: Any, sogni_home: Any) -> None:
    environ = {**os.environ, **devnet.environ}
    async with open_app(files=[card()], environ=environ) as app:
        result = await app.run("my-card", place="Lisbon", width=256, height=256)
    assert result.mode == "my-card"
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "blue card of Lisbon"
