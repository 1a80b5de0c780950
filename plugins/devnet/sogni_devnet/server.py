"""A running devnet: one port on loopback, with an event loop in a separate thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import IO, Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from sogni_core.plugin import Endpoint
from sogni_devnet import assets, estimates, rest, socket_host, sockets
from sogni_devnet.accounts import Account, Accounts
from sogni_devnet.faults import Faults
from sogni_devnet.http import Desk, on_refusal, on_unknown
from sogni_devnet.log import Entry
from sogni_devnet.projects import Project
from sogni_devnet.refusal import Refusal
from sogni_devnet.settings import DevnetSettings
from sogni_devnet.storage import StoredFile
from sogni_devnet.supernet import Address, Supernet
from sogni_devnet.workers import Workers

HOST = "127.0.0.1"

GOODBYE_SECONDS = 0.1
"""Time that open connections get to end when the server stops."""

FRAME_BYTES = 16 << 20
"""Largest socket frame that is accepted. The limit of the live network is unknown."""


class Devnet:
    """A Supernet on loopback. Use it as a context manager, or call ``start`` and ``stop``.

    The port is bound when the object is created, so ``rest_url`` is known before ``start``. By default, the first
    account has the funds of the settings and the second none; ``accounts`` replaces them. ``clock`` returns seconds
    since 1970. ``log`` is a text stream for one JSON line per request and frame; the caller closes it. Raises
    :class:`OSError` if the port cannot be bound.
    """

    def __init__(
        self,
        settings: DevnetSettings | None = None,
        *,
        accounts: Iterable[Account] | None = None,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        log: IO[str] | None = None,
    ) -> None:
        self.settings = settings or DevnetSettings()
        self._listener = _listen(port)
        self.port: int = self._listener.getsockname()[1]
        chosen = default_accounts(self.settings) if accounts is None else accounts
        self.net = Supernet(self.settings, Accounts(chosen), clock, log)
        self.net.storage.base_url = self.rest_url
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: _Server | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    @property
    def rest_url(self) -> str:
        """Base URL of the REST host, and of the HTTP calls of the socket host."""
        return f"http://{HOST}:{self.port}"

    @property
    def socket_url(self) -> str:
        """Base URL of the WebSocket."""
        return f"ws://{HOST}:{self.port}"

    @property
    def public_url(self) -> str:
        """Base of presigned URLs: ``rest_url`` by default. Set it if clients reach the server through a proxy."""
        return self.net.storage.base_url

    @public_url.setter
    def public_url(self, url: str) -> None:
        self.net.storage.base_url = url

    @property
    def accounts(self) -> Accounts:
        """The accounts: the first with funds, the second without. Their ``balance`` is live."""
        return self.net.accounts

    @property
    def endpoint(self) -> Endpoint:
        """Addresses and the first account, for the network ``devnet``.

        It has a user name and password instead of a key, so that a call includes the login, as for most people.
        """
        first = self.accounts[0]
        return Endpoint("devnet", self.rest_url, self.socket_url, first.username, first.password, ends_with_call=True)

    @property
    def environ(self) -> dict[str, str]:
        """Environment variables that make ``sogni`` use this server with its first account."""
        return {
            "SOGNI_REST_URL": self.rest_url,
            "SOGNI_SOCKET_URL": self.socket_url,
            "SOGNI_API_KEY": self.accounts[0].api_key,
        }

    @property
    def requests(self) -> list[Entry]:
        """Requests and frames of clients so far, oldest first, with secrets masked."""
        return self.net.log.received()

    @property
    def job_requests(self) -> list[dict[str, Any]]:
        """The payloads of all ``jobRequest`` frames, oldest first, including refused ones."""
        return [entry.payload for entry in self.requests if entry.type == "jobRequest"]

    @property
    def frames_sent(self) -> list[Entry]:
        """Frames that the server sent so far, oldest first."""
        return [entry for entry in self.net.log.sent() if entry.kind == "frame"]

    @property
    def projects(self) -> list[Project]:
        """Every project that was accepted."""
        return list(self.net.projects)

    @property
    def faults(self) -> Faults:
        """The faults that are armed: ``devnet.faults.add("withheld")``. Any thread may add and clear them."""
        return self.net.faults

    @property
    def files(self) -> list[StoredFile]:
        """Every complete upload and result."""
        return list(self.net.storage)

    def start(self) -> Devnet:
        """Start the server, and return when it accepts requests."""
        self._thread = threading.Thread(target=self._serve, name="sogni-devnet", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise RuntimeError("the devnet did not start") from self._failure
        return self

    def stop(self) -> None:
        """Stop the server and delete all files, which takes up to 0.2 seconds. It may be called twice."""
        if self._thread is not None and self._loop is not None and self._server is not None:
            self.call(self._server.leave.set)
            self._thread.join()
            self._thread = None
        self._listener.close()
        self.net.storage.close()

    def note(self, text: str) -> None:
        """Add a note to the log."""
        entry = Entry("note", "sent", self.net.clock(), note=text)
        self.net.log.add(entry)
        self.net.log.write(entry)

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Run a function in the event loop of the server. Other threads may change its state only in this way."""
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *args)

    def disconnect(self, code: int = 1012) -> None:
        """Close every open socket with a code, or cut it without a close frame for 1006. Projects continue."""
        for line in list(self.net.lines.values()):
            self.call(line.close, code)

    def __enter__(self) -> Devnet:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - passed to the thread that waits in start()
            self._failure = error
            self._ready.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        workers = Workers(self.net)
        self.net.cut = self._cut
        config = uvicorn.Config(
            application(self.net, workers), http="h11", ws="websockets-sansio", lifespan="off", loop="asyncio",
            log_config=None, access_log=False, server_header=False, date_header=False, ws_max_size=FRAME_BYTES,
        )  # fmt: skip
        self._server = _Server(config, self._ready)
        try:
            await self._server.serve(sockets=[self._listener])
        finally:
            await workers.close()

    def _cut(self, address: Address) -> None:
        """End the connection of a client without a close frame, after its pending data."""
        assert self._server is not None
        for connection in list(self._server.server_state.connections):
            peer = connection.transport.get_extra_info("peername")
            if peer is not None and address is not None and tuple(peer[:2]) == tuple(address):
                connection.transport.close()


def application(net: Supernet, workers: Workers) -> Starlette:
    """Return the ASGI application of a devnet."""
    app = Starlette(
        routes=[*rest.ROUTES, *assets.ROUTES, *socket_host.ROUTES, *estimates.ROUTES, *sockets.ROUTES],
        middleware=[Middleware(Desk, net=net)],
        exception_handlers={Refusal: on_refusal, HTTPException: on_unknown, Exception: on_unknown},
    )
    app.state.net, app.state.workers = net, workers
    return app


def default_accounts(settings: DevnetSettings) -> list[Account]:
    """Return two fresh accounts: one with the funds of the settings, one without any."""
    return [
        Account.fresh("devnet-rich", spark=settings.spark, sogni=settings.sogni),
        Account.fresh("devnet-poor"),
    ]


class _Server(uvicorn.Server):
    """uvicorn, stopped by an event of its loop instead of polling ten times per second."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self.leave = asyncio.Event()
        self._ready = ready

    async def main_loop(self) -> None:
        self._ready.set()
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._stop_accepting()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=GOODBYE_SECONDS)
        # First a close, which lets go what is written; then an abort for who does not read it. A transport
        # reports its end one turn of the loop later, and the loop must not be gone by then.
        for method in ("close", "abort"):
            for connection in list(self.server_state.connections):
                getattr(connection.transport, method)()
            await _turns(2)

    async def _stop_accepting(self) -> None:
        """Close the listener, but not while a connection is being accepted, which asyncio would leak."""
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for listener in server.sockets:
                # The proactor of Windows has no readers; it accepts in one step.
                with contextlib.suppress(NotImplementedError):
                    loop.remove_reader(listener.fileno())
        await _turns(4)
        for server in self.servers:
            server.close()


async def _turns(count: int) -> None:
    """Let the event loop run so many turns."""
    for _ in range(count):
        await asyncio.sleep(0)


def _listen(port: int) -> socket.socket:
    # IPPROTO_TCP is said in full, because asyncio turns Nagle's algorithm off only where it reads it; left to
    # the default every second answer would wait 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows this would let two servers share a port; elsewhere it skips the TIME_WAIT of an old one.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener
