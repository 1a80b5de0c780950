"""A TCP connection, begun before the library that will speak over it is imported."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

DIAL_SECONDS = 10.0
"""For one address; a host that has several is tried at each."""
FRESH_SECONDS = 5.0
"""How long a server is trusted to wait for the first byte. Those that are in a hurry give 10 s."""

_Found = Sequence[tuple[int, int, int, str, tuple[Any, ...]]]
"""What ``getaddrinfo`` says of a name."""


async def dial(host: str, port: int) -> socket.socket:
    """Connect to a host, its addresses one after the other. The caller closes the socket. Raises OSError."""
    found: _Found
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = await _looked_up(host, port)
    *earlier, last = [(family, kind, protocol, address) for family, kind, protocol, _, address in found]
    for one in earlier:
        try:
            return await _connected(*one)
        except OSError:
            continue
    return await _connected(*last)


async def _looked_up(host: str, port: int) -> _Found:
    """Ask what addresses a name has, in a thread that nobody has to wait for: a resolver may take half a minute."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_Found] = loop.create_future()

    def settle(found: _Found | Exception) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look_up() -> None:
        found: _Found | Exception
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except Exception as failure:  # noqa: BLE001 - raised where it is awaited
            found = failure
        with suppress(RuntimeError):  # the loop may be gone by now
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=look_up, name=f"looking up {host}", daemon=True).start()
    return await answer


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
