"""A service in this process, reached without sockets: HTTP requests call a function, connections are queues.

The rest of the client is unchanged: the HTTP library, the checks of URLs, the streaming of bodies, and every rule about
what may be written twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from sogni_core._transport import guard
from sogni_core._transport.calls import Reply
from sogni_core._transport.failures import unreachable
from sogni_core._transport.socket import Closed, Refused, Socket
from sogni_core.frozen import frozen
from sogni_core.text import clean

if TYPE_CHECKING:
    import httpx

    from sogni_core._transport.dialer import Dialling


@frozen
class Call:
    """An HTTP request as the service receives it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)


class Line:
    """The service's end of a connection. Frames that were sent before it was closed still arrive."""

    def __init__(self) -> None:
        self.hear: Callable[[str], None] = lambda text: None
        """Called with each frame of the client."""
        self.left: Callable[[], None] = lambda: None
        """Called once, when either side has closed the connection."""
        self.closed: Closed | None = None
        self._said: asyncio.Queue[str | None] = asyncio.Queue()

    def say(self, text: str) -> None:
        """Send a frame; it is lost if the connection is closed."""
        if self.closed is None:
            self._said.put_nowait(text)

    def close(self, code: int, reason: str = "") -> None:
        """Close the connection; code 1006 for a broken line."""
        if self.closed is None:
            self.closed = Closed(code, clean(reason, 200))
            self._said.put_nowait(None)
            self.left()

    async def texts(self) -> AsyncIterator[str]:
        """Yield the frames of the service until the connection is closed."""
        while (text := await self._said.get()) is not None:
            yield text


class Service(Protocol):
    """A REST host and a socket host."""

    async def answer(self, call: Call) -> Reply:
        """Answer an HTTP request. Raises OSError if it cannot be reached."""

    def connect(self, url: str, headers: Mapping[str, str], line: Line) -> int:
        """Accept a connection and return 101, or return another HTTP status to refuse it. Raises OSError."""


class MemorySocket(Socket):
    """The client's end of a connection in memory."""

    def __init__(self, line: Line, host: str) -> None:
        super().__init__(host)
        self._line = line

    @property
    def is_open(self) -> bool:
        return self._line.closed is None

    @property
    def closed(self) -> Closed:
        return self._line.closed or Closed(1006)

    async def texts(self) -> AsyncIterator[str | bytes]:
        async for text in self._line.texts():
            yield text

    async def close(self, code: int = 1000) -> None:
        self._line.close(code)

    async def _write(self, text: str) -> None:
        if self._line.closed is not None:
            raise self._broken()
        self._line.hear(text)


class MemorySockets:
    """Opens connections to a service; see :class:`sogni_core._transport.socket.Sockets`."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def open(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        dialling: Dialling | None = None,
        upgrading: Callable[[], None] = lambda: None,
    ) -> Socket | Refused:
        line = Line()
        try:
            status = self._service.connect(url, headers, line)
        except OSError as failure:
            raise unreachable(failure, guard.host_of(url)) from None
        upgrading()
        return MemorySocket(line, guard.host_of(url)) if status == 101 else Refused(status)

    def dial(self, url: str, *, fresh_seconds: float = 0.0) -> None:
        """Do nothing: there is no line to open in advance."""


def client(service: Service, headers: Mapping[str, str]) -> httpx.AsyncClient:
    """Make an HTTP client that sends every request to the service."""
    import httpx

    async def handle(request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        try:
            reply = await service.answer(Call(request.method, str(request.url), dict(request.headers), body))
        except OSError as failure:
            raise httpx.ConnectError(str(failure), request=request) from failure
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    return httpx.AsyncClient(transport=httpx.MockTransport(handle), trust_env=False, headers=dict(headers))
