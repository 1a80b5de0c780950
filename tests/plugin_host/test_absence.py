"""Plugins that were there and are gone, and names that belong to a plugin which is not there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core._host.absence import Absences
from sogni_core._host.memory import KnownPlugin
from sogni_core.testing.pytest_plugin import Program

from .conftest import Install

NETWORK = '\n@hookimpl\ndef sogni_networks():\n    return [Network("lab", "contextlib:nullcontext")]\n'

MODE = 'Mode("{name}", "It.", request="{package}.mode:Asked", workflow="{package}.mode:render")'

PLUGIN = f"@hookimpl\ndef sogni_modes():\n    return [{MODE}]\n{NETWORK}"


@pytest.fixture
def uninstall(tmp_path: Path) -> Callable[[str], None]:
    """Take a plugin out of the environment, as an upgrade of a tool does."""

    def remove(name: str) -> None:
        shutil.rmtree(tmp_path / "site" / f"sogni_{name}-3.1.dist-info")

    return remove


def _doctor(sogni_cli: Any, name: str) -> list[dict[str, Any]]:
    checks = sogni_cli("doctor", "--offline", "--network", "devnet", "--json").json["checks"]
    return [check for check in checks if check["name"] == f"plugin {name}"]


@pytest.mark.parametrize("seen_by", [["plugins"], ["doctor", "--offline", "--network", "devnet"]], ids=" ".join)
def test_the_doctor_tells_of_a_plugin_that_is_gone(
    seen_by: list[str], install: Any, uninstall: Any, sogni_cli: Any, sogni_home: Any
) -> None:
    install("stamp", PLUGIN)
    assert sogni_cli(*seen_by).exit_code == 0
    assert _doctor(sogni_cli, "stamp")[0]["ok"]
    uninstall("stamp")
    [check] = _doctor(sogni_cli, "stamp")
    assert not check["ok"]
    assert check["message"] == "sogni-stamp 3.1 was installed and is no longer there."
    assert "sogni plugins add sogni-stamp" in check["hint"]
    listed = sogni_cli("plugins", "--json").json
    assert listed["gone"] == [{"name": "stamp", "distribution": "sogni-stamp", "version": "3.1"}]
    assert "No longer installed: sogni-stamp" in sogni_cli("plugins").stdout
    forgotten = sogni_cli("plugins", "remove", "stamp", "--json")
    assert (forgotten.exit_code, forgotten.json["command"], forgotten.json["plugins"]) == (0, [], [])
    assert _doctor(sogni_cli, "stamp") == []
    assert sogni_cli("plugins", "--json").json["gone"] == []


def test_a_plugin_that_is_left_out_is_not_gone(install: Any, sogni_cli: Any) -> None:
    install("stamp", PLUGIN)
    sogni_cli("plugins")
    listed = sogni_cli("plugins", "--json", environ={"SOGNI_PLUGINS": "-stamp"}).json
    assert (listed["leftOut"], listed["gone"]) == (["stamp"], [])


def test_a_run_remembers_the_plugins(install: Any, uninstall: Any, sogni_cli: Any, devnet: Any) -> None:
    install("stamp", PLUGIN)
    assert sogni_cli("image", "x", environ=devnet.environ).exit_code == 0
    uninstall("stamp")
    assert not _doctor(sogni_cli, "stamp")[0]["ok"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"plugins": [{}]}', '{"plugins": 7}', "\xff"])
def test_a_memory_that_does_not_read_is_as_none(text: str, install: Any, sogni_cli: Any, sogni_home: Any) -> None:
    install("stamp", PLUGIN)
    sogni_home.state.mkdir(parents=True)
    (sogni_home.state / "plugins.json").write_text(text, "latin-1")
    assert sogni_cli("plugins", "--json").json["gone"] == []
    kept = json.loads((sogni_home.state / "plugins.json").read_text("utf-8"))
    assert "stamp" in [entry["name"] for entry in kept["plugins"]]


def test_a_state_folder_that_cannot_be_written_is_no_matter(install: Any, sogni_cli: Any, sogni_home: Any) -> None:
    install("stamp", PLUGIN)
    sogni_home.state.parent.mkdir(parents=True, exist_ok=True)
    sogni_home.state.write_text("not a folder", "utf-8")
    assert sogni_cli("plugins").exit_code == 0


def test_a_command_of_a_plugin_that_is_gone_names_it(
    install: Any, uninstall: Any, sogni_cli: Any, sogni_app: Any
) -> None:
    install("stamp", PLUGIN)
    sogni_cli("plugins")
    uninstall("stamp")
    asked = sogni_cli("stamp", "x", "--json")
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert asked.json["error"] == "The command 'stamp' comes with the plugin sogni-stamp, which is not installed."
    assert asked.json["hint"] == "Install it with: sogni plugins add sogni-stamp"
    assert (asked.json["plugin"], asked.json["errorDetails"]["distribution"]) == ("sogni-stamp", "sogni-stamp")
    network = sogni_cli("image", "x", "--network", "lab", "--json")
    assert network.json["error"] == "The network 'lab' comes with the plugin sogni-stamp, which is not installed."


def test_a_name_that_a_plugin_has_no_longer_is_unknown(
    install: Any, uninstall: Any, sogni_cli: Any, sogni_site: Any
) -> None:
    install("stamp", PLUGIN)
    sogni_cli("plugins")
    uninstall("stamp")
    text = "from sogni_core.plugin import hookimpl\n@hookimpl\ndef sogni_modes():\n    return []\n"
    sogni_site("sogni-stamp", version="3.2", plugins={"stamp": "stamp_two"}, files={"stamp_two.py": text})
    assert sogni_cli("stamp", "x", "--json").json["errorCode"] == "UNKNOWN_COMMAND"


@pytest.mark.parametrize(
    "hook",
    ['sogni_validators():\n    return [Validator(("stamp", "image"), "{package}.mode:rule")]',
     'sogni_workflows():\n    return [Workflow("stamp", "cut", "{package}.mode:render")]'],
    ids=["rule", "workflow"],
)  # fmt: skip
def test_a_mode_that_others_have_something_for_is_one_that_is_not_installed(
    hook: str, install: Any, sogni_cli: Any
) -> None:
    install("policy", f"@hookimpl\ndef {hook}\n")
    asked = sogni_cli("stamp", "x", "--json")
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert "policy (sogni-policy 3.1)" in asked.json["error"]
    assert sogni_cli("stmp", "x", "--json").json["errorCode"] == "UNKNOWN_COMMAND"


@pytest.mark.anyio
async def test_python_is_told_as_well(install: Any, sogni_app: Any) -> None:
    from sogni_core.errors import PluginError

    install("policy", '@hookimpl\ndef sogni_validators():\n    return [Validator(("stamp",), "{package}.mode:rule")]\n')
    async with sogni_app() as app:
        with pytest.raises(PluginError, match="No installed plugin provides the mode 'stamp'"):
            await app.run("stamp", prompt="x")


def test_a_run_of_a_plugin_that_is_gone_names_it(install: Any, uninstall: Any, sogni_cli: Any, devnet: Any) -> None:
    install("stamp", PLUGIN)
    run = sogni_cli("stamp", "x", "--json", environ=devnet.environ).json["runId"]
    uninstall("stamp")
    called = sogni_cli("resume", run, "--json", environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert called.json["plugin"] == "sogni-stamp"
    assert "sogni-stamp" in called.json["error"]
    assert called.json["hint"] == "Install it with: sogni plugins add sogni-stamp"
    assert called.json["errorDetails"]["runId"] == run


def test_a_run_of_a_plugin_that_is_gone_and_forgotten_names_it(
    install: Any, uninstall: Any, sogni_cli: Any, devnet: Any, sogni_home: Any
) -> None:
    install("stamp", PLUGIN)
    run = sogni_cli("stamp", "x", "--json", environ=devnet.environ).json["runId"]
    uninstall("stamp")
    (sogni_home.state / "plugins.json").unlink()
    called = sogni_cli("resume", run, "--json", environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert called.json["error"] == f"Run {run} was made by the plugin sogni-stamp 3.1, which is not installed."
    assert called.json["hint"] == "Install it with: sogni plugins add sogni-stamp"


def test_a_run_of_a_file_names_the_file(sogni_cli: Any, devnet: Any, tmp_path: Path) -> None:
    file = tmp_path / "card.py"
    file.write_text(
        "from typing import Annotated\n"
        "from sogni_core.plugin import Mode, hookimpl\n"
        "from sogni_core.request import Argument, ImageOptions\n"
        "@hookimpl\ndef sogni_modes():\n    return [Mode('card', 'A card.', 'card:Card', 'card:render')]\n"
        "class Card(ImageOptions):\n    place: Annotated[str, Argument('Place.')]\n"
        "async def render(ctx, request):\n"
        "    return await ctx.run('image', prompt=request.place, **request.image_fields())\n",
        "utf-8",
    )
    run = sogni_cli("card", "x", "--json", "--plugin", file, environ=devnet.environ).json["runId"]
    called = sogni_cli("resume", run, "--json", environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert called.json["error"] == f"Run {run} was made by the plugin file {file}, which is not loaded."
    assert called.json["hint"] == f"Use: sogni resume {run} --plugin {file}"
    again = sogni_cli("resume", run, "--json", "--plugin", file, environ=devnet.environ)
    assert (again.exit_code, again.json["place"]) == (0, "x")
    assert len(devnet.job_requests) == 1


def test_a_run_of_one_of_two_modes_of_a_name_goes_on_with_its_own(install: Any, sogni_cli: Any, devnet: Any) -> None:
    install("rival", PLUGIN.replace('Mode("{name}"', 'Mode("image"'))
    run = sogni_cli("call", "rival:image", "x", "--json", environ=devnet.environ).json["runId"]
    again = sogni_cli("resume", run, "--json", environ=devnet.environ)
    assert again.exit_code == 0, again
    assert len(devnet.job_requests) == 1


def test_what_this_installation_had_comes_before_the_table_of_the_extras() -> None:
    mine = KnownPlugin("acme-clips", "clips", "1.0", words=("video",))
    said = Absences((), (), lambda: (mine,)).command("video", (), ())
    assert str(said) == "The command 'video' comes with the plugin acme-clips, which is not installed."
    assert said.hint == "Install it with: sogni plugins add acme-clips"
    official = Absences((), (), tuple).command("video", (), ())
    assert official.hint == "Install it with: sogni plugins add video"


def test_a_rule_for_a_mode_that_was_here_is_no_mistake(
    install: Install, uninstall: Callable[[str], None], sogni_cli: Program
) -> None:
    rule = '@hookimpl\ndef sogni_validators():\n    return [Validator(("stamp",), "sogni_policy.mode:rule")]\n'
    install("policy", rule, files={"mode": "def rule(request, facts):\n    return []\n"})
    assert "applies to the mode 'stamp', which does not exist" in sogni_cli("doctor", "--offline").stdout
    install("stamp", PLUGIN)
    assert sogni_cli("plugins").exit_code == 0
    uninstall("stamp")
    assert "applies to the mode" not in sogni_cli("doctor", "--offline").stdout
