"""One WebSocket connection: opened, written to, read from, closed. Nothing is decided here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException
from websockets.protocol import State

from sogni_core import __version__
from sogni_core._transport import redaction, tls
from sogni_core._transport.calls import PaidFrame, Reply, SafeFrame
from sogni_core._transport.failures import unreachable
from sogni_core.errors import TransportError
from sogni_core.text import clean

PING_SECONDS = 15.0
"""Between pings, and the longest wait for a pong. Source: sogni-client, WebSocket client of 5.54.0."""
FRAME_BYTES = 32 * 2**20
"""Largest frame read: a greeting can bring back hundreds of finished projects with their requests."""
GOODBYE_SECONDS = 0.1
OPEN_SECONDS = 20.0


@dataclass(frozen=True)
class Refused:
    """The upgrade was answered with an HTTP status."""

    status: int
    retry_after: float | None = None


@dataclass(frozen=True)
class Closed:
    """How a connection ended."""

    code: int
    """1005 without a code, 1006 for a broken line."""
    reason: str = ""
    """Cleaned."""


class _Connect(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        """Follow no redirect: the library would take the API key along to another host."""
        return exc


class Socket:
    """An open connection. Owned by whoever opened it, who closes it."""

    def __init__(self, connection: ClientConnection, host: str) -> None:
        self._connection = connection
        self._host = host

    @classmethod
    async def open(cls, url: str, headers: Mapping[str, str], *, seconds: float = OPEN_SECONDS) -> Socket | Refused:
        """Connect, through a proxy of the environment if there is one. Raises TransportError CONNECTION_ERROR."""
        host = urlsplit(url).hostname or "the socket host"
        try:
            connection = await _Connect(
                url,
                ssl=tls.trusting() if url.startswith("wss:") else None,
                additional_headers=dict(headers),
                user_agent_header=f"sogni-core/{__version__}",
                # Frames are base64 of small JSON: deflate costs more time than it saves on any line that
                # renders pictures, and a bomb cannot be sent.
                compression=None,
                max_size=FRAME_BYTES,
                open_timeout=seconds,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                close_timeout=GOODBYE_SECONDS,
                logger=redaction.install(),
            )
        except InvalidStatus as failure:
            answer = failure.response
            named = {name.lower(): value for name, value in answer.headers.raw_items()}
            reply = Reply(answer.status_code, named, bytes(answer.body or b""))
            return Refused(answer.status_code, reply.retry_after(time.time()))
        except (InvalidHandshake, InvalidURI, WebSocketException, OSError, TimeoutError, ValueError) as failure:
            raise unreachable(failure, host) from None
        return cls(connection, host)

    @property
    def is_open(self) -> bool:
        """Whether frames can be written as far as is known."""
        return self._connection.state is State.OPEN

    async def send(self, frame: SafeFrame) -> None:
        """Write a frame that costs nothing. Raises TransportError CONNECTION_LOST."""
        await self._write(frame.text)

    async def spend(self, frame: PaidFrame, before: Callable[[], None]) -> None:
        """Write a paid frame, once. ``before`` is called last of all before it is written.

        Raises TransportError CONNECTION_ERROR if the connection is known to be gone: then neither was
        ``before`` called nor anything written, and the frame is whole. CONNECTION_LOST: it may have arrived.
        """
        if not self.is_open:
            raise TransportError(
                "CONNECTION_ERROR", f"The connection to {self._host} is closed.", details={"sent": False}
            )
        before()
        await self._write(frame.take())

    async def texts(self) -> AsyncIterator[str | bytes]:
        """Yield frames until the connection ends; see :attr:`closed` then."""
        while True:
            try:
                text = await self._connection.recv()
            except ConnectionClosed:
                return
            yield text

    @property
    def closed(self) -> Closed:
        """How the connection ended; 1006 while it is open."""
        code = self._connection.close_code
        return Closed(1006 if code is None else code, clean(self._connection.close_reason or "", 200))

    async def close(self, code: int = 1000) -> None:
        """Say goodbye, for a tenth of a second at most."""
        try:
            async with asyncio.timeout(2 * GOODBYE_SECONDS):
                await self._connection.close(code)
        except TimeoutError:
            self._connection.transport.abort()

    async def _write(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed:
            raise TransportError("CONNECTION_LOST", f"The connection to {self._host} broke.") from None
