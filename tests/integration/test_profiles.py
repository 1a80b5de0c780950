"""Profiles: whose account pays, and with which settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from sogni_devnet.server import Devnet

import sogni_core
from sogni_core.settings import Paths
from sogni_core.testing.command_line import Called

Sogni = Callable[..., Called]


@pytest.fixture
def sogni(sogni_cli: Any, devnet: Devnet) -> Sogni:
    """Call ``sogni`` on the devnet without any credentials but those that are given."""

    def call(*argv: str, stdin: str = "", **environ: str) -> Called:
        called: Called = sogni_cli(*argv, environ={**devnet.environ, "SOGNI_API_KEY": "", **environ}, stdin=stdin)
        return called

    return call


@pytest.fixture
def studio(sogni: Sogni, devnet: Devnet) -> str:
    """A profile that was made by logging in."""
    assert sogni("login", "--profile", "studio", "--api-key-stdin", stdin=devnet.accounts[0].api_key).exit_code == 0
    return "studio"


def test_a_profile_has_credentials_of_its_own(sogni: Sogni, sogni_home: Paths, studio: str) -> None:
    assert (sogni_home.config / "profiles" / studio / "credentials").stat().st_mode & 0o077 == 0
    assert sogni("balance", "--profile", studio).exit_code == 0
    assert sogni("balance").exit_code == 3
    assert sogni("balance", SOGNI_PROFILE=studio).exit_code == 0
    assert sogni("logout", "--profile", studio, "--json").json["loggedOut"] is True
    assert sogni("balance", "--profile", studio).exit_code == 3


def test_no_other_account_pays(sogni: Sogni, devnet: Devnet, studio: str) -> None:
    mine, other = devnet.accounts[0], devnet.accounts[1]
    before = mine.balance.spark.net, other.balance.spark.net
    found = sogni(
        "image", "a cat", "-w", "256", "-h", "256", "--profile", studio, "--json", SOGNI_API_KEY=other.api_key
    )
    assert found.json["success"] is True
    assert found.json["warnings"] == [
        "The credentials in environment are not used, since the profile has its own.",
    ]
    assert mine.balance.spark.net < before[0]
    assert other.balance.spark.net == before[1]


def test_a_profile_without_credentials_pays_from_nobody(sogni: Sogni, devnet: Devnet, sogni_home: Paths) -> None:
    sogni_home.config_file.parent.mkdir(parents=True, exist_ok=True)
    sogni_home.config_file.write_text("[profiles.studio]\ncount = 2\n")
    found = sogni("image", "a cat", "--profile", "studio", "--json", SOGNI_API_KEY=devnet.accounts[0].api_key)
    assert (found.exit_code, found.json["errorCode"]) == (3, "MISSING_CREDENTIALS")
    assert devnet.projects == []


def test_its_settings_stand_between_the_environment_and_the_file(sogni: Sogni, sogni_home: Paths, studio: str) -> None:
    sogni_home.config_file.write_text(
        "count = 2\n[image]\nwidth = 320\nheight = 320\n[profiles.studio.image]\nwidth = 640\n"
    )

    def planned(*argv: str, **environ: str) -> tuple[int, int, int]:
        found = sogni("image", "a cat", "--dry-run", "--json", *argv, **environ).json
        return found["width"], found["height"], found["projects"][0]["count"]

    assert planned() == (320, 320, 2)
    assert planned("--profile", studio) == (640, 320, 2)
    assert planned("--profile", studio, SOGNI_IMAGE__WIDTH="704") == (704, 320, 2)
    assert planned("--profile", studio, "-w", "512") == (512, 320, 2)


def test_settings_of_a_profile_are_changed_by_key(sogni: Sogni, sogni_home: Paths, studio: str) -> None:
    found = sogni("config", "set", "image.width", "640", "--profile", studio, "--json").json
    assert (found["value"], found["origin"]) == (640, "~/.config/sogni/config.toml [profiles.studio]")
    assert sogni_home.config_file.read_text() == "[profiles.studio.image]\nwidth = 640\n"
    assert sogni("config", "explain", "image.width", "--json").json["layers"][0]["value"] == 512
    found = sogni("config", "unset", "image.width", "--profile", studio, "--json").json
    assert (found["changed"], found["value"]) == (True, 512)
    assert sogni_home.config_file.read_text() == ""


CREATE = "Create it with: sogni login --profile home"


@pytest.mark.parametrize(
    ("argv", "code", "message", "hint"),
    [
        (("balance", "--profile", "studoi"), 3, "There is no profile 'studoi'.", "Did you mean studio?"),
        (("image", "x", "--profile", "home"), 3, "There is no profile 'home'.", CREATE),
        (("whoami", "--profile", "home"), 3, "There is no profile 'home'.", CREATE),
        (("balance", "--profile", "../x"), 2, "'../x' is not a name for a profile.", None),
        (("balance", "--profile"), 2, "--profile requires a name.", "List them with: sogni profiles"),
    ],
)  # fmt: skip
def test_a_profile_that_does_not_exist(
    sogni: Sogni, devnet: Devnet, studio: str, argv: tuple[str, ...], code: int, message: str, hint: str | None
) -> None:
    found = sogni("--json", *argv)
    assert (found.exit_code, found.json["error"]) == (code, message)
    if hint is not None:
        assert found.json["hint"] == hint
    assert devnet.projects == []


def test_profiles_and_whoami(sogni: Sogni, devnet: Devnet, studio: str) -> None:
    account = devnet.accounts[0]
    environ = {"SOGNI_USERNAME": account.username, "SOGNI_PASSWORD": account.password}
    place = "~/.config/sogni/profiles/studio/credentials"
    assert sogni("profiles", "--json", **environ).json["profiles"] == [
        {"name": None, "current": True, "account": account.username, "kind": "password", "credentials": "environment"},
        {"name": "studio", "current": False, "account": None, "kind": "api-key", "credentials": place},
    ]
    assert sogni("profiles", "--profile", studio).stdout == (
        f"  (none)  no credentials\n* studio  an API key, from {place}\n"
    )
    assert sogni("whoami", **environ).stdout == (
        f"{account.username}, from environment\nprofile: (none)\nnetwork: fast, paid in spark\n"
    )
    found = sogni("whoami", "--profile", studio, "--json").json
    assert {name: found[name] for name in ("type", "profile", "account", "kind", "credentials", "network")} == {
        "type": "whoami", "profile": studio, "account": None, "kind": "api-key", "credentials": place,
        "network": "fast",
    }  # fmt: skip
    assert sogni("whoami").exit_code == 3
    assert not any(one.api_key in sogni("profiles", "--json").stdout for one in devnet.accounts)


@pytest.mark.anyio
async def test_from_python(sogni_home: Paths, devnet: Devnet, studio: str) -> None:
    environ = {**os.environ, **devnet.environ, "SOGNI_API_KEY": ""}
    async with sogni_core.open(profile=studio, environ=environ) as app:
        assert (await app.balance())["spark"] is not None


def test_a_broken_table_is_told(sogni: Sogni, sogni_home: Paths, studio: str) -> None:
    sogni_home.config_file.write_text("[profiles.studio]\nimage = 3\nwidht = 4\n")
    found = sogni("config", "show", "--profile", studio, "--json")
    assert (found.exit_code, len(found.json["errorDetails"]["problems"])) == (3, 2)
    sogni_home.config_file.write_text("profiles = 3\n")
    assert (
        "profiles in ~/.config/sogni/config.toml has to be a table" in sogni("config", "show", "--json").json["error"]
    )
