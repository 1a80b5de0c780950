"""One connection: opened, written to, read from, closed. Nothing is decided here.

A session reads from and writes to a ``Socket``: a ``WebSocket``, or a queue of :mod:`sogni_core._transport.in_memory`.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from sogni_core import __version__
from sogni_core._startup import imports
from sogni_core._transport import guard, proxies, redaction, tls
from sogni_core._transport.calls import PaidFrame, Reply, SafeFrame
from sogni_core._transport.dialer import FRESH_SECONDS, Dialling
from sogni_core._transport.failures import unreachable
from sogni_core.errors import TransportError
from sogni_core.frozen import frozen
from sogni_core.text import clean

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

PING_SECONDS = 15.0
"""Between pings, and the longest wait for a pong; there is no ping of the application. Source: sogni-client 5.54.0."""
FRAME_BYTES = 32 * 2**20
"""Largest frame read: a greeting can bring back hundreds of finished projects with their requests."""
ANSWER_SECONDS = 0.002
"""How long the answer to a goodbye is waited for. The goodbye itself has left by then; the answer is worth nothing."""
GOODBYE_SECONDS = 0.1
OPEN_SECONDS = 20.0


@frozen
class Refused:
    """The upgrade was answered with an HTTP status."""

    status: int
    retry_after: float | None = None


@frozen
class Closed:
    """How a connection ended."""

    code: int
    """1005 without a code, 1006 for a broken line."""
    reason: str = ""
    """Cleaned."""


class Socket(ABC):
    """An open connection. Owned by whoever opened it, who closes it."""

    def __init__(self, host: str) -> None:
        self._host = host

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether frames can be written as far as is known."""

    @property
    @abstractmethod
    def closed(self) -> Closed:
        """How the connection ended; 1006 while it is open."""

    @abstractmethod
    def texts(self) -> AsyncIterator[str | bytes]:
        """Yield frames until the connection ends; see :attr:`closed` then."""

    @abstractmethod
    async def close(self, code: int = 1000) -> None:
        """Say goodbye, for a tenth of a second at most."""

    @abstractmethod
    async def _write(self, text: str) -> None:
        """Write a frame. Raises TransportError CONNECTION_LOST."""

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

    def _broken(self) -> TransportError:
        return TransportError("CONNECTION_LOST", f"The connection to {self._host} broke.")


class Sockets(Protocol):
    """Opens connections: :class:`WebSocket`, or the sockets of a service in memory."""

    async def open(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        dialling: Dialling | None = None,
        upgrading: Callable[[], None] = lambda: None,
    ) -> Socket | Refused:
        """Connect; see :meth:`WebSocket.open`."""

    def dial(self, url: str, *, fresh_seconds: float = FRESH_SECONDS) -> Dialling | None:
        """Begin to open a line for a later :meth:`open`; see :meth:`WebSocket.dial`."""


class WebSocket(Socket):
    """A WebSocket connection."""

    def __init__(self, connection: ClientConnection, host: str) -> None:
        super().__init__(host)
        self._connection = connection

    @classmethod
    async def open(
        cls,
        url: str,
        headers: Mapping[str, str],
        *,
        seconds: float = OPEN_SECONDS,
        dialling: Dialling | None = None,
        upgrading: Callable[[], None] = lambda: None,
    ) -> WebSocket | Refused:
        """Connect, through the environment's proxy if there is one. Raises TransportError CONNECTION_ERROR.

        ``dialling`` is what :meth:`dial` began earlier; this call owns it from now on. ``upgrading`` is called when the
        request for the upgrade is written, and it is the service's turn.
        """
        host, secure = guard.host_of(url), url.startswith("wss:")
        try:
            async with asyncio.timeout(seconds):
                if dialling is not None and not dialling.fresh:
                    await dialling.drop()
                    dialling = None
                # The line is opened while the library is imported, which takes 40 ms the first time.
                dialling = dialling or cls.dial(url)
                await asyncio.sleep(0)  # the call goes out before the import takes the interpreter
                await _prepared(secure)
                return await _upgraded(
                    url, headers, dialling, _proxy(url) if dialling is None else None, host, upgrading
                )
        except ImportError as failure:
            raise proxies.unusable(failure) from None
        except (OSError, TimeoutError, ValueError) as failure:
            raise unreachable(failure, host) from None
        finally:
            if dialling is not None:
                await dialling.drop()

    @staticmethod
    def dial(url: str, *, fresh_seconds: float = FRESH_SECONDS) -> Dialling | None:
        """Begin to connect to the host of a URL, for an :meth:`open` soon; None if the environment names a proxy.

        The connection begins with the event loop's next turn, and nothing is sent on it. After ``fresh_seconds`` it is
        replaced. Raises ValueError for an invalid URL, ImportError for a proxy that needs another package.
        """
        parts = urlsplit(url)
        if not parts.hostname or _proxy(url) is not None:
            return None
        return Dialling(
            parts.hostname, parts.port or (443 if parts.scheme == "wss" else 80), fresh_seconds=fresh_seconds
        )

    @property
    def is_open(self) -> bool:
        from websockets.protocol import State

        # The library learns of a broken line one turn of the loop later; what is written until then is lost.
        return self._connection.state is State.OPEN and not self._connection.transport.is_closing()

    async def texts(self) -> AsyncIterator[str | bytes]:
        from websockets.exceptions import ConnectionClosed

        while True:
            try:
                text = await self._connection.recv()
            except ConnectionClosed:
                return
            yield text

    @property
    def closed(self) -> Closed:
        code = self._connection.close_code
        return Closed(1006 if code is None else code, clean(self._connection.close_reason or "", 200))

    async def close(self, code: int = 1000) -> None:
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._connection.close(code)
        except TimeoutError:
            self._connection.transport.abort()

    async def _write(self, text: str) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._connection.send(text)
        except ConnectionClosed:
            raise self._broken() from None


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    return proxies.url_of("https" if parts.scheme == "wss" else "http", parts.hostname or "")


async def _prepared(secure: bool) -> None:
    """Import the library and load the trust that TLS needs, off the event loop unless that is done already."""
    await imports.load("websockets.asyncio.client")
    if secure and not tls.is_trusting():
        await asyncio.to_thread(tls.trusting)


async def _upgraded(
    url: str,
    headers: Mapping[str, str],
    dialling: Dialling | None,
    proxy: str | None,
    host: str,
    upgrading: Callable[[], None],
) -> WebSocket | Refused:
    from websockets.asyncio.client import ClientConnection, connect
    from websockets.exceptions import InvalidStatus, WebSocketException

    class Connect(connect):
        def process_redirect(self, exc: Exception) -> Exception | str:
            """Follow no redirect: the library would take the API key along to another host."""
            return exc

    class Upgrading(ClientConnection):
        async def handshake(self, *args: Any, **options: Any) -> None:
            asyncio.get_running_loop().call_soon(upgrading)  # the library writes before it lets go of the loop
            await super().handshake(*args, **options)

    options: dict[str, Any] = {"proxy": proxy} if dialling is None else {"sock": await dialling.take()}
    try:
        connection = await Connect(
            url,
            ssl=tls.trusting() if url.startswith("wss:") else None,
            additional_headers=dict(headers),
            user_agent_header=f"sogni-core/{__version__}",
            # A request is 2.5 kB, 1.1 when deflated: both travel in the first window of a connection, so nothing
            # is won, and without it no bomb can be sent.
            compression=None,
            max_size=FRAME_BYTES,
            open_timeout=None,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=ANSWER_SECONDS,
            logger=redaction.install(),
            create_connection=Upgrading,
            **options,
        )
    except InvalidStatus as failure:
        answer = failure.response
        named = {name.lower(): value for name, value in answer.headers.raw_items()}
        reply = Reply(answer.status_code, named, bytes(answer.body or b""))
        return Refused(answer.status_code, reply.retry_after(time.time()))
    except WebSocketException as failure:
        raise unreachable(failure, host) from None
    return WebSocket(connection, host)
