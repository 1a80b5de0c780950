"""The socket goes first: other work waits for it, but not for long."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class HeadStart:
    """Holds other work back while the first socket of a session is being opened."""

    def __init__(self, seconds: float) -> None:
        """``seconds``: the longest wait."""
        self._seconds = seconds
        self._over = asyncio.Event()
        self._over.set()
        self._given = False

    def begin(self) -> None:
        """Hold work back from now on; only the first call does anything."""
        if not self._given:
            self._given = True
            self._over.clear()

    def end(self) -> None:
        """Let all work go on."""
        self._over.set()

    async def wait(self) -> None:
        """Return when the socket's request is written, when it failed, or when the longest wait is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._over.wait()
