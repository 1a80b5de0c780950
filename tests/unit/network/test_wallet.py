"""The published vectors of the service's wallet: key, address and login signature."""

from __future__ import annotations

import subprocess
import sys

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from sogni_core._network.wallet import Wallet, login_message, private_key

VECTORS = [
    (
        "testuser",
        "testpass",
        "0618652da445a265f09d69b004ba5d4c52093522a9f738de7e7c483255a41b58",
        "0xeC312E39C468f2eb97Ee59a465AD07Bc5046aBba",
    ),
    (
        "Sogni-Tester",
        "Correct Horse 42!",
        "fe4e7d051bffe828ae958e9f0a4cba2d16f5a44cd5398002b75cb8d7911c604d",
        "0x4d6A502Ee818b69d6Cac0F879AB06F6B2927310A",
    ),
    (
        "ÄÖü",
        "pä55",
        "d4967b24f6e09a8c6d709eb2fd9dbe6f9c5a6b69cab217f5c02581e5f1314b78",
        "0x5feD739557125ef8bf31476F6E75E4c0b6eF1935",
    ),
]

SEPARATOR = "b4ae5d42e002907db9b857804c003855c5441e3cf93a2a976749b2ce22baee4c"
SIGNATURE = (
    "0x9cc4c8046cf0513aa68f3d7ed2218f6ba4316e630ce6c73cdf2272623436df6f"
    "4e8245c054f1356bd3c98e62ef51a7833b977ef46a37c0aa822ec5944f0dc0191c"
)


@pytest.mark.parametrize(("username", "password", "key", "address"), VECTORS)
def test_a_user_name_and_a_password_are_a_wallet(username: str, password: str, key: str, address: str) -> None:
    assert private_key(username, password).hex() == key
    assert Wallet.of(username, password).address == address


def test_only_the_user_name_is_lower_cased_and_nothing_is_trimmed() -> None:
    assert private_key("TESTUSER", "testpass") == private_key("testuser", "testpass")
    assert private_key("testuser", "TESTPASS") != private_key("testuser", "testpass")
    assert private_key(" testuser", "testpass") != private_key("testuser", "testpass")


def test_a_login_is_signed_as_the_service_expects() -> None:
    wallet = Wallet.of("testuser", "testpass")
    assert wallet.sign("abc123") == SIGNATURE
    hashed = encode_typed_data(full_message=login_message(wallet.address, "abc123"))
    assert hashed.header.hex() == SEPARATOR
    assert Account.recover_message(hashed, signature=SIGNATURE) == wallet.address


def test_the_hashes_under_a_signature_are_the_published_ones() -> None:
    wallet = Wallet.of("testuser", "testpass")
    hashed = encode_typed_data(full_message=login_message(wallet.address, "abc123"))
    assert hashed.body.hex() == "73d04e2ac62466b6137528252a583880c1d598e87e30a8e2457a04ad1dae270f"
    digest = keccak(b"\x19\x01" + hashed.header + hashed.body)
    assert digest.hex() == "30813d7234dbaa2673a4ac15049ee099f0730db50a8cfe54f6e55f88cd43aee5"


def test_a_wallet_does_not_show_its_key() -> None:
    assert "0618652d" not in repr(Wallet.of("testuser", "testpass"))


def test_a_login_leaves_the_recursion_limit_as_it_was() -> None:
    code = (
        "import sys\n"
        "from sogni_core._network.wallet import Wallet\n"
        "before = sys.getrecursionlimit()\n"
        "Wallet.of('testuser', 'testpass').sign('abc123')\n"
        "sys.exit(sys.getrecursionlimit() != before)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
