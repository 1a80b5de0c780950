"""Wallets of the Supernet: derived from user name and password, and proven by an EIP-712 signature.

The greeting of every connection needs the address of the account, but only a login needs a signature. So the address is
computed here with integer arithmetic (2 ms). eth-account is imported only to check a signature, since its import takes
ten times as long as the start of the devnet.
"""

from __future__ import annotations

import hashlib
import sys

SALT = b"sogni-salt-value"
ROUNDS = 10_000

DOMAINS = (
    {"name": "Sogni AI", "version": "1", "chainId": 8453},
    {"name": "Sogni-testnet", "version": "1", "chainId": 84532},
)
"""EIP-712 domains that are accepted, main net first (protocol: name and chain id differ on the testnet)."""

VERIFYING_CONTRACT = "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"

# secp256k1 (SEC 2): field prime and generator, in Jacobian coordinates (x/z², y/z³), which spare the divisions.
_P = 2**256 - 2**32 - 977
_G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    1,
)

_Point = tuple[int, int, int]


def private_key(username: str, password: str) -> bytes:
    """Return the 32-byte private key of an account. The user name is lower-cased; nothing is trimmed."""
    secret = (username.lower() + password).encode()
    return hashlib.pbkdf2_hmac("sha256", secret, SALT, ROUNDS, 32)


def address(key: bytes) -> str:
    """Return the EIP-55 checksummed address of a private key.

    The arithmetic does not take constant time, since it is only for accounts that this server creates.
    """
    x, y = _multiply(int.from_bytes(key, "big"))
    return checksum(_keccak(x.to_bytes(32, "big") + y.to_bytes(32, "big"))[12:])


def checksum(raw: bytes) -> str:
    """Return 20 address bytes as EIP-55 text."""
    digits = raw.hex()
    mask = _keccak(digits.encode()).hex()
    return "0x" + "".join(d.upper() if int(m, 16) > 7 else d for d, m in zip(digits, mask, strict=False))


def signer(wallet_address: str, nonce: str, signature: str) -> str | None:
    """Return the address that signed the ``Authentication`` message; None if the signature cannot be read.

    Both domains are tried; the signature is 65 bytes r‖s‖v as hex, v 27 or 28.
    """
    # The import raises the recursion limit of the whole process a hundredfold, which may be that of a client.
    limit = sys.getrecursionlimit()
    from eth_account import Account
    from eth_account.messages import encode_typed_data

    sys.setrecursionlimit(limit)
    unreadable = _signature_errors()
    found: str | None = None
    for domain in DOMAINS:
        try:
            signable = encode_typed_data(
                {**domain, "verifyingContract": VERIFYING_CONTRACT},
                {"Authentication": [{"name": "walletAddress", "type": "address"}, {"name": "nonce", "type": "string"}]},
                {"walletAddress": wallet_address, "nonce": nonce},
            )
            found = str(Account.recover_message(signable, signature=signature))
        except unreadable:
            return None
        if found == wallet_address:
            return found
    return found


def _signature_errors() -> tuple[type[Exception], ...]:
    from eth_abi.exceptions import EncodingError
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    # eth-account raises hex, RLP and ABI errors unchanged.
    return (EncodingError, BadSignature, ValidationError, ValueError, TypeError, AttributeError, LookupError)


def _keccak(data: bytes) -> bytes:
    from Crypto.Hash import keccak

    return keccak.new(digest_bits=256, data=data).digest()


def _multiply(scalar: int) -> tuple[int, int]:
    """Return the multiple of the generator, in plain coordinates."""
    total: _Point | None = None
    addend = _G
    while scalar:
        if scalar & 1:
            total = addend if total is None else _add(total, addend)
        addend = _double(addend)
        scalar >>= 1
    if total is None:
        raise ValueError("zero is not a private key")
    x, y, z = total
    above = pow(z, -1, _P)
    return x * above * above % _P, y * above * above * above % _P


def _add(a: _Point, b: _Point) -> _Point:
    # Neither the point at infinity nor P + P nor P + (-P) can occur: the scalar is below the group's order.
    squared_a, squared_b = a[2] * a[2] % _P, b[2] * b[2] % _P
    x, y = a[0] * squared_b % _P, a[1] * squared_b * b[2] % _P
    run, rise = (b[0] * squared_a - x) % _P, (b[1] * squared_a * a[2] - y) % _P
    squared = run * run % _P
    cubed, base = squared * run % _P, x * squared % _P
    found = (rise * rise - cubed - 2 * base) % _P
    return found, (rise * (base - found) - y * cubed) % _P, run * a[2] * b[2] % _P


def _double(a: _Point) -> _Point:
    x, y, z = a
    squared = y * y % _P
    base, slope = 4 * x * squared % _P, 3 * x * x % _P
    found = (slope * slope - 2 * base) % _P
    return found, (slope * (base - found) - 8 * squared * squared) % _P, 2 * y * z % _P
