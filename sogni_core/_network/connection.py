"""The one socket of a session: opened, greeted, kept, and reopened with the same app id.

All connecting happens in one task, so that there are never two connections with one app id: the server would close
the older one with 4015, and the two would take turns closing each other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from sogni_core import __version__
from sogni_core._network.account import Account, Headers
from sogni_core._network.clock import Clock, time_limit
from sogni_core._network.receiver import Receiver
from sogni_core._network.timings import Timings
from sogni_core._protocol import close_codes, frames, greeting
from sogni_core._protocol.connection import client_name, connection_query, socket_address
from sogni_core._transport.dialer import Dialling
from sogni_core._transport.retry import Pause
from sogni_core._transport.socket import Refused, Socket, Sockets, WebSocket
from sogni_core.errors import InternalError, SogniError, TransportError
from sogni_core.frozen import frozen

_log = logging.getLogger("sogni_core.network")

LONGEST_PUT_OFF = 60.0
"""Seconds that a server which refuses the upgrade may ask to wait."""
RENEWAL_SECONDS = 60.0
"""Between two renewals of a login that the socket refused: one that is refused sooner is not renewed again."""


@frozen
class _End:
    """How one connection, or one try to make it, ended."""

    policy: close_codes.Closing
    code: int | None = None
    """Close code; None if the upgrade was refused."""
    reason: str = ""
    greeted: bool = False
    wait: float = 0.0
    """Seconds that the server asks to wait."""

    @property
    def unauthorised(self) -> bool:
        """Whether the credentials were refused, by status or close code: a token can expire in mid-connection."""
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
        chance: Callable[[], float],
        pause: Pause,
        clock: Clock,
        sockets: Sockets = WebSocket,
        timings: Timings = Timings(),  # noqa: B008 - it cannot be changed
    ) -> None:
        """Prepare a connection; nothing is opened yet.

        ``app_id`` is called once, before the first connection. ``chance`` gives numbers from 0 to 1, which spread
        reconnects; ``pause`` is an awaitable sleep; ``sockets`` opens what this keeps open.
        """
        self._socket_url = socket_url
        self._account = account
        self._receiver = receiver
        self._app_id = app_id
        self.app_id: str | None = None
        """App id of the connection; None before the first one."""
        self.number = 0
        """Number of the newest connection, from 1: what was written on a lower one was written before a drop."""
        self._network = network
        self._chance = chance
        self._pause = pause
        self._clock = clock
        self._sockets = sockets
        self._timings = timings
        self._keeper: asyncio.Task[None] | None = None
        self._socket: Socket | None = None
        self._dialling: Dialling | None = None
        self._ready = self._served = self._opened = False
        self._failure: SogniError | None = None
        self._final = False
        self._closing = False
        self._changed = asyncio.Event()

    async def dial(self) -> None:
        """Connect to the host in advance, for an :meth:`open` soon. Nothing is sent, and a failure is not reported."""
        if self._closing or self._keeper is not None:
            return
        if self._dialling is not None and not self._dialling.fresh:
            stale, self._dialling = self._dialling, None
            await stale.drop()
        if self._dialling is None:
            with suppress(ValueError, ImportError):
                self._dialling = self._sockets.dial(self._socket_url, fresh_seconds=self._timings.fresh)
                await asyncio.sleep(0)  # lets the connection begin before other work takes the interpreter

    def open(self) -> None:
        """Begin to connect, unless that has begun. A connection that failed is tried again.

        If the connection fails before it was ever ready, everybody who waits for it gets that error until this is
        called again: a refused login is not tried once more for each of them.
        """
        self._opened = True
        self._begin()

    @property
    def is_ready(self) -> bool:
        """Whether a frame can be written now."""
        return self._socket is not None and self._ready and self._socket.is_open

    @property
    def failure(self) -> SogniError | None:
        """Why there is no connection and none is being made; None otherwise."""
        return self._failure

    async def ready(self, *, after: int = 0, seconds: float | None = None) -> Socket:
        """Wait for an open, greeted socket whose number is above ``after``, by default for at most 30 s.

        Raises TransportError CONNECTION_ERROR (nothing was sent), AuthError, or what ended the connection.
        """
        if self._failure is None or self._served or not self._opened:
            self._begin()
        limit = self._timings.ready if seconds is None else seconds
        try:
            async with time_limit(self._clock, limit):
                while True:
                    if self._socket is not None and self.is_ready and self.number > after:
                        return self._socket
                    if self._failure is not None:
                        raise _copy(self._failure)
                    if self._closing:
                        raise TransportError("CONNECTION_ERROR", "The session is closed.", details={"sent": False})
                    await self._changed.wait()
        except TimeoutError:
            raise TransportError(
                "CONNECTION_ERROR",
                f"The service was not ready within {limit:g} s; nothing was sent.",
                details={"sent": False},
            ) from None

    async def ended(self, number: int, seconds: float) -> bool:
        """Wait until the connection of this number has ended; False if it has not within ``seconds``."""
        try:
            async with time_limit(self._clock, seconds):
                while self.number == number and self._socket is not None:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Close the socket (code 1000), in a tenth of a second at most, and stop."""
        self._closing = True
        self._notify()
        if self._socket is not None:
            await self._socket.close()
        if self._keeper is not None and not self._keeper.done():
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._dialling is not None:
            await self._dialling.drop()

    # the task that connects

    def _begin(self) -> None:
        if self._closing or self._final or (self._keeper is not None and not self._keeper.done()):
            return
        self._failure = None
        self._keeper = asyncio.get_running_loop().create_task(self._keep(), name="sogni socket")
        self._keeper.add_done_callback(self._stopped)

    async def _keep(self) -> None:
        failures, since, renewed_at = 0, self._clock.time(), -RENEWAL_SECONDS
        refused: Headers | None = None
        while not self._closing:
            failure: SogniError
            asked = 0.0
            try:
                # Asked for every time: a token can expire while a connection is up.
                headers = await (self._account.headers() if refused is None else self._account.renew(refused))
                refused = None
                end = await self._connect(headers)
            except TransportError as unreachable:
                failure = unreachable
            else:
                if self._closing:
                    return
                if end.greeted:
                    failures, since = 0, self._clock.time()
                if end.unauthorised and self._account.renewable and self._clock.time() - renewed_at >= RENEWAL_SECONDS:
                    refused, renewed_at = headers, self._clock.time()
                    continue
                failure = close_codes.error(end.policy, code=end.code, reason=end.reason)
                if not end.policy.reconnect:
                    await self._stop(end, failure)
                asked = min(end.wait, LONGEST_PUT_OFF)
            failures += 1
            policy = self._timings.reconnection if self._served else self._timings.first_connection
            seconds = policy.pause(failures, self._clock.time() - since, chance=self._chance(), asked=asked)
            if seconds is None:
                raise failure if self._served else _nothing_sent(failure)
            await self._pause(seconds)

    async def _connect(self, headers: Mapping[str, str]) -> _End:
        """Connect once, and read until the connection ends."""
        if self.app_id is None:
            self.app_id = self._app_id()
        name = client_name("sogni-core", __version__)
        url = socket_address(self._socket_url, connection_query(self.app_id, self._network, name))
        dialling, self._dialling = self._dialling, None
        opened = await self._sockets.open(url, headers, dialling=dialling, upgrading=self._receiver.upgrading)
        if isinstance(opened, Refused):
            return _End(close_codes.refused_upgrade(opened.status), wait=opened.retry_after or 0.0)
        self._socket, greeted = opened, False
        self.number += 1
        # protocol: frames before `authenticated` are dropped, but to a server that does not greet they are sent anyway.
        gate = self._clock.call_later(self._timings.greeting, self._not_greeted)
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
            self._notify()
            if opened.is_open:
                await opened.close()
        closed = opened.closed
        _log.debug("the socket closed with code %d", closed.code)
        return _End(close_codes.policy(closed.code), closed.code, closed.reason, greeted)

    async def _stop(self, end: _End, failure: SogniError) -> None:
        # If another connection took the place, or the app id is blocked, the next project does not connect again.
        self._final = end.code is not None and end.code >= 4000 and end.code != 4021
        if end.policy.sign_out:
            await self._account.forget()
        raise failure

    def _not_greeted(self) -> None:
        if not self._ready:
            # An empty greeting: every project that was sent has to be looked up.
            self._receiver.greeted(greeting.Greeting())
            self._open_gate()

    def _open_gate(self) -> None:
        self._ready = self._served = True
        self._notify()

    def _stopped(self, task: asyncio.Task[None]) -> None:
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
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _nothing_sent(failure: SogniError) -> TransportError:
    """Make the error of a service that never greeted: whatever broke, nothing was sent and nothing is charged."""
    return TransportError(
        "CONNECTION_ERROR", failure.message, hint=failure.hint, details={**failure.details, "sent": False}
    )


def _copy(error: SogniError) -> SogniError:
    """Make an equal error: one exception that many raise would gather all their tracebacks."""
    return type(error)(error.registered, error.message, hint=error.hint, details=error.details, plugin=error.plugin)
