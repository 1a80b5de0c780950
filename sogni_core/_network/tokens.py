"""Tokens of an account, and the file in which processes share them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import field
from pathlib import Path

from sogni_core._protocol.values import number
from sogni_core.errors import ConfigError
from sogni_core.files import private_folder, write_atomic
from sogni_core.frozen import frozen

LOCK_SECONDS = 60.0
"""How long another process that is logging in is waited for."""


@frozen
class Tokens:
    """A token and the one that renews it. They are not verified: this program has no key for that."""

    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)

    @property
    def expired(self) -> bool:
        """Whether the token says that it has expired; False if it does not say."""
        return _expired(self.token)

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token that has not expired."""
        return bool(self.refresh_token) and not _expired(self.refresh_token)


class TokenFile:
    """The tokens of one account at one endpoint: one file of mode 0600, written in one step."""

    def __init__(self, state: Path, account: str, endpoint_url: str) -> None:
        named = hashlib.sha256(f"{account}\n{endpoint_url}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self.path = state / "tokens" / f"{named}.json"

    def read(self) -> Tokens | None:
        """Return the stored tokens; None if there are none or they cannot be read, so that a login replaces them."""
        try:
            content = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(content, dict):
            return None
        token, refresh = content.get("token"), content.get("refreshToken")
        if not isinstance(token, str) or not is_header(token):
            return None
        return Tokens(token, refresh if isinstance(refresh, str) else "")

    def write(self, tokens: Tokens) -> None:
        """Store tokens. Raises ConfigError INVALID_STATE."""
        private_folder(self.path.parent)
        write_atomic(self.path, json.dumps({"token": tokens.token, "refreshToken": tokens.refresh_token}))

    def remove(self) -> None:
        """Delete the stored tokens. Raises ConfigError INVALID_STATE."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as failure:
            raise ConfigError("INVALID_STATE", f"The stored login cannot be removed: {failure.strerror}.") from None

    @asynccontextmanager
    async def locked(self, seconds: float = LOCK_SECONDS) -> AsyncIterator[None]:
        """Hold this file against other processes; they wait for a login or a refresh, and then read its result.

        The event loop goes on meanwhile. Raises ConfigError INVALID_STATE if it cannot be held within ``seconds``.
        """
        from filelock import AsyncFileLock, Timeout

        private_folder(self.path.parent)
        # One try takes microseconds: not worth a thread.
        lock = AsyncFileLock(self.path.with_suffix(".lock"), mode=0o600, run_in_executor=False)
        try:
            await lock.acquire(timeout=seconds, poll_interval=0.02)
        except Timeout:
            message = f"Another process has locked the stored login for {seconds:g} s."
            raise ConfigError("INVALID_STATE", message) from None
        except OSError as failure:
            raise ConfigError("INVALID_STATE", f"The stored login cannot be locked: {failure.strerror}.") from None
        try:
            yield
        finally:
            await lock.release()


def is_header(secret: str) -> bool:
    """Tell whether a secret can be sent as a header; one that cannot would appear in the text of an exception."""
    return bool(secret) and secret.isascii() and secret.isprintable() and secret == secret.strip()


def expiry(token: str) -> float | None:
    """Read ``exp`` (seconds since 1970) from a JWT without verifying it; None if it has none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        return None
    moment = claims.get("exp") if isinstance(claims, dict) else None
    found = number(moment) if isinstance(moment, int | float) else None
    return found if found is not None and found < 1e12 else None


def _expired(token: str) -> bool:
    moment = expiry(token)
    return moment is not None and moment <= time.time()
