"""Errors about credentials say where to get some, and where those that were refused come from."""

from __future__ import annotations

from typing import Any

import pytest

from sogni_core.settings.credentials import Credentials, source_of
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import Program


def test_without_credentials_the_error_names_the_site_and_the_devnet(sogni_cli: Program) -> None:
    found: Any = sogni_cli("image", "x", "--json", environ={}).json
    assert found["errorCode"] == "MISSING_CREDENTIALS"
    for text in ("sogni login", "https://sogni.ai", "--network devnet"):
        assert text in found["hint"]


def test_without_the_devnet_plugin_the_error_says_how_to_get_it(sogni_cli: Program) -> None:
    found: Any = sogni_cli("image", "x", "--json", environ={"SOGNI_PLUGINS": ""}).json
    assert "sogni plugins add devnet, then --network devnet" in found["hint"]


def test_a_refused_key_names_its_source(sogni_cli: Program, folder: Any) -> None:
    network = MemoryNetwork("fast")
    found: Any = sogni_cli("image", "x", "--json", network=network, environ={"SOGNI_API_KEY": "wrong-key"}).json
    assert found["errorCode"] == "AUTHENTICATION_ERROR"
    assert "the environment variable SOGNI_API_KEY" in found["hint"]
    assert found["errorDetails"]["credentialsSource"] == "the environment variable SOGNI_API_KEY"


@pytest.mark.parametrize(
    ("credentials", "profile", "source"),
    [
        (Credentials(api_key="k", origin="environment"), "", "the environment variable SOGNI_API_KEY"),
        (
            Credentials("u", "p", origin="environment"),
            "",
            "the environment variables SOGNI_USERNAME and SOGNI_PASSWORD",
        ),
        (Credentials("u", "p", origin="~/.config/sogni/credentials"), "", "~/.config/sogni/credentials"),
        (Credentials(api_key="k", origin="~/work"), "work", "~/work (profile work)"),
        (Credentials(api_key="k", origin="login"), "", ""),
    ],
)
def test_the_source_of_credentials(credentials: Credentials, profile: str, source: str) -> None:
    assert source_of(credentials, profile) == source
