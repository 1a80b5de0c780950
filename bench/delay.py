"""A line with a delay: a TCP proxy on loopback in front of a server on loopback.

``python -m bench.delay --to PORT --round-trip 40`` prints its own port and serves until it is killed. Every byte takes
half a round trip, in both directions. The first bytes of a connection take one round trip more, counted from its
beginning, because a connection has to be made first; one that was opened early enough has that behind it.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

CHUNK = 1 << 16


class Delay:
    """One direction of one connection: what is put in comes out ``seconds`` later, in order."""

    def __init__(self, writer: asyncio.StreamWriter, seconds: float, not_before: float = 0.0) -> None:
        self._writer = writer
        self._seconds = seconds
        self._not_before = not_before
        self._parts: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def read(self, reader: asyncio.StreamReader) -> None:
        loop = asyncio.get_running_loop()
        data = b"-"
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            self._parts.put_nowait((max(loop.time(), self._not_before) + self._seconds, data))

    async def write(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while True:
                moment, data = await self._parts.get()
                await asyncio.sleep(moment - loop.time())
                if not data:
                    break
                self._writer.write(data)
                await self._writer.drain()
            self._writer.write_eof()


async def serve(to: int, round_trip: float) -> None:
    """Serve for ever; ``round_trip`` in seconds."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begin = asyncio.get_running_loop().time()
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", to)
        there = Delay(there_writer, round_trip / 2, not_before=begin + round_trip)
        back = Delay(writer, round_trip / 2)
        async with asyncio.TaskGroup() as group:
            for work in (there.read(reader), there.write(), back.read(there_reader), back.write()):
                group.create_task(work)
        for one in (writer, there_writer):
            one.close()
            with suppress(OSError):
                await one.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.delay")
    parser.add_argument("--to", type=int, required=True, help="port of the server")
    parser.add_argument("--round-trip", type=float, default=40.0, help="milliseconds")
    given = parser.parse_args()
    asyncio.run(serve(given.to, given.round_trip / 1000))
