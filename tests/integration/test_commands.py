"""Commands that are not paid for, through the real command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.testing.pytest_plugin import Program


@pytest.fixture
def sogni(sogni_cli: Program, devnet: Devnet) -> Any:
    """Call ``sogni`` with the live network's settings pointing to the devnet, nobody logged in."""

    def call(*argv: object, stdin: str = "", **environ: str) -> Any:
        there = {**devnet.environ, "SOGNI_API_KEY": "", **environ}
        return sogni_cli(*map(str, argv), environ=there, stdin=stdin)

    return call


def test_login_checks_and_stores_and_logout_forgets(sogni: Any, devnet: Devnet, sogni_home: Any) -> None:
    account = devnet.accounts[0]
    called = sogni("login", "--username", account.username, "--password-stdin", "--json", stdin=account.password + "\n")
    assert (called.exit_code, called.json["success"], called.json["username"]) == (0, True, account.username)
    assert sogni_home.credentials.stat().st_mode & 0o077 == 0
    assert sogni("balance", "--json").json["spark"] == 1000
    assert sogni("logout", "--json").json["loggedOut"] is True
    assert not sogni_home.credentials.exists()
    assert list((sogni_home.state / "tokens").glob("*.json")) == []
    assert sogni("balance", "--json").json["errorCode"] == "MISSING_CREDENTIALS"
    again = sogni("logout")
    assert (again.exit_code, again.stdout) == (0, "Not logged in.\n")


def test_login_with_an_api_key(sogni: Any, devnet: Devnet) -> None:
    key = devnet.accounts[0].api_key
    called = sogni("login", "--api-key-stdin", stdin=key)
    assert (called.exit_code, called.stdout) == (
        0, "Logged in as the account of the API key; stored in ~/.config/sogni/credentials.\n",
    )  # fmt: skip
    assert sogni("balance").stdout == "SPARK: 1000.00\nSOGNI: 500.00\n"
    assert key not in called.stdout + called.stderr


def test_refused_credentials_are_not_stored(sogni: Any, sogni_home: Any) -> None:
    called = sogni("login", "--username", "nobody", "--password-stdin", "--json", stdin="wrong")
    assert (called.exit_code, called.json["errorCode"]) == (3, "AUTHENTICATION_ERROR")
    assert not sogni_home.credentials.exists()


def test_a_wrong_password_is_refused_beside_a_stored_login(sogni: Any, devnet: Devnet, sogni_home: Any) -> None:
    account = devnet.accounts[0]
    argv = ("login", "--username", account.username, "--password-stdin", "--json")
    assert sogni(*argv, stdin=account.password).exit_code == 0
    stored = sogni_home.credentials.read_text()
    called = sogni(*argv, stdin="wrong")
    assert (called.exit_code, called.json["errorCode"]) == (3, "AUTHENTICATION_ERROR")
    assert sogni_home.credentials.read_text() == stored
    assert sogni("balance").exit_code == 0


@pytest.mark.parametrize(
    ("argv", "stdin"),
    [
        (["--password-stdin"], "x"),
        (["--username", "me", "--password-stdin"], ""),
        (["--username", "me", "--password-stdin"], "two\nlines\n"),
        (["--username", "", "--password-stdin"], "x"),
        (["--password-stdin", "--api-key-stdin"], "x"),
        (["--username", "me"], ""),
        (["--api-key"], ""),
        (["--api-key-stdin"], "x" * 5000),
    ],
)
def test_login_never_takes_half(sogni: Any, devnet: Devnet, argv: list[str], stdin: str) -> None:
    called = sogni("login", *argv, "--json", stdin=stdin)
    assert (called.exit_code, called.json["errorCode"]) == (2, "INVALID_ARGUMENT")
    assert devnet.requests == []


@pytest.mark.parametrize("key", ["SOGNI_REST_URL", "SOGNI_SOCKET_URL"])
@pytest.mark.parametrize("url", ["nonsense", "http://u:p@127.0.0.1:1", "ws://127.0.0.1:1?x=1"])
def test_an_endpoint_that_is_not_valid_never_becomes_the_live_one(
    sogni: Any, devnet: Devnet, key: str, url: str
) -> None:
    account = {"SOGNI_USERNAME": devnet.accounts[0].username, "SOGNI_PASSWORD": devnet.accounts[0].password}
    for argv in (["balance"], ["models"], ["image", "a cat"], ["image", "a cat", "--dry-run"]):
        called = sogni(*argv, "--json", **account, **{key: url})
        assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG"), argv
        assert called.json["error"].startswith(f"{key.removeprefix('SOGNI_').lower()} (environment {key}) is not valid")
    assert devnet.requests == []


def test_credentials_that_cannot_be_read_are_said_to_be_there(sogni: Any, sogni_home: Any) -> None:
    sogni_home.credentials.mkdir(parents=True)
    for argv in (["balance"], ["image", "a cat"]):
        found = sogni(*argv, "--json").json
        assert found["errorCode"] == "INVALID_CONFIG"
        assert "Cannot read ~/.config/sogni/credentials: it is not a regular file." in found["error"]


def test_balance(sogni: Any, devnet: Devnet) -> None:
    found = sogni("balance", "--json", SOGNI_API_KEY=devnet.accounts[0].api_key).json
    assert list(found) == ["success", "type", "spark", "sogni", "tokenType", "timestamp"]
    assert (found["type"], found["spark"], found["sogni"], found["tokenType"]) == ("balance", 1000, 500, "spark")


def test_models_show_the_bundled_list_with_live_counts_and_need_no_login(sogni: Any) -> None:
    rows = {row["id"]: row for row in sogni("models", "--json").json["models"]}
    assert rows["z_image_turbo_bf16"]["workers"] > 0
    assert rows["qwen_image_edit_2511_fp8_lightning"]["limits"]["steps"] == [4, 8]
    assert "*" not in "".join(rows)


def test_models_without_a_network_show_the_bundled_list_and_say_so(sogni: Any) -> None:
    called = sogni("models", "--json", SOGNI_REST_URL="http://127.0.0.1:9", SOGNI_SOCKET_URL="ws://127.0.0.1:9")
    found = called.json
    assert called.exit_code == 0
    assert "z_image_turbo_bf16" in {row["id"] for row in found["models"]}
    assert {row["workers"] for row in found["models"]} == {None}
    assert found["warnings"][0].startswith("Could not fetch live worker counts:")


def test_runs_and_show_read_the_journal(sogni: Any, devnet: Devnet, folder: Path) -> None:
    key = devnet.accounts[0].api_key
    run = sogni("image", "a cat", "-o", "cat.png", "--json", SOGNI_API_KEY=key).json["runId"]
    listed = sogni("runs", "--json").json["runs"]
    assert [(row["runId"], row["state"]) for row in listed] == [(run, "completed")]
    shown = sogni("show", run[:-2], "--json").json
    assert shown["request"]["prompt"] == "a cat"
    (step,) = shown["steps"]
    assert (step["key"], step["state"], step["projectId"]) == ("image", "completed", devnet.job_requests[0]["jobID"])
    assert step["artifacts"][0]["path"] == str(folder / "cat.png")
    assert sogni("show", "nothing", "--json").json["errorCode"] == "UNKNOWN_RUN"


def test_last(sogni: Any, devnet: Devnet, sogni_home: Any) -> None:
    empty = sogni("last", "--json")
    assert (empty.exit_code, empty.json["errorCode"]) == (2, "NO_LAST_RENDER")
    sogni("image", "a cat", SOGNI_API_KEY=devnet.accounts[0].api_key)
    assert json.loads(sogni("last").stdout) == json.loads(sogni_home.last_render.read_text())
    assert sogni("last", "--json").json["prompt"] == "a cat"
    sogni_home.last_render.write_text("{")
    assert "it is not JSON" in sogni("last", "--json").json["error"]


def test_config_set_explain_and_unset(sogni: Any) -> None:
    assert sogni("config", "set", "image.width", "768", "--json").json["value"] == 768
    hidden = sogni("config", "set", "token_type", "sogni", "--json", SOGNI_TOKEN_TYPE="spark").json
    assert (hidden["value"], hidden["hiddenBy"]) == ("spark", "environment SOGNI_TOKEN_TYPE")
    rows = {row["key"]: row for row in sogni("config", "show", "--json").json["settings"]}
    assert (rows["image.width"]["value"], rows["image.width"]["origin"]) == (768, "~/.config/sogni/config.toml")
    assert rows["image.height"]["origin"] == "built-in"
    layers = sogni("config", "explain", "image.width", "--json", SOGNI_IMAGE__WIDTH="640").json["layers"]
    assert [(row["value"], row["used"]) for row in layers] == [(640, True), (768, False), (512, False)]
    assert sogni("config", "unset", "image.width", "--json").json["value"] == 512
    assert sogni("config", "unset", "image.width").stdout.startswith("Nothing to do")


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["config", "set", "image.widht", "1"], "Did you mean image.width?"),
        (["config", "explain", "imag.width"], "Did you mean"),
        (["config", "set", "image.width", "wide"], ""),
        (["config", "set", "count", "0"], ""),
    ],
)
def test_config_refuses_what_is_not_valid(sogni: Any, argv: list[str], hint: str, sogni_home: Any) -> None:
    called = sogni(*argv, "--json")
    assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG")
    assert hint in called.json["hint"]


def test_a_broken_config_file_is_an_error_for_config_and_a_warning_elsewhere(
    sogni: Any, devnet: Devnet, sogni_home: Any
) -> None:
    sogni_home.config_file.parent.mkdir(parents=True, exist_ok=True)
    sogni_home.config_file.write_text("[image]\nwidht = 700\nheight = 'tall'\n")
    shown = sogni("config", "show", "--json")
    assert (shown.exit_code, shown.json["errorCode"]) == (3, "INVALID_CONFIG")
    assert sogni("doctor", "--offline").exit_code == 3
    made = sogni("image", "x", "--json", SOGNI_API_KEY=devnet.accounts[0].api_key)
    assert (made.exit_code, made.json["height"]) == (0, 512)
    assert len(made.json["warnings"]) == 2


@pytest.mark.parametrize(
    ("variable", "value"), [("SOGNI_NETWORK", " "), ("SOGNI_TOKEN_TYPE", "gold"), ("SOGNI_SAFETY_FILTER", "maybe")]
)
def test_what_is_paid_for_is_never_assumed(sogni: Any, devnet: Devnet, variable: str, value: str) -> None:
    called = sogni("image", "x", "--json", SOGNI_API_KEY=devnet.accounts[0].api_key, **{variable: value})
    if variable == "SOGNI_NETWORK":
        assert called.exit_code == 2, "a name that nobody brings"
    else:
        assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG")
    assert devnet.job_requests == []


def test_an_empty_network_is_no_network(sogni: Any, devnet: Devnet) -> None:
    called = sogni("image", "x", "--network", "", "--json", SOGNI_API_KEY=devnet.accounts[0].api_key)
    assert (called.exit_code, called.json["error"]) == (2, "--network must not be empty.")
    assert devnet.job_requests == []


def test_doctor_looks_at_everything(sogni: Any, devnet: Devnet) -> None:
    well = sogni("doctor", "--json", SOGNI_API_KEY=devnet.accounts[0].api_key)
    assert (well.exit_code, well.json["success"]) == (0, True)
    names = [check["name"] for check in well.json["checks"]]
    assert {"program", "settings", "state folder", "journal", "credentials", "network fast", "login"} <= set(names)
    ill = sogni("doctor", "--json")
    assert (ill.exit_code, ill.json["success"]) == (3, False)
    assert [check["name"] for check in ill.json["checks"] if not check["ok"]] == ["credentials"]


def test_errors_explains_every_code(sogni: Any, sogni_app: Any) -> None:
    codes = sogni_app().error_codes
    listed = sogni("errors", "--json").json["errors"]
    assert [one["code"] for one in listed] == list(codes)
    one = sogni("errors", "timeout", "--json").json
    assert (one["code"], one["exitCode"], one["mayChargeAgain"]) == ("TIMEOUT", 7, True)
    assert sogni("errors", "TIMEOT", "--json").json["hint"] == "Did you mean TIMEOUT?"
    for code in codes:
        assert sogni("errors", code).stdout.startswith(code)


def test_schema_is_the_request_with_its_defaults(sogni: Any) -> None:
    schema = json.loads(sogni("schema", "image").stdout)
    assert schema["required"] == ["prompt"]
    assert schema["properties"]["width"]["default"] == 512
    assert schema["properties"]["width"]["x-flags"] == ["-w", "--width"]
    assert schema["properties"]["context"]["items"] == {"type": "string", "format": "path-or-url"}
    assert set(json.loads(sogni("schema").stdout)) >= {"image"}
    assert sogni("schema", "image", "--json").json == schema


def test_version(sogni: Any) -> None:
    assert sogni("--version").stdout == sogni("-V").stdout == sogni("version").stdout == "0.1.0\n"
    assert sogni("version", "--json").json["version"] == "0.1.0"
    assert sogni("--version", "--json").json == sogni("--json", "-V").json == {
        "success": True, "type": "version", "version": "0.1.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    "argv", [["imag"], ["config", "shwo"], ["config"], ["balance", "--nonsense"], ["call"], ["show"]]
)
def test_usage_errors_are_one_object_too(sogni: Any, argv: list[str]) -> None:
    called = sogni(*argv, "--json")
    if called.exit_code == 0:
        assert argv == ["config"], "a group alone shows its help"
        return
    assert called.exit_code == 2
    assert called.json["success"] is False
    assert called.json["errorCode"] in ("INVALID_ARGUMENT", "UNKNOWN_COMMAND")


@pytest.mark.parametrize(
    "argv", [["--help"], [], ["image", "--help"], ["config", "--help"], ["config", "set", "-h"], ["devnet", "-h"]]
)
def test_help_is_text_and_exits_0(sogni: Any, argv: list[str]) -> None:
    called = sogni(*argv)
    assert (called.exit_code, called.stderr) == (0, "")
    assert called.stdout.startswith("Usage: sogni")
