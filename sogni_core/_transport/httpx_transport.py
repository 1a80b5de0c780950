"""The piece between httpx and httpcore: an httpx transport whose connections are ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpcore
import httpx

from sogni_core._transport import tls
from sogni_core._transport.connection_pool import Lines


class _Body(httpx.AsyncByteStream):
    def __init__(self, parts: Any) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._parts:
            yield part

    async def aclose(self) -> None:
        await self._parts.aclose()


class DirectTransport(httpx.AsyncBaseTransport):
    """Speaks HTTP/1.1 over :class:`~sogni_core._transport.connection_pool.Lines`, without proxies.

    httpcore's exceptions pass through untranslated: ``failures`` knows both libraries' names.
    """

    def __init__(self, lines: Lines, *, max_lines: int, keep_seconds: float) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls.bare(),
            max_connections=max_lines,
            max_keepalive_connections=max_lines,
            keepalive_expiry=keep_seconds,
            network_backend=lines,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()
