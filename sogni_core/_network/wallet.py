"""The wallet that is derived from a user name and a password, and its signature of a login.

protocol: the key is PBKDF2-HMAC-SHA256 of the lower-cased user name and the password. Neither is ever sent.
Source: Sogni-AI/sogni-client, src/Account/index.ts and src/lib/EIP712Helper.ts.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import field
from typing import Any, Final

from sogni_core.frozen import frozen

_SALT: Final = b"sogni-salt-value"
_ITERATIONS: Final = 10_000


_DOMAIN: Final = {
    "name": "Sogni AI",
    "version": "1",
    "chainId": 8453,
    "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
}
"""The EIP-712 domain that a signature is for."""


@frozen
class Wallet:
    """An address and its key. Making one imports eth-account (0.4 s), so only a login does."""

    address: str
    """EIP-55 checksummed."""
    _key: bytes = field(repr=False)

    @classmethod
    def of(cls, username: str, password: str) -> Wallet:
        """Derive the wallet. Nothing is trimmed or normalised; only the user name is lower-cased."""
        key = private_key(username, password)
        return cls(_signer(key).address, key)

    def sign(self, nonce: str) -> str:
        """Sign a login nonce: 65 bytes ``r‖s‖v`` in hex with ``0x``, deterministic (RFC 6979)."""
        signed = _signer(self._key).sign_typed_data(full_message=login_message(self.address, nonce))
        return "0x" + bytes(signed.signature).hex()


def _signer(key: bytes) -> Any:
    # Importing eth-account imports py_ecc, which raises the recursion limit of the whole process a hundredfold;
    # nested JSON of a hostile server would then end in a crash of the interpreter instead of a RecursionError.
    limit = sys.getrecursionlimit()
    from eth_account import Account

    sys.setrecursionlimit(limit)
    return Account.from_key(key)


def private_key(username: str, password: str) -> bytes:
    """Return the 32 bytes of the key."""
    secret = (username.lower() + password).encode("utf-8", "surrogatepass")
    return hashlib.pbkdf2_hmac("sha256", secret, _SALT, _ITERATIONS, 32)


def login_message(address: str, nonce: str) -> dict[str, Any]:
    """Return the typed data of a login, as EIP-712 tools take it."""
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "Authentication": [
                {"name": "walletAddress", "type": "address"},
                {"name": "nonce", "type": "string"},
            ],
        },
        "primaryType": "Authentication",
        "domain": _DOMAIN,
        "message": {"walletAddress": address, "nonce": nonce},
    }
