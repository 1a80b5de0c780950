"""Nonces and tokens for logins.

Tokens have the form of a JWT with the claims of the protocol, since clients read ``exp`` from them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any

from sogni_devnet.accounts import Account, Accounts
from sogni_devnet.settings import DevnetSettings

NONCE_SECONDS = 300
"""Lifetime of a nonce. That of the live service is unknown."""


class Tokens:
    """Issues, checks and revokes tokens. Each server has its own key, so no token outlives it."""

    def __init__(self, accounts: Accounts, settings: DevnetSettings, clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._settings = settings
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._nonces: dict[str, tuple[str, float]] = {}
        self._revoked: set[str] = set()
        self._dead: set[str] = set()

    def nonce(self, wallet: str) -> str:
        """Issue a nonce for a wallet, which replaces an earlier one."""
        nonce = secrets.token_hex(16)
        self._nonces[wallet] = (nonce, self._clock() + NONCE_SECONDS)
        return nonce

    def spend_nonce(self, wallet: str) -> str | None:
        """Return the nonce of a wallet and delete it; None if there is none."""
        nonce, until = self._nonces.pop(wallet, ("", 0.0))
        return nonce if until > self._clock() else None

    def pair(self, account: Account) -> dict[str, str]:
        """Issue a token and a refresh token."""
        now = int(self._clock())
        common = {"addr": account.address, "env": "devnet", "iat": now, "jti": secrets.token_hex(8)}
        return {
            "token": self._sign({**common, "exp": now + self._settings.token_seconds}),
            "refreshToken": self._sign({**common, "type": "refresh", "exp": now + self._settings.refresh_seconds}),
        }

    def account(self, token: str) -> Account | None:
        """Return the wallet of a token; None if it is forged, expired, revoked or a refresh token."""
        claims = self._claims(token)
        if claims is None or "type" in claims or claims["jti"] in self._dead:
            return None
        return self._accounts.by_address(claims["addr"])

    def refresh(self, refresh_token: str, *, keep: bool = False) -> tuple[Account, dict[str, str]] | None:
        """Exchange a refresh token for a new pair, and revoke the old pair.

        ``keep``: the refresh token stays valid and is returned again.
        """
        claims = self._claims(refresh_token)
        if claims is None or claims.get("type") != "refresh":
            return None
        account = self._accounts.by_address(claims["addr"])
        if account is None:
            return None
        if keep:
            return account, {**self.pair(account), "refreshToken": refresh_token}
        self._revoked.add(claims["jti"])
        return account, self.pair(account)

    def revoke(self, token: str) -> None:
        """End a session: revoke the token and its refresh token."""
        claims = self._claims(token)
        if claims is not None:
            self._revoked.add(claims["jti"])

    def kill(self, token: str, *, with_refresh: bool) -> None:
        """Let a token expire early. Its refresh token stays valid, unless it is revoked too."""
        claims = self._claims(token)
        if claims is not None:
            (self._revoked if with_refresh else self._dead).add(claims["jti"])

    def _sign(self, claims: dict[str, Any]) -> str:
        body = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode(claims)}"
        return f"{body}.{self._seal(body)}"

    def _seal(self, body: str) -> str:
        return _b64(hmac.new(self._key, body.encode(), hashlib.sha256).digest())

    def _claims(self, token: str) -> dict[str, Any] | None:
        body, _, seal = token.rpartition(".")
        # Compared as bytes: compare_digest refuses text with non-ASCII characters, which a header may contain.
        if not hmac.compare_digest(seal.encode(), self._seal(body).encode()):
            return None
        payload = body.partition(".")[2]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return None if claims["exp"] <= self._clock() or claims["jti"] in self._revoked else claims


def _encode(value: dict[str, Any]) -> str:
    return _b64(json.dumps(value, separators=(",", ":")).encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
