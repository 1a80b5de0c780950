"""Wallets and signatures against the vectors of the protocol."""

import pytest
from sogni_devnet.wallet import address, private_key, signer

WALLET = "0xeC312E39C468f2eb97Ee59a465AD07Bc5046aBba"
MAIN = (
    "0x9cc4c8046cf0513aa68f3d7ed2218f6ba4316e630ce6c73cdf2272623436df6f"
    "4e8245c054f1356bd3c98e62ef51a7833b977ef46a37c0aa822ec5944f0dc0191c"
)
TEST = (
    "0xd03f7cda35787cfb897914578f9d457e57fbf0e341c54683eb6e00d317064864"
    "69a7b2e532d788a20305111cfd62acea14f00630aceeab7c64bc081b527dca421c"
)


@pytest.mark.parametrize(
    ("username", "password", "key", "wallet"),
    [
        ("testuser", "testpass", "0618652da445a265f09d69b004ba5d4c52093522a9f738de7e7c483255a41b58", WALLET),
        ("Sogni-Tester", "Correct Horse 42!", "fe4e7d051bffe828ae958e9f0a4cba2d16f5a44cd5398002b75cb8d7911c604d",
         "0x4d6A502Ee818b69d6Cac0F879AB06F6B2927310A"),
        ("ÄÖü", "pä55", "d4967b24f6e09a8c6d709eb2fd9dbe6f9c5a6b69cab217f5c02581e5f1314b78",
         "0x5feD739557125ef8bf31476F6E75E4c0b6eF1935"),
    ],
)  # fmt: skip
def test_wallet_of_username_and_password(username: str, password: str, key: str, wallet: str) -> None:
    assert private_key(username, password).hex() == key
    assert address(bytes.fromhex(key)) == wallet


@pytest.mark.parametrize("signature", [MAIN, TEST], ids=["main net", "testnet"])
def test_signature_of_either_domain_names_its_signer(signature: str) -> None:
    assert signer(WALLET, "abc123", signature) == WALLET


def test_signature_of_another_nonce_names_somebody_else() -> None:
    assert signer(WALLET, "abc124", MAIN) != WALLET


@pytest.mark.parametrize("signature", ["", "0x", "no hex", "0x" + "00" * 65, "0x" + "ff" * 65, "0x12", "ü" * 130])
def test_unreadable_signature_names_nobody(signature: str) -> None:
    assert signer(WALLET, "abc123", signature) is None


def test_unreadable_wallet_names_nobody() -> None:
    assert signer("not an address", "abc123", MAIN) is None
