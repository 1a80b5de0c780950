"""The HTTP clients of a process: one for the service, and a guarded one for URLs that others chose.

Both are made when first needed and share the process's TLS context. The first honours the proxies of the
environment. The guarded one goes to public addresses only and to no proxy, which would hide the address
it talks to; see :meth:`Http.download` for the one exception.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sogni_core import __version__
from sogni_core._startup import imports
from sogni_core._transport import guard, proxies, redaction, tls
from sogni_core._transport.bodies import Received, read_bounded, receive, send_file
from sogni_core._transport.calls import Reply, SafeCall
from sogni_core._transport.failures import unreachable
from sogni_core._transport.retry import Pause, repeated
from sogni_core.errors import InputError, SogniError, TransportError

if TYPE_CHECKING:
    import httpx

    from sogni_core._transport.connection_pool import Lines
    from sogni_core._transport.in_memory import Service
    from sogni_core.files import PartFile

REPLY_BYTES = 32 * 2**20
"""Largest answer of a REST call that is read."""
KEEP_SECONDS = 90.0
"""How long an idle line is kept: longer than most images take, so that the download finds it open."""
CONNECT_SECONDS = 10.0
MAX_LINES = 16
"""Connections of one client. All may be kept: httpcore 1.0.9 counts busy lines among the idle ones, so a smaller
number to keep would close lines that the next request needs."""
MAX_HOPS = 5
USER_AGENT = f"sogni-core/{__version__}"


class Http:
    """All HTTP of one process. Owns its clients; close it when done."""

    def __init__(self, *, loopback: bool = False, pause: Pause = asyncio.sleep, service: Service | None = None) -> None:
        """Make the clients of a process; nothing is imported or opened yet.

        ``loopback``: URLs that others chose may name this machine's loopback addresses. ``pause`` is how time passes
        between two tries of a call. ``service`` answers every request in this process: nothing is connected, whatever a
        URL names.
        """
        self._pause = pause
        self._loopback = loopback
        self._service = service
        self._client: httpx.AsyncClient | None = None
        self._lines: Lines | None = None
        self._guarded: httpx.AsyncClient | None = None
        self._guarded_lines: Lines | None = None
        self._turns = asyncio.Semaphore(MAX_LINES)

    def admit(self, endpoint_url: str) -> None:
        """Open the guard to loopback addresses if the configured endpoint is itself one, and to nothing else."""
        self._loopback = self._loopback or guard.is_loopback(endpoint_url)
        if self._guarded_lines is not None:
            self._guarded_lines.loopback = self._loopback

    def check(self, url: str) -> None:
        """Refuse a URL that others chose, as far as reading it tells. Raises InputError URL_REFUSED."""
        guard.check(url, loopback=self._loopback)

    async def load(self) -> None:
        """Import the HTTP library in a thread, so that a socket can open meanwhile."""
        # httpx has a command line; with its libraries (click, rich, pygments) it would take a third of the import.
        await imports.load("httpcore", "httpx", without=["httpx._main"])

    async def call(self, call: SafeCall) -> Reply:
        """Make a call, again if that can help, and read the answer to its end. Raises TransportError."""
        await self.load()
        return await repeated(call, self._once, pause=self._pause)

    async def upload(
        self, url: str, path: Path, content_type: str, *, seconds: float, on_bytes: Callable[[int], None] | None = None
    ) -> Reply:
        """PUT a file to a URL that the service named, streamed from disk, once.

        No credentials go with it. Raises TransportError CONNECTION_ERROR, InputError URL_REFUSED, MISSING_FILE.
        """
        await self.load()
        self.check(url)
        headers = {"content-type": content_type} if content_type else {}
        async with self._failures(url), asyncio.timeout(seconds):
            return await send_file(self._store(url), url, path, headers, on_bytes)

    async def download(
        self, url: str, part_file: PartFile, *, limit_bytes: int, idle: float = 30.0, seconds: float = 600.0
    ) -> Received:
        """GET a URL that the service named, streamed to disk, once.

        Guarded like :meth:`fetch`, but where the environment names a proxy the way leads through it: a
        machine that reaches nothing else must still get what it paid for, and which addresses a proxy
        reaches is the proxy's own rule. Raises TransportError CONNECTION_ERROR, InputError URL_REFUSED.
        The body of an answer other than 200 is not written.
        """
        await self.load()
        async with self._failures(url), asyncio.timeout(seconds):
            return await self._get(self._store, url, part_file, limit_bytes, idle)

    async def fetch(
        self, url: str, part_file: PartFile, limit_bytes: int, *, idle: float = 15.0, seconds: float = 120.0
    ) -> Received:
        """GET a URL that a user named, streamed to disk; public addresses only.

        Raises InputError FETCH_FAILED (details ``url``, ``status``, ``statusText``; or ``url``, ``cause``)
        and URL_REFUSED.
        """
        await self.load()
        shown = guard.bare_url(url)
        try:
            async with self._failures(url), asyncio.timeout(seconds):
                received = await self._get(lambda _: self._guarded_client(), url, part_file, limit_bytes, idle)
        except TransportError as failure:
            words = failure.details.get("cause", failure.message)
            raise InputError(
                "FETCH_FAILED", f"Failed to fetch media ({words})", details={"url": shown, "cause": words}
            ) from None
        if received.status != 200:
            raise InputError(
                "FETCH_FAILED",
                f"Failed to fetch media ({received.status} {received.reason})",
                details={"url": shown, "status": received.status, "statusText": received.reason},
            )
        return received

    def warm(self, url: str, *, store: bool = False) -> None:
        """Begin to open a line to the host of a URL; ``store`` for the client of URLs that the service names.

        Does nothing where a proxy stands between, or where a line was opened before.
        """
        parts = urlsplit(url)
        if parts.hostname is None or parts.scheme not in {"http", "https"}:
            return
        client = self._store(url) if store else self._main()
        lines = self._guarded_lines if client is self._guarded else self._lines
        if lines is not None:
            secure = parts.scheme == "https"
            lines.warm(parts.hostname, parts.port or (443 if secure else 80), secure=secure)

    async def close(self) -> None:
        """Close every line. The object can be used again; it starts afresh."""
        clients, lines = (self._client, self._guarded), (self._lines, self._guarded_lines)
        self._client = self._guarded = self._lines = self._guarded_lines = None
        self._turns = asyncio.Semaphore(MAX_LINES)
        for backend in lines:
            if backend is not None:
                await backend.close()
        for client in clients:
            if client is not None:
                await client.aclose()

    # how it is done

    async def _once(self, call: SafeCall) -> Reply:
        import httpx

        client = self._main()
        limits = httpx.Timeout(call.seconds, connect=min(call.seconds, CONNECT_SECONDS))
        # The limit is on the service's time, not on that of other calls: a thousand at once wait for their turn here.
        # The client's own queue would do, but it looks through all that wait whenever a line is taken or given back.
        async with (
            self._turns,
            self._failures(call.url),
            asyncio.timeout(call.seconds),
            client.stream(
                call.method, call.url, headers=dict(call.headers), json=call.json, timeout=limits
            ) as response,
        ):
            body = await read_bounded(response, REPLY_BYTES)
            return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)

    async def _get(
        self,
        choose: Callable[[str], httpx.AsyncClient],
        url: str,
        part_file: PartFile,
        limit_bytes: int,
        idle: float,
    ) -> Received:
        for _ in range(MAX_HOPS + 1):
            self.check(url)
            result = await receive(choose(url), url, part_file, limit_bytes, idle)
            if isinstance(result, Received):
                return result
            if url.startswith("https:") and not result.startswith("https:"):
                raise guard.refused(result, "is a redirect from https to something else")
            url = result
        raise TransportError(
            "CONNECTION_ERROR", "Too many redirects.", details={"cause": "too many redirects", "sent": True}
        )

    def _main(self) -> httpx.AsyncClient:
        if self._client is None:
            redaction.install()
            if self._service is not None:
                self._client = _in_memory(self._service)
            elif proxies.named("http") or proxies.named("https"):
                self._client = _proxied()
            else:
                self._client, self._lines = _direct(guarded=False)
        return self._client

    def _guarded_client(self) -> httpx.AsyncClient:
        if self._service is not None:
            return self._main()
        if self._guarded is None:
            redaction.install()
            self._guarded, self._guarded_lines = _direct(guarded=True)
            self._guarded_lines.loopback = self._loopback
        return self._guarded

    def _store(self, url: str) -> httpx.AsyncClient:
        parts = urlsplit(url)
        return self._main() if proxies.named(parts.scheme, parts.hostname or "") else self._guarded_client()

    @asynccontextmanager
    async def _failures(self, url: str) -> AsyncIterator[None]:
        """Translate what a library raises; nothing of the URL but its host is passed on."""
        import httpcore
        import httpx

        from sogni_core._transport.connection_pool import RefusedAddressError

        if url.startswith("https:"):
            tls.trusting()
        host = guard.host_of(url)
        try:
            yield
        except RefusedAddressError:
            raise guard.refused(url, "leads to an address that is not public") from None
        except SogniError:
            raise
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, OSError) as failure:
            raise unreachable(failure, host) from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as failure:
            raise unreachable(failure, host) from None
        except (httpcore.ProxyError, httpcore.UnsupportedProtocol, httpcore.ConnectionNotAvailable) as failure:
            raise unreachable(failure, host) from None


def _in_memory(service: Service) -> httpx.AsyncClient:
    from sogni_core._transport.in_memory import client

    return client(service, _headers())


def _direct(*, guarded: bool) -> tuple[httpx.AsyncClient, Lines]:
    import httpx

    from sogni_core._transport.connection_pool import Lines
    from sogni_core._transport.httpx_transport import DirectTransport

    lines = Lines(guarded=guarded)
    transport = DirectTransport(lines, max_lines=MAX_LINES, keep_seconds=KEEP_SECONDS)
    return httpx.AsyncClient(transport=transport, trust_env=False, headers=_headers()), lines


def _proxied() -> httpx.AsyncClient:
    import httpx

    local = {f"all://[{host}]" if ":" in host else f"all://{host}": None for host in proxies.LOCAL}
    try:
        return httpx.AsyncClient(verify=tls.trusting(), headers=_headers(), limits=_limits(), mounts=local)
    except (ValueError, ImportError, httpx.InvalidURL) as failure:
        raise proxies.unusable(failure) from None


def _headers() -> dict[str, str]:
    # Compressed answers would only hide how long a body is; the answers are small and the media compressed.
    return {"user-agent": USER_AGENT, "accept-encoding": "identity"}


def _limits() -> Any:
    import httpx

    return httpx.Limits(max_connections=MAX_LINES, max_keepalive_connections=MAX_LINES, keepalive_expiry=KEEP_SECONDS)
