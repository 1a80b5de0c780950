"""A file store in a process of its own, as fast as a simple one can be: every PUT is taken and forgotten, every GET of
a result answers one file.

``python -m bench.store FILE`` prints its port and serves until it is killed.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: Path) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = head.split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
            left = int(fields.get("content-length", 0))
            while left:
                left -= len(await reader.read(min(left, 1 << 20)))
            if lines[0].startswith("PUT"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                continue
            with path.open("rb") as file:
                writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {path.stat().st_size}\r\n\r\n".encode())  # noqa: ASYNC240
                await writer.drain()
                await asyncio.get_running_loop().sendfile(writer.transport, file)
    writer.close()


async def serve(path: Path) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answer(reader, writer, path)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
