"""One broken plugin after another: each costs its own names only, and is named where people look.

Every other command keeps working, standard output stays one JSON object, and the culprit stands with
distribution and version in ``sogni plugins``, in ``sogni doctor``, and in the answer to its own command.
"""

from __future__ import annotations

from typing import Any

import pytest

NOT_LOADED = {
    "import_error": ("import nothing_of_that_name", "PLUGIN_IMPORT", "nothing_of_that_name"),
    "syntax_error": ("def (", "PLUGIN_IMPORT", "SyntaxError"),
    "exits_on_import": ("raise SystemExit(0)", "PLUGIN_IMPORT", "SystemExit"),
    "interrupts_on_import": ("raise KeyboardInterrupt", "PLUGIN_IMPORT", "KeyboardInterrupt"),
    "says_escapes": ("raise RuntimeError('\\x1b[2Jgone\\u202e')", "PLUGIN_IMPORT", "RuntimeError: gone"),
    "unknown_hook": ("@hookimpl\ndef sogni_moods():\n    return []", "PLUGIN_HOOK", "sogni_moods"),
    "wrong_argument": ("@hookimpl\ndef sogni_modes(registry):\n    return []", "PLUGIN_HOOK", "registry"),
    "wrong_record": (
        "@hookimpl\ndef sogni_modes():\n    return [Network('zoo', 'zoo:open')]",
        "PLUGIN_HOOK",
        "must return Mode records, not Network",
    ),
    "no_record": ("@hookimpl\ndef sogni_modes():\n    return ['broken']", "PLUGIN_HOOK", "not str"),
    "wrong_field": (
        "@hookimpl\ndef sogni_modes():\n    return [Mode('broken', None, request='a:b')]",
        "PLUGIN_HOOK",
        "Mode.summary must be str",
    ),
    "wrong_limits": (
        "@hookimpl\ndef sogni_models():\n    return [Model('m', limits={'steps': 'many'})]",
        "PLUGIN_HOOK",
        "Model.limits must be",
    ),
    "bad_name": (
        "@hookimpl\ndef sogni_modes():\n    return [Mode('Bro ken', 'x', request='a:b')]",
        "PLUGIN_HOOK",
        "Mode.name must look like",
    ),
    "bad_target": (
        "@hookimpl\ndef sogni_modes():\n    return [Mode('broken', 'x', request='a/b.py')]",
        "PLUGIN_HOOK",
        "Mode.request must look like",
    ),
    "raising_hook": ("@hookimpl\ndef sogni_modes():\n    return 1 / 0", "PLUGIN_HOOK", "ZeroDivisionError"),
    "exiting_hook": ("@hookimpl\ndef sogni_modes():\n    raise SystemExit", "PLUGIN_HOOK", "SystemExit"),
    "generator": ("@hookimpl\ndef sogni_modes():\n    yield 1", "PLUGIN_HOOK", "must return a list of records"),
    "forgotten_return": ("@hookimpl\ndef sogni_modes():\n    []", "PLUGIN_HOOK", "not NoneType"),
    "no_list": ("@hookimpl\ndef sogni_modes():\n    return 7", "PLUGIN_HOOK", "not int"),
    "async_hook": ("@hookimpl\nasync def sogni_modes():\n    return []", "PLUGIN_HOOK", "coroutine"),
}


def _assert_the_rest_works(sogni_cli: Any) -> None:
    version = sogni_cli("version", "--json")
    assert (version.exit_code, version.json["success"], version.stderr) == (0, True, "")
    listed = sogni_cli("--help")
    assert listed.exit_code == 0
    assert "image" in listed.stdout
    assert sogni_cli("schema", "image").json["title"] == "image"


def _assert_named(sogni_cli: Any, code: str, said: str, name: str = "broken") -> None:
    label = f"{name} (sogni-{name} 3.1)"
    called = sogni_cli("plugins", "--json")
    assert called.exit_code == 0
    row = next(row for row in called.json["plugins"] if row["name"] == name)
    assert (row["distribution"], row["version"]) == (f"sogni-{name}", "3.1")
    found = row["failure"] or row["problems"][0]
    assert found["errorCode"] == code
    assert label in found["error"]
    assert said in found["error"]
    assert "\x1b" not in called.stdout
    assert label in sogni_cli("plugins").stdout
    doctor = sogni_cli("doctor", "--offline", "--network", "devnet", "--json")
    assert doctor.exit_code == 3
    checks = {check["name"]: check for check in doctor.json["checks"]}
    assert not checks[f"plugin {name}"]["ok"]
    assert label in checks[f"plugin {name}"]["message"]
    assert checks["program"]["ok"]


@pytest.mark.parametrize("kind", NOT_LOADED)
def test_a_plugin_that_does_not_load(kind: str, install: Any, sogni_cli: Any) -> None:
    module, code, said = NOT_LOADED[kind]
    install("broken", module)
    _assert_the_rest_works(sogni_cli)
    _assert_named(sogni_cli, code, said)
    asked = sogni_cli("broken", "--json")
    assert asked.exit_code == 9
    assert asked.json["errorCode"] == code
    assert asked.json["plugin"] == "broken (sogni-broken 3.1)"
    assert sogni_cli("call", "broken:broken", "--json").exit_code == 9


def test_a_broken_plugin_does_not_hide_one_that_works(install: Any, sogni_cli: Any) -> None:
    install("abroken", "raise SystemExit(3)")
    install("working")
    install("zbroken", "@hookimpl\ndef sogni_modes():\n    return 1 / 0")
    called = sogni_cli("working", "x", "--dry-run", "--network", "devnet", "--json")
    assert called.exit_code == 0
    assert called.json["projects"][0]["prompt"] == "sogni_working: x"


def test_a_stale_entry_point(install: Any, sogni_cli: Any) -> None:
    install("broken", value="sogni_broken.gone")
    _assert_the_rest_works(sogni_cli)
    _assert_named(sogni_cli, "PLUGIN_IMPORT", "No module named 'sogni_broken.gone'")
    assert sogni_cli("broken").exit_code == 9


@pytest.mark.parametrize("value", ["not a module!", "sogni_broken.plugin:Plugin", ""])
def test_an_entry_point_that_names_no_module(value: str, install: Any, sogni_cli: Any) -> None:
    install("broken", value=value or " ")
    _assert_the_rest_works(sogni_cli)
    _assert_named(sogni_cli, "PLUGIN_IMPORT", "must name a module")


def test_a_plugin_that_needs_a_newer_core(install: Any, sogni_cli: Any) -> None:
    install("broken", "raise AssertionError('imported all the same')", requires=["sogni-core>=9"])
    _assert_the_rest_works(sogni_cli)
    _assert_named(sogni_cli, "PLUGIN_INCOMPATIBLE", "needs sogni-core >=9")
    asked = sogni_cli("broken", "--json")
    assert (asked.exit_code, asked.json["errorCode"]) == (9, "PLUGIN_INCOMPATIBLE")


def test_printing_on_import_stays_off_standard_output(install: Any, sogni_cli: Any) -> None:
    install("loud", 'print("LOUD")\n' + "import sys\nsys.stdout.write('LOUD')")
    _assert_the_rest_works_aloud(sogni_cli)
    row = next(row for row in sogni_cli("plugins", "--json").json["plugins"] if row["name"] == "loud")
    assert row["failure"] is None


def _assert_the_rest_works_aloud(sogni_cli: Any) -> None:
    called = sogni_cli("version", "--json")
    assert called.json["success"]
    assert "LOUD" in called.stderr
    assert "LOUD" not in sogni_cli("--help").stdout


def test_printing_while_it_works_stays_off_standard_output(install: Any, sogni_cli: Any) -> None:
    loud = {
        "mode": "print('IMPORTED')\n" + _render_that("print('WORKS')\n    return await ctx.run('image', prompt='x')")
    }
    install("loud", None, files=loud)
    called = sogni_cli("loud", "x", "--dry-run", "--network", "devnet", "--json")
    assert called.json["mode"] == "loud"
    assert "IMPORTED" in called.stderr
    assert "WORKS" in called.stderr


def _render_that(does: str) -> str:
    return (
        "from typing import Annotated\n"
        "from sogni_core.request import Argument, ImageOptions\n"
        "class Asked(ImageOptions):\n"
        "    prompt: Annotated[str, Argument('What to show.')]\n"
        f"async def render(ctx, request):\n    {does}\n"
    )


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("raise ValueError('no idea')", "raised ValueError: no idea"),
        ("return 'nonsense'", "returned str, not a Result"),
        ("return None", "returned NoneType, not a Result"),
    ],
)
@pytest.mark.parametrize("dry", [["--dry-run"], []], ids=["plan", "run"])
def test_a_workflow_that_fails(does: str, said: str, dry: list[str], install: Any, sogni_cli: Any) -> None:
    install("broken", None, files={"mode": _render_that(does)})
    called = sogni_cli("broken", "x", "--network", "devnet", "--json", *dry)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert said in called.json["error"]
    assert called.json["plugin"] == "broken (sogni-broken 3.1)"


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("def other(): ...", "has no attribute 'Asked'"),
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("raise SystemExit(0)", "SystemExit"),
        ("Asked = 7", "is not a subclass of Request"),
        ("class Asked: ...", "is not a subclass of Request"),
    ],
)
def test_a_target_that_is_not_there(module: str, said: str, install: Any, sogni_cli: Any) -> None:
    install("broken", None, files={"mode": module})
    _assert_the_rest_works(sogni_cli)
    for argv in (["broken", "x"], ["broken", "--help"], ["schema", "broken"]):
        called = sogni_cli(*argv, "--json")
        assert called.exit_code == 9, (argv, called)
        assert said in called.json["error"]
        assert called.json["plugin"] == "broken (sogni-broken 3.1)"


@pytest.mark.parametrize(
    ("kind", "said"), [("class Ink: ...", "PydanticSchemaGenerationError"), ("", "'Ink' is not defined")]
)
@pytest.mark.parametrize("argv", [["broken", "a cat"], ["schema", "broken"]], ids=" ".join)
def test_an_option_of_a_kind_that_nobody_knows(
    argv: list[str], kind: str, said: str, install: Any, sogni_cli: Any
) -> None:
    asked = f"""
        from __future__ import annotations
        from typing import Annotated
        from sogni_core.request import Argument, ImageOptions, Option

        {kind}

        class Asked(ImageOptions):
            prompt: Annotated[str, Argument("What to show.")]
            ink: Annotated[Ink, Option("--ink", help="Ink.")] = None

        async def render(ctx, request): ...
    """
    install("broken", files={"mode": asked})
    called = sogni_cli(*argv, "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_IMPORT")
    assert said in called.json["error"]
    assert "sogni-broken 3.1" in called.json["error"]
    _assert_the_rest_works(sogni_cli)


def test_a_mode_without_a_workflow(install: Any, sogni_cli: Any) -> None:
    install("broken", '@hookimpl\ndef sogni_modes():\n    return [Mode("broken", "x", "{package}.mode:Asked")]\n')
    called = sogni_cli("broken", "x", "--json", "--dry-run")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert "has no workflow" in called.json["error"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("raise ValueError('no idea')", "raised ValueError: no idea"),
        ("return ['wrong']", "gave str instead of a Problem"),
        ("return 7", "TypeError"),
    ],
)
def test_a_rule_that_fails(rule: str, said: str, install: Any, sogni_cli: Any) -> None:
    module = '@hookimpl\ndef sogni_validators():\n    return [Validator(("image",), "{package}.rules:rule")]\n'
    install("broken", module, files={"rules": f"def rule(request, facts):\n    {rule}\n"})
    _assert_the_rest_works(sogni_cli)
    called = sogni_cli("image", "x", "--network", "devnet", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert said in called.json["error"]
    assert called.json["plugin"] == "broken (sogni-broken 3.1)"


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("raise ValueError('no idea')", "raised ValueError: no idea"),
        ("raise SystemExit(0)", "raised SystemExit: 0"),
        ("return {'nonsense': 1}", "returned dict, not a Report"),
    ],
)
@pytest.mark.parametrize("kind", ["", "async "], ids=["plain", "async"])
def test_a_command_that_fails(does: str, said: str, kind: str, install: Any, sogni_cli: Any) -> None:
    module = '@hookimpl\ndef sogni_commands():\n    return [Command("broken", "x", "{package}.commands:run")]\n'
    install("broken", module, files={"commands": f"{kind}def run(app):\n    {does}\n"})
    called = sogni_cli("broken", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert said in called.json["error"]
    assert called.json["plugin"] == "broken (sogni-broken 3.1)"


@pytest.mark.parametrize(
    ("does", "code", "error"),
    [
        ("raise typer.Exit(3)", 3, ""),
        ("raise typer.Exit", 0, ""),
        ("raise KeyboardInterrupt", 130, "INTERRUPTED"),
        ("raise typer.Abort", 130, "INTERRUPTED"),
    ],
)
@pytest.mark.parametrize("kind", ["def run", "async def run"])
def test_a_command_that_ends_early(does: str, code: int, error: str, kind: str, install: Any, sogni_cli: Any) -> None:
    module = '@hookimpl\ndef sogni_commands():\n    return [Command("ending", "x", "{package}.commands:run")]\n'
    install("ending", module, files={"commands": f"import typer\n\n{kind}():\n    {does}\n"})
    called = sogni_cli("ending", "--json")
    assert called.exit_code == code
    assert called.json["errorCode"] == error if error else called.stdout == ""


def test_a_network_that_fails(install: Any, sogni_cli: Any) -> None:
    module = '@hookimpl\ndef sogni_networks():\n    return [Network("broken", "{package}.network:open_network")]\n'
    install("broken", module, files={"network": "def open_network():\n    raise ValueError('no idea')\n"})
    _assert_the_rest_works(sogni_cli)
    called = sogni_cli("image", "x", "--network", "broken", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert called.json["plugin"] == "broken (sogni-broken 3.1)"


def test_settings_that_cannot_be_imported_cost_their_own_section(install: Any, sogni_cli: Any) -> None:
    module = '@hookimpl\ndef sogni_settings():\n    return [Settings("broken", "{package}.settings:Broken")]\n'
    install("broken", module, files={"settings": "import nothing_of_that_name"})
    plan = sogni_cli("image", "x", "--network", "devnet", "--dry-run", "--json")
    assert plan.exit_code == 0
    shown = sogni_cli("config", "show", "--json")
    assert shown.exit_code == 0
    assert "image.width" in [row["key"] for row in shown.json["settings"]]
    assert any("broken (sogni-broken 3.1)" in warning for warning in shown.json["warnings"])
    assert sogni_cli("config", "set", "image.width", "640", "--json").exit_code == 0
