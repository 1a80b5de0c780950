"""Credential sources: who is asked when, and that no secret is ever shown."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Install

LABEL = "keys (sogni-keys 3.1)"

SECRET = "a-very-secret-word"

HOOK = """
@hookimpl
def sogni_credentials():
    return [CredentialSource("ring", "{package}.ring:look")]
"""

HEAD = "from sogni_core.settings import Credentials\ndef look(network):\n    "


@pytest.fixture
def ring(install: Install) -> Any:
    """Install a credential source: the body of its function."""

    def write(body: str, name: str = "keys") -> None:
        install(name, HOOK, files={"ring": HEAD + body + "\n"})

    return write


def _hosts(devnet: Any) -> dict[str, str]:
    return {name: value for name, value in devnet.environ.items() if name.endswith("_URL")}


BAD = {
    f"raise KeyError({SECRET!r})": f"The credential source ring of plugin {LABEL} raised KeyError.",
    f"raise SystemExit({SECRET!r})": f"The credential source ring of plugin {LABEL} raised SystemExit.",
    f"return {SECRET!r}": f"The credential source ring of plugin {LABEL} returned str, not Credentials.",
}


@pytest.mark.parametrize("body", BAD)
def test_a_source_that_fails_is_named_without_what_it_said(body: str, ring: Any, sogni_cli: Any, devnet: Any) -> None:
    ring(body)
    debug = {**_hosts(devnet), "SOGNI_DEBUG": "1"}
    for argv in (["balance"], ["image", "a cat"], ["doctor"]):
        called = sogni_cli(*argv, "--json", plugins=["keys"], environ=debug)
        assert BAD[body] in called.stdout
        assert called.exit_code == (3 if argv == ["doctor"] else 9), called
        assert SECRET not in called.stdout + called.stderr
    assert devnet.job_requests == []


def test_another_source_is_no_answer_to_one_that_fails(ring: Any, sogni_cli: Any, devnet: Any) -> None:
    ring("raise OSError")
    ring(f"return Credentials(api_key={devnet.accounts[0].api_key!r})", "more")
    assert sogni_cli("balance", "--json", plugins=["keys", "more"], environ=_hosts(devnet)).exit_code == 9


@pytest.mark.parametrize("nothing", ["return None", "return Credentials()", "return Credentials(username='tom')"])
def test_the_next_source_is_asked_if_one_has_nothing(nothing: str, ring: Any, sogni_cli: Any, devnet: Any) -> None:
    ring(nothing)
    missing = sogni_cli("balance", "--json", plugins=["keys"], environ=_hosts(devnet)).json
    assert (missing["errorCode"], missing["errorDetails"]["triedSources"]) == ("MISSING_CREDENTIALS", ["ring"])
    ring(f"return Credentials(api_key={devnet.accounts[0].api_key!r})", "more")
    assert sogni_cli("balance", "--json", plugins=["keys", "more"], environ=_hosts(devnet)).exit_code == 0


@pytest.mark.parametrize("place", ["environment", "file"])
def test_nobody_is_asked_if_there_are_credentials(
    place: str, ring: Any, sogni_cli: Any, devnet: Any, sogni_home: Any
) -> None:
    ring("raise AssertionError('asked all the same')")
    environ = devnet.environ
    if place == "file":
        sogni_home.credentials.parent.mkdir(parents=True)
        sogni_home.credentials.write_text(f"SOGNI_API_KEY={devnet.accounts[0].api_key}\n", "utf-8")
        sogni_home.credentials.chmod(0o600)
        environ = _hosts(devnet)
    assert sogni_cli("balance", "--json", plugins=["keys"], environ=environ).exit_code == 0


def test_a_source_is_asked_once_a_call(ring: Any, sogni_cli: Any, devnet: Any) -> None:
    ring(f"print('asked for', network)\n    return Credentials(api_key={devnet.accounts[0].api_key!r})")
    called = sogni_cli("image", "a cat", "--json", plugins=["keys"], environ=_hosts(devnet))
    assert called.exit_code == 0, called
    assert called.stderr.count("asked for fast") == 1


def test_user_name_and_password_log_in(ring: Any, sogni_cli: Any, devnet: Any) -> None:
    account = devnet.accounts[0]
    ring(f"return Credentials(username={account.username!r}, password={account.password!r})")
    found = sogni_cli("doctor", "--json", plugins=["keys"], environ=_hosts(devnet))
    checks = {check["name"]: check["message"] for check in found.json["checks"]}
    assert checks["credentials"] == f"{account.username} (ring of plugin {LABEL})"
    assert account.password not in found.stdout + found.stderr


def test_a_network_of_a_plugin_gets_credentials_from_a_source_that_names_it(
    install: Install, sogni_cli: Any, devnet: Any
) -> None:
    hooks = """
@hookimpl
def sogni_credentials():
    return [CredentialSource("ring", "{package}.ring:look", networks=("studio",))]
@hookimpl
def sogni_networks():
    return [Network("studio", "{package}.ring:open_network")]
"""
    ring = f"""
from contextlib import asynccontextmanager
from sogni_core.plugin import Endpoint
from sogni_core.settings import Credentials
def look(network):
    return Credentials(api_key={devnet.accounts[0].api_key!r})
@asynccontextmanager
async def open_network():
    yield Endpoint("studio", {devnet.rest_url!r}, {devnet.socket_url!r})
"""
    install("keys", hooks, files={"ring": ring})
    mine = {"SOGNI_API_KEY": "the-user-s-own-key"}
    called = sogni_cli("image", "a cat", "--network", "studio", "--json", plugins=["keys"], environ=mine)
    assert called.exit_code == 0, called
    assert "the-user-s-own-key" not in str(devnet.requests)
