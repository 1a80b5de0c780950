"""Whose turn it is to begin the run of an idempotency key: of several processes, one; the others find its run."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from pathlib import Path

from sogni_core._journal.locks import Hold, hold
from sogni_core.files import private_folder

_POLL_SECONDS = 0.02


class KeyTurn:
    """The turn of this call."""

    def __init__(self, holding: Hold) -> None:
        self._hold = holding

    def end(self) -> None:
        """Let the next one look; a second call does nothing."""
        self._hold.release()
        with suppress(OSError):
            self._hold.path.unlink(missing_ok=True)


async def take_turn(folder: Path, key: str) -> KeyTurn:
    """Wait until no other call with this key is about to begin a run."""
    private_folder(folder)
    path = folder / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    while (holding := hold(path)) is None:  # noqa: ASYNC110 - another process tells nobody
        await asyncio.sleep(_POLL_SECONDS)
    return KeyTurn(holding)
