"""TCP and TLS lines under the HTTP clients: guarded where they must be, opened beforehand where it pays.

A backend is what httpcore asks for connections. This one judges the address it connects to (see ``guard``)
and can open a line before anybody asks for it, so that the first request to that host finds TCP and TLS
done. No request is made for that: a warm line is only a connection.

Bench ``ablation``: without warm lines, one image takes 75 ms more (of 676, with a round trip of 40 ms).
"""

from __future__ import annotations

import asyncio
import logging
import select
import socket
import ssl
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from sogni_core._transport import guard, tls

_log = logging.getLogger("sogni_core.transport")

Origin = tuple[str, int]

CONNECT_SECONDS = 10.0
GOODBYE_SECONDS = 0.1
FRESH_SECONDS = 10.0
"""How long a TLS connection on which nothing was asked is trusted to be open. Some servers close it then; where a job
takes longer, another handshake hardly counts."""

READ_BYTES = 256 * 1024
"""Most that is taken from a line at once: what asyncio reads from a socket. httpcore asks for a quarter of it, and the
rest would be copied and looked at four times."""


class _Wide(httpcore.AsyncNetworkStream):
    """A line that hands on all that has come, and knows its socket.

    httpcore asks every idle line whether it has ended whenever a request is begun or done. The library below gathers
    all that is known of a socket to answer, which was a sixth of the work for many small results.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._socket: socket.socket | None = stream.get_extra_info("socket")

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        return _Wide(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max(max_bytes, READ_BYTES), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return self._socket
        if info == "is_readable":
            return self._socket is None or _is_readable(self._socket.fileno())
        return self._stream.get_extra_info(info)


class _Secured(httpcore.AsyncNetworkStream):
    """A line whose TLS handshake is already done for one host name."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, hostname: str) -> None:
        self._stream = stream
        self._hostname = hostname
        self._opened = asyncio.get_running_loop().time()

    @property
    def age(self) -> float:
        """Seconds since the handshake."""
        return asyncio.get_running_loop().time() - self._opened

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        if server_hostname != self._hostname:
            raise httpcore.ConnectError("a line was opened for another host")
        return self._stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Lines(httpcore.AsyncNetworkBackend):
    """Opens connections for one HTTP client."""

    def __init__(self, *, guarded: bool, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._backend = httpcore.AnyIOBackend()
        self._guarded = guarded
        self._fresh_seconds = fresh_seconds
        self.loopback = False
        """Whether a guarded client may speak to this machine's loopback addresses."""
        self._warm: dict[Origin, asyncio.Task[httpcore.AsyncNetworkStream]] = {}
        self._known: set[Origin] = set()
        self._taken: set[asyncio.Task[Any]] = set()
        """Warm lines that were asked for before they were there, and the closing of those nobody wants any more."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self._known.add((host, port))
        warm = self._warm.pop((host, port), None)
        if warm is not None:
            self._keep(warm)
            try:
                stream = await self._settled(warm)
            except asyncio.CancelledError:
                warm.add_done_callback(self._unwanted)
                raise
            if stream is not None:
                return stream
        return await self._open(host, port, timeout)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("only TCP is spoken here")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def warm(self, host: str, port: int, *, secure: bool) -> None:
        """Begin to open a line that the next request to this host will find ready. Failures are silent."""
        origin = (host, port)
        if origin in self._known or origin in self._warm:
            return  # the client's pool keeps lines that were used, for as long as a job takes
        self._warm[origin] = asyncio.create_task(self._prepare(host, port, secure), name=f"warm line to {host}")

    async def close(self) -> None:
        """Close what was opened beforehand or given up; waits a tenth of a second for what is on its way."""
        tasks = list(self._warm.values())
        self._warm.clear()
        for task in tasks:
            if not task.done():
                task.cancel()
        for task in tasks:
            stream = await self._settled(task)
            if stream is not None:
                await stream.aclose()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                while self._taken:
                    await asyncio.wait(self._taken)
        for task in self._taken:
            task.cancel()

    async def _prepare(self, host: str, port: int, secure: bool) -> httpcore.AsyncNetworkStream:
        stream = await self._open(host, port, CONNECT_SECONDS)
        if not secure:
            return stream
        try:
            inner = await stream.start_tls(tls.trusting(), host, CONNECT_SECONDS)
        except BaseException:
            await stream.aclose()
            raise
        return _Secured(inner, host)

    async def _settled(self, task: asyncio.Task[httpcore.AsyncNetworkStream]) -> httpcore.AsyncNetworkStream | None:
        """Wait for a warm line; None if it failed or has died meanwhile."""
        await asyncio.wait([task])
        if task.cancelled():
            return None
        failure = task.exception()
        if failure is not None:
            _log.debug("a line opened beforehand failed: %s", type(failure).__name__)
            return None
        stream = task.result()
        if self._is_doubtful(stream):
            await stream.aclose()
            return None
        return stream

    def _is_doubtful(self, stream: httpcore.AsyncNetworkStream) -> bool:
        """Tell whether the server may have closed a connection on which nothing was asked yet.

        There is something to read on a plain one then. On TLS that means nothing, since session tickets arrive unasked.
        A request on a fresh one that was closed all the same fails, and is repeated on another.
        """
        if isinstance(stream, _Secured):
            return stream.age > self._fresh_seconds
        return bool(stream.get_extra_info("is_readable"))

    async def _open(self, host: str, port: int, limit: float | None) -> httpcore.AsyncNetworkStream:
        if not self._guarded:
            return _Wide(await self._backend.connect_tcp(host, port, limit))
        try:
            async with asyncio.timeout(CONNECT_SECONDS if limit is None else limit):
                return _Wide(await self._open_judged(host, port))
        except TimeoutError:
            raise httpcore.ConnectTimeout("timed out") from None

    async def _open_judged(self, host: str, port: int) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=1)  # SOCK_STREAM
        except (OSError, UnicodeError) as failure:
            raise httpcore.ConnectError("name not known") from failure
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [address for address in addresses if guard.refusal(address, loopback=self.loopback) is None]
        if not allowed:
            raise RefusedAddressError(host)
        *earlier, last = allowed
        for address in earlier:
            try:
                # A slow address must leave time for the next.
                return await self._backend.connect_tcp(address, port, CONNECT_SECONDS / 2)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                _log.debug("an address of %s did not answer", host)
        return await self._backend.connect_tcp(last, port, CONNECT_SECONDS)

    def _unwanted(self, warm: asyncio.Task[httpcore.AsyncNetworkStream]) -> None:
        if not warm.cancelled() and warm.exception() is None:
            self._keep(asyncio.create_task(warm.result().aclose(), name="closing a line that nobody wants"))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._taken.add(task)
        task.add_done_callback(self._taken.discard)


def _is_readable(descriptor: int) -> bool:
    """Tell whether there is something to read, the end included; so it is for a socket that is closed."""
    if descriptor < 0:
        return True
    if sys.platform == "win32":
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


class RefusedAddressError(Exception):
    """Every address of a host is one that the guard refuses; the URL is known to the caller only."""

    def __init__(self, host: str) -> None:
        super().__init__("refused address")
        self.host = host
