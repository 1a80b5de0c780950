"""The one socket of a session: opened, greeted, kept, and reopened with the same app id.

All connecting happens in one task, so there is never a second connection with one app id: the server would
close the first with 4015, and each would throw the other out.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from sogni_core import __version__
from sogni_core._network.account import Account, Headers
from sogni_core._network.clock import Clock, Pause, time_limit
from sogni_core._protocol import close_codes, frames, greeting
from sogni_core._protocol.connection import (
    GREETING_SECONDS,
    READY_SECONDS,
    client_name,
    connection_query,
    socket_address,
)
from sogni_core._transport.dialer import Dialling
from sogni_core._transport.socket import Refused, Socket, Sockets, WebSocket
from sogni_core.errors import InternalError, SogniError, TransportError
from sogni_core.frozen import frozen

_log = logging.getLogger("sogni_core.network")

FIRST_TRIES = 3
"""Tries to reach a host that was never reached in this session: whoever waits learns it in a few seconds."""
LOST_SECONDS = 120.0
"""How long a connection that worked is tried for again. The server keeps what ends meanwhile for an hour."""
LONGEST_PUT_OFF = 60.0
RENEWAL_SECONDS = 60.0
"""Between two renewals of a login that the socket refused: one that is refused again at once is refused for good."""


class Receiver(Protocol):
    """Who is told what comes in. Called on the event loop; expected to return at once."""

    def greeted(self, told: greeting.Greeting) -> None:
        """A connection is ready; the greeting lists what runs and what ended."""

    def received(self, frame: frames.Frame) -> None:
        """A frame came."""

    def broken(self, error: SogniError) -> None:
        """The connection is gone for good."""

    def waiting(self) -> None:
        """The service's turn has begun: there is time for something else."""


@frozen
class _End:
    """How one try ended."""

    policy: close_codes.Closing
    code: int | None = None
    """Close code; None if the upgrade was refused."""
    reason: str = ""
    greeted: bool = False
    wait: float = 0.0
    """Seconds that the server asks to wait."""

    @property
    def unauthorised(self) -> bool:
        """Whether the credentials were refused, by a status or by a close code: a token may end in mid-connection."""
        return self.policy.code == "AUTHENTICATION_ERROR" and self.code in {None, 4021}


class Connection:
    """Keeps a socket open for a session."""

    def __init__(
        self,
        socket_url: str,
        account: Account,
        receiver: Receiver,
        *,
        app_id: Callable[[], str],
        network: str,
        rng: random.Random,
        pause: Pause,
        clock: Clock,
        sockets: Sockets = WebSocket,
    ) -> None:
        """``app_id`` is asked once, before the first connection; ``sockets`` opens what this keeps open."""
        self._socket_url = socket_url
        self._account = account
        self._receiver = receiver
        self._app_id = app_id
        self.app_id: str | None = None
        """What the connection is named by; None before the first one."""
        self.number = 0
        """Of the newest connection, from 1: what was written on one of a lesser number was written before a drop."""
        self._network = network
        self._rng = rng
        self._pause = pause
        self._clock = clock
        self._sockets = sockets
        self._keeper: asyncio.Task[None] | None = None
        self._socket: Socket | None = None
        self._dialling: Dialling | None = None
        self._ready = self._served = self._opened = False
        self._failure: SogniError | None = None
        self._final = False
        self._closing = False
        self._news = asyncio.Event()

    async def dial(self) -> None:
        """Call the host, for a socket that will be wanted in a moment; nothing is sent yet, and no failure is told."""
        if self._closing or self._keeper is not None:
            return
        if self._dialling is not None and not self._dialling.fresh:
            stale, self._dialling = self._dialling, None
            await stale.drop()
        if self._dialling is None:
            with suppress(ValueError, ImportError):
                self._dialling = self._sockets.dial(self._socket_url)
                await asyncio.sleep(0)  # the call goes out before the check takes the interpreter

    def open(self) -> None:
        """Begin to connect, if that is not already so. A connection that failed is tried anew.

        If it fails without ever having been ready, that is the answer to all who wait for it, until this is called
        again: a login that is refused is not tried once more for each of them.
        """
        self._opened = True
        self._begin()

    def _begin(self) -> None:
        if self._closing or self._final or (self._keeper is not None and not self._keeper.done()):
            return
        self._failure = None
        self._keeper = asyncio.get_running_loop().create_task(self._keep(), name="sogni socket")
        self._keeper.add_done_callback(self._kept)

    @property
    def is_ready(self) -> bool:
        """Whether something could be written now."""
        return self._socket is not None and self._ready and self._socket.is_open

    async def ready(self, *, after: int = 0, seconds: float | None = None) -> Socket:
        """Wait for an open, greeted socket, at most 30 s unless it is said otherwise; it has a number above ``after``.

        Raises TransportError CONNECTION_ERROR (nothing was sent), AuthError, or what ended the connection.
        """
        if self._failure is None or self._served or not self._opened:
            self._begin()
        limit = READY_SECONDS if seconds is None else seconds
        try:
            async with time_limit(self._clock, limit):
                while True:
                    if self._socket is not None and self.is_ready and self.number > after:
                        return self._socket
                    if self._failure is not None:
                        raise _copy(self._failure)
                    if self._closing:
                        raise TransportError("CONNECTION_ERROR", "The session is closed.", details={"sent": False})
                    await self._news.wait()
        except TimeoutError:
            raise TransportError(
                "CONNECTION_ERROR",
                f"The service was not ready within {limit:g} s; nothing was sent.",
                details={"sent": False},
            ) from None

    async def ended(self, number: int, seconds: float) -> bool:
        """Wait until the connection of this number has ended; False if it has not in so many seconds."""
        try:
            async with time_limit(self._clock, seconds):
                while self.number == number and self._socket is not None:
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Say goodbye (code 1000), a tenth of a second at most, and stop."""
        self._closing = True
        self._tell()
        if self._socket is not None:
            await self._socket.close()
        if self._keeper is not None and not self._keeper.done():
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._dialling is not None:
            await self._dialling.drop()

    # the task that connects

    async def _keep(self) -> None:
        tries, since, renewed_at = 0, self._clock.time(), -RENEWAL_SECONDS
        refused: Headers | None = None
        while not self._closing:
            failure: SogniError
            wait = 0.0
            try:
                # Asked for every time: a token can expire while a connection is up.
                headers = await (self._account.headers() if refused is None else self._account.renew(refused))
                refused = None
                end = await self._one(headers)
            except TransportError as unreachable:
                failure = unreachable
            else:
                if self._closing:
                    return
                if end.greeted:
                    tries, since = 0, self._clock.time()
                if end.unauthorised and self._account.renewable and self._clock.time() - renewed_at >= RENEWAL_SECONDS:
                    refused, renewed_at = headers, self._clock.time()
                    continue
                failure = close_codes.error(end.policy, code=end.code, reason=end.reason)
                if not end.policy.reconnect:
                    await self._stop(end, failure)
                wait = min(end.wait, LONGEST_PUT_OFF)
            if self._hopeless(tries, self._clock.time() - since):
                raise failure if self._served else _unserved(failure)
            await self._pause(max(wait, close_codes.backoff(tries, self._rng.random())))
            tries += 1

    async def _one(self, headers: Mapping[str, str]) -> _End:
        """Connect once and read until the connection ends."""
        if self.app_id is None:
            self.app_id = self._app_id()
        name = client_name("sogni-core", __version__)
        url = socket_address(self._socket_url, connection_query(self.app_id, self._network, name))
        dialling, self._dialling = self._dialling, None
        opened = await self._sockets.open(url, headers, dialling=dialling, waiting=self._receiver.waiting)
        if isinstance(opened, Refused):
            return _End(close_codes.refused_upgrade(opened.status), wait=opened.retry_after or 0.0)
        self._socket, greeted = opened, False
        self.number += 1
        # protocol: frames before `authenticated` are dropped, but a server that says nothing is spoken to after 10 s.
        gate = self._clock.call_later(GREETING_SECONDS, self._ungreeted)
        try:
            async for text in opened.texts():
                frame = frames.decode(text)
                if frame is None:
                    _log.debug("a frame that does not parse was dropped")
                    continue
                if frame.type == "authenticated":
                    greeted = True
                    self._receiver.greeted(greeting.read_authenticated(frame.payload))
                    self._open_gate()
                self._receiver.received(frame)
        finally:
            gate.cancel()
            self._socket, self._ready = None, False
            self._tell()
            if opened.is_open:
                await opened.close()
        closed = opened.closed
        _log.debug("the socket closed with code %d", closed.code)
        return _End(close_codes.policy(closed.code), closed.code, closed.reason, greeted)

    async def _stop(self, end: _End, failure: SogniError) -> None:
        # A place that another connection took, or a block, is not asked for again by the next project of this session.
        self._final = end.code is not None and end.code >= 4000 and end.code != 4021
        if end.policy.sign_out:
            await self._account.forget()
        raise failure

    def _hopeless(self, tries: int, seconds: float) -> bool:
        return seconds >= LOST_SECONDS if self._served else tries + 1 >= FIRST_TRIES

    def _ungreeted(self) -> None:
        if not self._ready:
            # A greeting that says nothing: what became of earlier projects has to be asked.
            self._receiver.greeted(greeting.Greeting())
            self._open_gate()

    def _open_gate(self) -> None:
        self._ready = self._served = True
        self._tell()

    def _kept(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        bug = task.exception()
        if bug is None:
            return
        error = bug if isinstance(bug, SogniError) else InternalError("INTERNAL", f"The socket failed: {bug!r}")
        if error.code == "CONNECTION_ERROR" and self._served:
            error = TransportError("CONNECTION_LOST", error.message, details=error.details)
        self._failure = error
        self._receiver.broken(error)
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _unserved(failure: SogniError) -> TransportError:
    """Make the error of a service that never greeted: whatever broke, nothing was sent and nothing is charged."""
    return TransportError(
        "CONNECTION_ERROR", failure.message, hint=failure.hint, details={**failure.details, "sent": False}
    )


def _copy(error: SogniError) -> SogniError:
    """Make an error like another one: an exception that many raise would gather all their tracebacks."""
    return type(error)(error.code, error.message, hint=error.hint, details=error.details, plugin=error.plugin)
