"""Tokens of an account, and the file in which processes share them."""

from __future__ import annotations

import asyncio
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
"""Longest wait for another process that is logging in."""


@frozen
class Tokens:
    """A token and the one that renews it. Opaque: no key is held here to verify them with."""

    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)

    @property
    def expired(self) -> bool:
        """Whether the token says so itself, unverified; False if it says nothing."""
        return _expired(self.token)

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token that has not expired."""
        return bool(self.refresh_token) and not _expired(self.refresh_token)


class TokenFile:
    """The tokens of one account at one endpoint: one file of mode 0600, written in one step."""

    def __init__(self, state: Path, account: str, endpoint_url: str) -> None:
        self._folder = state / "tokens"
        named = hashlib.sha256(f"{account}\n{endpoint_url}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self._path = self._folder / f"{named}.json"

    def read(self) -> Tokens | None:
        """Return what is stored, None if there is nothing that can be read: then a login makes it anew."""
        try:
            content = json.loads(self._path.read_bytes())
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
        private_folder(self._folder)
        write_atomic(self._path, json.dumps({"token": tokens.token, "refreshToken": tokens.refresh_token}))

    def remove(self) -> None:
        """Forget them. Raises ConfigError INVALID_STATE."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as failure:
            raise ConfigError("INVALID_STATE", f"The stored login cannot be removed: {failure.strerror}.") from None

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Hold this file against other processes; they wait for a login or a refresh and then read its result.

        Waiting is done in small steps on the event loop, so that a socket can open and a cancellation works.
        Raises ConfigError INVALID_STATE.
        """
        from filelock import FileLock, Timeout

        private_folder(self._folder)
        lock = FileLock(self._path.with_suffix(".lock"), thread_local=False, mode=0o600)
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                lock.acquire(timeout=0)
                break
            except Timeout:
                if time.monotonic() > deadline:
                    raise ConfigError(
                        "INVALID_STATE", "Another process has held the stored login for a minute."
                    ) from None
            except OSError as failure:
                raise ConfigError("INVALID_STATE", f"The stored login cannot be locked: {failure.strerror}.") from None
            await asyncio.sleep(0.02)
        try:
            yield
        finally:
            lock.release()


def is_header(secret: str) -> bool:
    """Whether a secret can be sent as the value of a header; what cannot would end in the text of an exception."""
    return bool(secret) and secret.isascii() and secret.isprintable() and secret == secret.strip()


def expiry(token: str) -> float | None:
    """Read ``exp``, seconds since 1970, from a JWT without verifying it; None if it has none."""
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
