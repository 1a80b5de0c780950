"""A service in this process, reached without sockets: its HTTP is a function, each of its connections a queue.

What stands before it is the real thing: the client library, the guard on URLs, the streaming of bodies, every rule on
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
    """An HTTP request as the service gets it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)


class Line:
    """One connection. The service says what it has to say and closes; what it said before that still arrives."""

    def __init__(self) -> None:
        self.hear: Callable[[str], None] = lambda text: None
        """Called with each frame of the client."""
        self.left: Callable[[], None] = lambda: None
        """Called once, when the connection has ended, whoever ended it."""
        self.closed: Closed | None = None
        self._said: asyncio.Queue[str | None] = asyncio.Queue()

    def say(self, text: str) -> None:
        """Send a frame; one for a connection that has ended is lost."""
        if self.closed is None:
            self._said.put_nowait(text)

    def close(self, code: int, reason: str = "") -> None:
        """End the connection; 1006 for a line that breaks."""
        if self.closed is None:
            self.closed = Closed(code, clean(reason, 200))
            self._said.put_nowait(None)
            self.left()

    async def texts(self) -> AsyncIterator[str]:
        """Yield what the service says, until the connection has ended."""
        while (text := await self._said.get()) is not None:
            yield text


class Service(Protocol):
    """Answers what comes to its hosts."""

    async def answer(self, call: Call) -> Reply:
        """Answer an HTTP request; raises OSError where a server would not be reached."""

    def connect(self, url: str, headers: Mapping[str, str], line: Line) -> int:
        """Take a connection, or refuse the upgrade; returns its HTTP status, 101 if it was taken. Raises OSError."""


class MemorySocket(Socket):
    """The client's end of a connection."""

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
        waiting: Callable[[], None] = lambda: None,
    ) -> Socket | Refused:
        line = Line()
        try:
            status = self._service.connect(url, headers, line)
        except OSError as failure:
            raise unreachable(failure, guard.host_of(url)) from None
        waiting()
        return MemorySocket(line, guard.host_of(url)) if status == 101 else Refused(status)

    def dial(self, url: str) -> None:
        """There is no line to open."""


def client(service: Service, headers: Mapping[str, str]) -> httpx.AsyncClient:
    """Make an HTTP client that talks to the service alone."""
    import httpx

    async def handle(request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        try:
            reply = await service.answer(Call(request.method, str(request.url), dict(request.headers), body))
        except OSError as failure:
            raise httpx.ConnectError(str(failure), request=request) from failure
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    return httpx.AsyncClient(transport=httpx.MockTransport(handle), trust_env=False, headers=dict(headers))
