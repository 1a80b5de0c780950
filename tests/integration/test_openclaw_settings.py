"""OpenClaw's configuration through the real command line: what its host wrote, and what a user sees of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core._core_app import CoreApp
from sogni_core.settings import Paths
from sogni_core.testing.pytest_plugin import AppFactory, Program

FILE = "~/.openclaw/openclaw.json"
PLACE = "plugins.entries.sogni-gen.config"
VARIABLE = "environment OPENCLAW_PLUGIN_CONFIG"

SAMPLE: dict[str, Any] = {
    "defaultImageModel": "an-image-model",
    "defaultEditModel": "an-edit-model",
    "defaultPhotoboothModel": "a-portrait-model",
    "videoModels": {name: f"a-{name}-model" for name in ("t2v", "i2v", "s2v", "animate-move", "animate-replace")},
    "defaultVideoWorkflow": "i2v",
    "defaultNetwork": "relaxed",
    "defaultTokenType": "sogni",
    "seedStrategy": "random",
    "modelDefaults": {"flux1-schnell-fp8": {"steps": 4, "guidance": 3.5}, "wan_v2.2-14b": {"steps": 20}},
    "defaultWidth": 768,
    "defaultHeight": 640,
    "defaultCount": 2,
    "defaultFps": 24,
    "defaultDurationSec": 7,
    "defaultImageTimeoutSec": 45,
    "defaultVideoTimeoutSec": 450,
    "credentialsPath": "~/elsewhere/credentials",
    "lastRenderPath": "~/elsewhere/last.json",
    "mediaInboundDir": "~/inbound",
}
"""Every key there is, each with a value that is not built in."""

WANTED = {
    "image.model": ("an-image-model", "defaultImageModel"),
    "image.edit_model": ("an-edit-model", "defaultEditModel"),
    "photobooth.model": ("a-portrait-model", "defaultPhotoboothModel"),
    "video.models.t2v": ("a-t2v-model", "videoModels.t2v"),
    "video.models.i2v": ("a-i2v-model", "videoModels.i2v"),
    "video.models.s2v": ("a-s2v-model", "videoModels.s2v"),
    "video.models.animate_move": ("a-animate-move-model", "videoModels.animate-move"),
    "video.models.animate_replace": ("a-animate-replace-model", "videoModels.animate-replace"),
    "video.workflow": ("i2v", "defaultVideoWorkflow"),
    "network": ("relaxed", "defaultNetwork"),
    "token_type": ("sogni", "defaultTokenType"),
    "seed_strategy": ("random", "seedStrategy"),
    "model_defaults.flux1-schnell-fp8.steps": (4, "modelDefaults.flux1-schnell-fp8.steps"),
    "model_defaults.flux1-schnell-fp8.guidance": (3.5, "modelDefaults.flux1-schnell-fp8.guidance"),
    'model_defaults."wan_v2.2-14b".steps': (20, 'modelDefaults."wan_v2.2-14b".steps'),
    "image.width": (768, "defaultWidth"),
    "image.height": (640, "defaultHeight"),
    "video.width": (768, "defaultWidth"),
    "video.height": (640, "defaultHeight"),
    "count": (2, "defaultCount"),
    "video.fps": (24, "defaultFps"),
    "video.duration": (7, "defaultDurationSec"),
    "multiangle.duration": (7, "defaultDurationSec"),
    "image.timeout": (45, "defaultImageTimeoutSec"),
    "image.edit_timeout": (45, "defaultImageTimeoutSec"),
    "photobooth.timeout": (45, "defaultImageTimeoutSec"),
    "multiangle.timeout": (45, "defaultImageTimeoutSec"),
    "video.timeout": (450, "defaultVideoTimeoutSec"),
    "credentials_path": ("~/elsewhere/credentials", "credentialsPath"),
    "last_render_path": ("~/elsewhere/last.json", "lastRenderPath"),
    "media_inbound_dir": ("~/inbound", "mediaInboundDir"),
}
"""Every setting that comes of it: its value, and the key that gave it."""

HOSTS = """\
// What a person wrote who knows JSON5.
{
  gateway: { auth: { token: 'the-hosts-secret' } },
  plugins: {
    entries: {
      'other': { config: { apiKey: "the-hosts-secret" } },
      "sogni-gen": {
        enabled: false,
        config: {
          defaultWidth: 640,
          defaultFps: 'fast',   /* a wrong type */
          defaultFsp: 24,       // no key at all
          defaultCount: 2,
        },
      },
    },
  },
}
"""


@pytest.fixture
def host(sogni_home: Any) -> Callable[[str | dict[str, Any]], Path]:
    """Write the host's file: as it is, or around the configuration of our entry."""

    def write(content: str | dict[str, Any]) -> Path:
        if not isinstance(content, str):
            content = json.dumps({"plugins": {"entries": {"sogni-gen": {"enabled": True, "config": content}}}})
        file: Path = sogni_home.home / ".openclaw" / "openclaw.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, "utf-8")
        return file

    return write


@pytest.fixture
def sogni(sogni_cli: Program, devnet: Devnet) -> Any:
    """Call ``sogni`` with the devnet in place of the live network."""

    def call(*argv: object, stdin: str = "", **environ: str) -> Any:
        return sogni_cli(*map(str, argv), environ={**devnet.environ, **environ}, stdin=stdin)

    return call


@pytest.mark.parametrize("by", ["file", "environment"])
def test_every_key_value_by_value_with_its_origin(sogni_app: AppFactory, host: Any, by: str) -> None:
    if by == "file":
        host(SAMPLE)
    environ = {} if by == "file" else {"OPENCLAW_PLUGIN_CONFIG": json.dumps(SAMPLE)}
    settings = sogni_app(environ=environ).settings
    assert settings.check() == ()
    where = FILE if by == "file" else VARIABLE
    theirs = {value.key: (value.shown, value.origin) for value in settings.all() if value.origin.startswith(where)}
    assert theirs == {key: (value, f"{where} {name}") for key, (value, name) in WANTED.items()}


def test_every_key_that_a_plugin_registered_is_in_the_sample(sogni_home: Paths) -> None:
    registered = {key for owned in CoreApp().registry.settings().values() for key in owned.record.openclaw}
    assert registered == {
        *(SAMPLE.keys() - {"videoModels"}),
        *(f"videoModels.{name}" for name in SAMPLE["videoModels"]),
    }


LIMITS = [
    ("defaultWidth", 64, 4096), ("defaultHeight", 64, 4096), ("defaultCount", 1, 16), ("defaultFps", 1, 60),
    ("defaultDurationSec", 1, 60), ("defaultImageTimeoutSec", 5, None), ("defaultVideoTimeoutSec", 30, None),
]  # fmt: skip


@pytest.mark.parametrize(("key", "least", "most"), LIMITS, ids=[limit[0] for limit in LIMITS])
def test_ranges_are_those_that_hosts_were_told(sogni_app: AppFactory, key: str, least: int, most: int | None) -> None:
    def problems(value: int) -> int:
        return len(sogni_app(environ={"OPENCLAW_PLUGIN_CONFIG": json.dumps({key: value})}).settings.check())

    assert (problems(least), problems(least - 1)) == (0, 1)
    if most is not None:
        assert (problems(most), problems(most + 1)) == (0, 1)


def test_ranges_of_a_models_defaults(sogni_app: AppFactory) -> None:
    for name, good, bad in (("steps", 1, 0), ("guidance", 0, -0.1)):
        for value, count in ((good, 0), (bad, 1)):
            given = json.dumps({"modelDefaults": {"m": {name: value}}})
            assert len(sogni_app(environ={"OPENCLAW_PLUGIN_CONFIG": given}).settings.check()) == count


def test_what_a_user_sees_of_a_hosts_file(sogni: Any, host: Any, folder: Path) -> None:
    host(HOSTS)
    unknown = f"{PLACE}.defaultFsp ({FILE}) is not a known setting."
    wrong = (
        f"{PLACE}.defaultFps ({FILE}) is not valid: should be a valid integer, unable to parse string as an integer."
    )
    seen = [sogni(*argv) for argv in (
        ["config", "show"], ["config", "show", "--json"], ["doctor", "--offline"], ["doctor", "--offline", "--json"],
        ["config", "explain", "video.fps"], ["config", "explain", "image.width"],
        ["image", "a cat", "--dry-run"], ["image", "a cat", "--dry-run", "--json"],
    )]  # fmt: skip
    show, show_json, doctor, doctor_json, fps, width, dry, dry_json = seen
    assert (show.exit_code, show.stderr.splitlines()[0]) == (3, f"Error: {unknown} Did you mean defaultFps? (1 more)")
    assert [
        (problem["message"], problem["origin"], problem["key"], problem["nearest"])
        for problem in show_json.json["errorDetails"]["problems"]
    ] == [
        (unknown, FILE, f"{PLACE}.defaultFsp", "defaultFps"),
        (wrong, FILE, f"{PLACE}.defaultFps", None),
    ]
    assert doctor.exit_code == 3
    assert f"FAIL  settings: {unknown} Did you mean defaultFps?\nFAIL  settings: {wrong}\n" in doctor.stdout
    checks = {check["name"]: check for check in doctor_json.json["checks"]}
    assert checks["openclaw"]["message"] == f"{FILE}: 4 keys; enabled is false there, which changes nothing here"
    assert fps.stdout == (
        f"  video.fps = fast  ({FILE} defaultFps)  "
        "ignored: should be a valid integer, unable to parse string as an integer\n"
        "* video.fps = 16  (built-in)\n"
    )
    assert width.stdout == f"* image.width = 640  ({FILE} defaultWidth)\n  image.width = 512  (built-in)\n"
    assert (dry.exit_code, dry.stderr) == (0, f"Warning: {unknown} Did you mean defaultFps?\n")
    assert dry_json.json["warnings"] == [f"{unknown} Did you mean defaultFps?"]
    assert (dry_json.json["width"], len(dry_json.json["warnings"])) == (640, 1)
    assert not any("the-hosts-secret" in one.stdout + one.stderr for one in seen)


def test_a_file_that_does_not_parse_is_an_error_for_config_and_a_warning_elsewhere(sogni: Any, host: Any) -> None:
    host(HOSTS.replace("defaultCount: 2", "defaultCount = 2"))
    said = f"Cannot read {FILE}: it is not JSON5, line 13."
    assert (sogni("config", "show").exit_code, sogni("doctor", "--offline").exit_code) == (3, 3)
    assert sogni("config", "show", "--json").json["error"] == said
    called = sogni("image", "a cat", "--dry-run", "--json")
    assert (called.exit_code, called.json["warnings"], called.json["width"]) == (0, [said], 512)


def test_a_flag_and_the_environment_stand_above_it_and_the_file_below(sogni: Any, host: Any) -> None:
    host({"defaultWidth": 640})
    set_ = sogni("config", "set", "image.width", "704", "--json").json
    assert (set_["value"], set_["hiddenBy"]) == (640, f"{FILE} defaultWidth")

    def width(*argv: str, **environ: str) -> Any:
        return sogni("image", "a cat", "--dry-run", "--json", *argv, **environ).json["width"]

    assert width() == 640
    assert width(SOGNI_IMAGE__WIDTH="768") == 768
    assert width("-w", "832", SOGNI_IMAGE__WIDTH="768") == 832
    assert width(OPENCLAW_PLUGIN_CONFIG="{}") == 704


def test_keys_of_plugins_that_are_not_installed_are_mentioned_by_config_only(sogni_cli: Program, host: Any) -> None:
    host({"videoModels": {"t2v": "x"}, "defaultFps": 24, "defaultPhotoboothModel": "x", "defaultWidth": 640})
    called = sogni_cli("config", "show", "--json", plugins=[])
    assert called.exit_code == 0
    assert called.json["warnings"] == [
        f"{PLACE}.{key} ({FILE}) comes with the plugin sogni-{extra}, which is not installed."
        for key, extra in (("videoModels", "video"), ("defaultFps", "video"), ("defaultPhotoboothModel", "photobooth"))
    ]


def test_a_network_that_does_not_exist_is_refused_before_anything_is_paid(sogni: Any, host: Any, devnet: Any) -> None:
    host({"defaultNetwork": "fsat"})
    for argv in (["image", "a cat"], ["balance"], ["models"], ["image", "a cat", "--dry-run"]):
        called = sogni(*argv, "--json")
        assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG"), argv
        assert called.json["error"].startswith(
            f"network ({FILE} defaultNetwork) is not valid: should be 'fast', 'relax"
        )
    assert devnet.requests == []
    host({"defaultNetwork": "devnet"})
    assert sogni("image", "a cat", "--dry-run", "--json").json["network"] == "devnet"


def test_credentials_and_last_render_are_where_it_says(sogni: Any, host: Any, sogni_home: Any, devnet: Devnet) -> None:
    host({"credentialsPath": "~/elsewhere/credentials", "lastRenderPath": "~/elsewhere/last.json"})
    elsewhere = sogni_home.home / "elsewhere"
    nobody, account = {"SOGNI_API_KEY": ""}, devnet.accounts[0]
    assert sogni("balance", "--json", **nobody).json["errorDetails"]["triedFile"] == str(elsewhere / "credentials")
    called = sogni("login", "--api-key-stdin", stdin=account.api_key, **nobody)
    assert called.stdout.endswith("stored in ~/elsewhere/credentials.\n")
    assert (elsewhere / "credentials").stat().st_mode & 0o077 == 0
    assert sogni("image", "a cat", "--json", **nobody).exit_code == 0
    assert json.loads((elsewhere / "last.json").read_text("utf-8"))["prompt"] == "a cat"
    assert sogni("last", "--json", **nobody).json["prompt"] == "a cat"
    again = sogni("image", "a cat", "--last-seed", "--json", **nobody).json
    assert again["seed"] == sogni("last", "--json").json["seed"]
    found = sogni("config", "path", "--json").json
    assert (found["credentials"], found["lastRender"]) == tuple(
        str(elsewhere / name) for name in ("credentials", "last.json")
    )
    checks = {
        check["name"]: check["message"] for check in sogni("doctor", "--offline", "--json", **nobody).json["checks"]
    }
    assert checks["credentials"] == "API key (~/elsewhere/credentials)"
    assert sogni("logout", "--json", **nobody).json["loggedOut"] is True
    assert not (elsewhere / "credentials").exists()
    assert not sogni_home.credentials.exists()
    assert not sogni_home.last_render.exists()


def test_credentials_whose_place_is_not_valid_are_not_looked_for_elsewhere(
    sogni: Any, host: Any, sogni_home: Any, devnet: Devnet
) -> None:
    sogni_home.config.mkdir(parents=True)
    sogni_home.credentials.write_text(f"SOGNI_API_KEY={devnet.accounts[0].api_key}\n")
    sogni_home.credentials.chmod(0o600)
    host({"credentialsPath": "credentials"})
    for argv in (["image", "a cat"], ["balance"], ["logout"], ["login", "--api-key-stdin"]):
        called = sogni(*argv, "--json", stdin="key")
        assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG"), argv
        assert called.json["error"].startswith(
            f"credentials_path ({FILE} credentialsPath) is not valid: must be an abs"
        )
    assert devnet.requests == []
    assert sogni_home.credentials.exists()


def test_doctor_says_what_there_is(sogni: Any, host: Any, sogni_home: Any) -> None:
    def openclaw(**environ: str) -> list[str]:
        checks = sogni("doctor", "--offline", "--json", **environ).json["checks"]
        return [check["message"] for check in checks if check["name"] == "openclaw"]

    assert openclaw() == []
    assert openclaw(OPENCLAW_CONFIG_PATH="/nowhere/x.json") == [
        "/nowhere/x.json, named by OPENCLAW_CONFIG_PATH, is not there"
    ]
    host("{}")
    assert openclaw() == [f"{FILE}: nothing for sogni-gen"]
    assert openclaw(OPENCLAW_PLUGIN_CONFIG="{defaultFps: 3}") == [f"{VARIABLE}: 1 keys"]
    host("{")
    assert openclaw() == []


def test_hostile_names_come_out_harmless_everywhere(sogni: Any, host: Any) -> None:
    unclean, models = "\x1b[2J\ud800", {"\u202e\ud800\n": {"steps": 3}, "\u202e\x7fok": {"steps": 3}}
    host({unclean: 1, "modelDefaults": models, "defaultEditModel": unclean, "credentialsPath": unclean})
    for argv in (["config", "show"], ["config", "explain", "model_defaults"], ["config", "explain", "image.edit_model"],
                 ["doctor", "--offline"], ["image", "a cat", "--dry-run"]):  # fmt: skip
        for called in (sogni(*argv), sogni(*argv, "--json")):
            assert called.exit_code in {0, 3}
            shown = called.stdout + called.stderr
            shown.encode()
            assert not any(char in shown for char in "\x1b\u202e\x7f\ud800")


PROBE = """
import contextlib, io, sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and str(args[0]).endswith(".json") and opened.append(args[0]))
from sogni_core.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    main(sys.argv[1:])
print(any("openclaw" in str(name) for name in opened), "pyjson5" in sys.modules)
"""


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [(["--help"], "False False"), (["--version"], "False False"), (["config", "show"], "True True")],
    ids=["help", "version", "config"],
)  # fmt: skip
def test_it_is_read_only_when_settings_are_asked_for(host: Any, argv: list[str], wanted: str) -> None:
    host(HOSTS)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *argv], env=dict(os.environ), capture_output=True, text=True, encoding="utf-8",
        timeout=50, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == wanted
