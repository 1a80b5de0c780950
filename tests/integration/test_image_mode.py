"""The image mode where only real sockets show what happens: no server, and a login."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.testing.pytest_plugin import Program


@pytest.fixture
def run(sogni_cli: Program, devnet: Devnet, folder: Path) -> Any:
    """Call ``sogni image`` as the devnet's first account, with the live network's settings pointing there."""

    def call(*argv: object, **environ: str) -> Any:
        return sogni_cli("image", *map(str, argv), environ={**devnet.environ, **environ})

    return call


def test_a_network_that_is_not_there_is_one_error(run: Any) -> None:
    called = run("x", "--json", "-t", "2", SOGNI_REST_URL="http://127.0.0.1:9", SOGNI_SOCKET_URL="ws://127.0.0.1:9")
    assert called.exit_code in (5, 7)
    assert called.json["errorCode"] in ("CONNECTION_ERROR", "TIMEOUT")


def test_a_password_logs_in_once_and_its_token_is_kept(run: Any, devnet: Devnet, sogni_home: Any) -> None:
    account = devnet.accounts[0]
    who = {"SOGNI_API_KEY": "", "SOGNI_USERNAME": account.username, "SOGNI_PASSWORD": account.password}
    assert run("x", **who).exit_code == 0
    assert run("y", **who).exit_code == 0
    logins = [entry for entry in devnet.requests if entry.path == "/v1/account/login"]
    assert len(logins) == 1
    kept = list((sogni_home.state / "tokens").glob("*.json"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o077 == 0
