"""Streamed bodies in bounded memory: a file into a PUT, a GET into a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sogni_core._transport.calls import Reply
from sogni_core.errors import InputError, TransportError
from sogni_core.frozen import frozen
from sogni_core.text import clean, quote_path

if TYPE_CHECKING:
    import httpx

    from sogni_core.files import PartFile

CHUNK_BYTES = 256 * 1024
BATCH_BYTES = 2 * 2**20
"""Bytes of a download that are handed to a thread at once."""
_REDIRECTS = {301, 302, 303, 307, 308}


@frozen
class Received:
    """The answer to a GET."""

    status: int
    reason: str
    """Cleaned status text, or the standard one."""
    content_type: str
    """As the server sent it, without parameters; empty if it did not."""
    size: int
    """Bytes written; 0 for a status other than 200."""


async def read_bounded(response: httpx.Response, limit: int) -> bytes:
    """Read a body of at most ``limit`` bytes. Raises TransportError PROTOCOL_ERROR beyond that."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise TransportError("PROTOCOL_ERROR", f"The service's answer is longer than {limit} bytes.")
    return bytes(body)


async def send_file(
    client: httpx.AsyncClient,
    url: str,
    path: Path,
    headers: dict[str, str],
    on_bytes: Callable[[int], None] | None,
) -> Reply:
    """PUT a file; ``on_bytes`` is called with the bytes sent so far. Raises InputError MISSING_FILE."""
    import httpx

    source, size = _opened(path)
    with source:

        async def chunks() -> AsyncIterator[bytes]:
            sent = 0
            while chunk := source.read(min(CHUNK_BYTES, size - sent)):
                sent += len(chunk)
                yield chunk
                if on_bytes is not None:
                    on_bytes(sent)

        # An explicit length, because stores of presigned URLs refuse chunked bodies.
        request = client.build_request(
            "PUT",
            url,
            content=chunks(),
            headers={**headers, "content-length": str(size)},
            timeout=httpx.Timeout(30.0, connect=10.0, pool=60.0),
        )
        response = await client.send(request, stream=True)
        try:
            return Reply(response.status_code, dict(response.headers), (await read_bounded(response, 2**20))[:4096])
        finally:
            await response.aclose()


def _opened(path: Path) -> tuple[BinaryIO, int]:
    try:
        source = path.open("rb")
        return source, os.fstat(source.fileno()).st_size
    except OSError as failure:
        raise InputError(
            "MISSING_FILE", f"{quote_path(path)} cannot be read: {failure.strerror}.", details={"path": str(path)}
        ) from None


async def receive(
    client: httpx.AsyncClient, url: str, part_file: PartFile, limit_bytes: int, idle: float
) -> Received | str:
    """GET a URL once; return facts of the answer with its body written, or the URL of a redirect.

    ``idle`` is the longest silence in seconds. Raises TransportError CONNECTION_ERROR for a body that is longer than
    ``limit_bytes`` or than announced; a shorter one is an error of the HTTP library.
    """
    import httpx

    async with client.stream("GET", url, timeout=httpx.Timeout(idle, connect=10.0, pool=60.0)) as response:
        target = response.headers.get("location")
        if response.status_code in _REDIRECTS and target:
            return str(response.url.join(target))
        reason = clean(response.reason_phrase, 80)
        content_type = clean(response.headers.get("content-type", "").partition(";")[0].strip().lower(), 80)
        if response.status_code != 200:
            return Received(response.status_code, reason, content_type, 0)
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit_bytes:
            raise _too_long(limit_bytes)
        size = 0
        async with _Behind(part_file) as behind:
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > limit_bytes:
                    raise _too_long(limit_bytes)
                await behind.write(chunk)
        return Received(200, reason, content_type, size)


class _Behind:
    """Writes to a file in a thread while more data comes: hashing and the disk take as long as the network.

    At most two batches are in memory. A rest smaller than one batch is written at the end, without a thread.
    """

    def __init__(self, part_file: PartFile) -> None:
        self._part_file = part_file
        self._held: list[bytes] = []
        self._size = 0
        self._writing: asyncio.Future[None] | None = None

    async def __aenter__(self) -> _Behind:
        return self

    async def write(self, chunk: bytes) -> None:
        self._held.append(chunk)
        self._size += len(chunk)
        if self._size >= BATCH_BYTES:
            await self._settle()
            held, self._held, self._size = self._held, [], 0
            self._writing = asyncio.get_running_loop().run_in_executor(None, self._write, held)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            await self._settle()
        finally:
            # Even if cancelled twice: the file is closed next, and no thread may be writing then.
            while self._writing is not None and not self._writing.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([self._writing])
        if kind is None:
            self._write(self._held)

    async def _settle(self) -> None:
        if self._writing is not None:
            await asyncio.shield(self._writing)

    def _write(self, chunks: list[bytes]) -> None:
        for chunk in chunks:
            self._part_file.write(chunk)


def _too_long(limit: int) -> TransportError:
    words = f"the file is larger than {limit} bytes"
    return TransportError("CONNECTION_ERROR", f"The download was stopped: {words}.", details={"cause": words})
