"""A TCP connection, begun before the library that will speak over it is imported."""

from __future__ import annotations

import asyncio
import socket

DIAL_SECONDS = 10.0
"""For one address; a host that has several is tried at each."""
FRESH_SECONDS = 5.0
"""How long a server is trusted to wait for the first byte. Those that are in a hurry give 10 s."""


async def dial(host: str, port: int) -> socket.socket:
    """Connect to a host, its addresses one after the other. The caller closes the socket. Raises OSError."""
    loop = asyncio.get_running_loop()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    *earlier, last = [(family, kind, protocol, address) for family, kind, protocol, _, address in found]
    for one in earlier:
        try:
            return await _connected(*one)
        except OSError:
            continue
    return await _connected(*last)


async def _connected(family: int, kind: int, protocol: int, address: tuple[object, ...]) -> socket.socket:
    made = socket.socket(family, kind, protocol)
    try:
        made.setblocking(False)
        async with asyncio.timeout(DIAL_SECONDS):
            await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made


class Dialling:
    """A connection on its way: begun when made, taken once, closed if nobody takes it."""

    def __init__(self, host: str, port: int) -> None:
        self._began = asyncio.get_running_loop().time()
        self._task = asyncio.get_running_loop().create_task(dial(host, port), name=f"dialling {host}")
        self._given = False

    @property
    def fresh(self) -> bool:
        """Whether it is young enough for the other side to be still listening."""
        return asyncio.get_running_loop().time() - self._began < FRESH_SECONDS

    async def taken(self) -> socket.socket:
        """Wait for the socket, which is the caller's from then on. Raises OSError."""
        made = await asyncio.shield(self._task)
        self._given = True
        return made

    async def drop(self) -> None:
        """End it if it was not taken."""
        if self._given:
            return
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled() and self._task.exception() is None:
            self._task.result().close()
