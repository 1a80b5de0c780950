"""A canary: passwords, tokens, keys, signatures and upload URLs appear in no output and in no file others can read.

What the secrets are is read off the wire, where the service and the program really said them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from sogni_devnet.accounts import Account
from sogni_devnet.balance import Balance, Purse
from sogni_devnet.server import Devnet

from .conftest import Start
from .recorder import Recorder

pytestmark = pytest.mark.slow

PASSWORD = "Canary-Password-4711"
KEY = "canary-key-0815-0815"

WIRE = {
    "token": rb'"token"\s*:\s*"([^"]{20,})"',
    "refresh token": rb'"refreshToken"\s*:\s*"([^"]{20,})"',
    "login signature": rb'"signature"\s*:\s*"(0x[0-9a-f]{130})"',
    "nonce": rb'"nonce"\s*:\s*"([^"]{8,})"',
    "upload URL": rb'"uploadUrl"\s*:\s*"https?://[^"]*/([^"/]+\?[^"]+)"',
}
"""What is secret on the wire; each must be seen when a password logs in and a file is uploaded."""


def secrets_of(wire: Recorder) -> dict[str, set[str]]:
    both = bytes(wire.sent + wire.received)
    return {name: {found.decode() for found in re.findall(pattern, both)} for name, pattern in WIRE.items()}


@pytest.mark.parametrize(
    ("way", "debug"), [("password", ""), ("password", "1"), ("key", "1"), ("wrong password", "1"), ("wrong key", "1")]
)
def test_secrets_stay_inside(
    start: Start, start_devnet: Callable[..., Devnet], folder: Path, way: str, debug: str
) -> None:
    funds = Balance(Purse(Decimal(1000)), Purse(Decimal(1000)))
    devnet = start_devnet(accounts=[Account("Canary", PASSWORD, KEY, funds)])
    wrong = "x" if way.startswith("wrong") else ""
    environ = {"SOGNI_DEBUG": debug}
    if way.endswith("password"):
        environ |= {"SOGNI_USERNAME": "Canary", "SOGNI_PASSWORD": PASSWORD + wrong}
    else:
        environ |= {"SOGNI_API_KEY": KEY + wrong}
    Image.new("RGB", (64, 64)).save(folder / "a.png")
    written = b""
    with Recorder(devnet.port) as wire:
        environ |= {
            "SOGNI_REST_URL": f"http://127.0.0.1:{wire.port}",
            "SOGNI_SOCKET_URL": f"ws://127.0.0.1:{wire.port}",
        }
        for argv in (
            ["image", "-c", "a.png", "x", "-o", "out.png", "--json"],
            ["image", "x", "-m", "no-such-model", "--force", "-o", "b.png"],
            ["balance"],
            ["doctor", "--json"],
            ["config", "show", "--json"],
            ["runs", "--json"],
        ):
            out, err = start(*argv, environ=environ).communicate(timeout=120)
            written += out + err
    found = secrets_of(wire)
    if way == "password":
        assert all(found.values()), f"the test must have seen all of them to look for them: {found.keys()}"
    secrets = {PASSWORD, KEY}.union(*found.values())
    for token in found["token"] | found["refresh token"]:
        secrets |= {token.rpartition(".")[2]}
    assert (b"out.png" in written) == (not wrong)
    for secret in secrets:
        assert secret.encode() not in written
    if os.name == "nt":
        return
    for top, _, names in os.walk(Path(os.environ["HOME"])):
        for path in (Path(top, name) for name in names):
            if path.stat().st_mode & 0o077:
                assert not [secret for secret in secrets if secret.encode() in path.read_bytes()], path
