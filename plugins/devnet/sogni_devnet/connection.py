"""One open socket with an ordered queue of outgoing frames."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from sogni_devnet.accounts import Account
from sogni_devnet.disturbance import HOLD_SECONDS, Disturbance
from sogni_devnet.frames import encode
from sogni_devnet.log import Entry
from sogni_devnet.supernet import Supernet

_Close = tuple[int, str]
_Item = tuple[float, "str | bytes | _Close", Entry | None]

CUT = 1006
"""The code that clients see if there is no close frame. It is never sent."""


class Connection:
    """An accepted socket of one account and app id.

    Every outgoing frame goes through ``send``, where switches and faults change it and latency delays it.
    """

    def __init__(self, net: Supernet, socket: WebSocket, account: Account, app_id: str, network: str) -> None:
        self.account = account
        self.app_id = app_id
        self.network = network
        self.subscriptions: dict[str, bool] = {}
        self.greeted = False
        """Whether ``authenticated`` was sent. Earlier frames of the client are dropped (protocol: silently)."""
        self.last_cancel = 0.0
        """Seconds since 1970."""
        self.disturbance = Disturbance(net)
        self._net = net
        self._socket = socket
        self._queue: asyncio.Queue[_Item] = asyncio.Queue()

    def send(self, kind: str, payload: Any) -> None:
        """Queue a frame. Call it in the event loop of the server."""
        for part, said in self.disturbance.payloads(kind, payload):
            entry = Entry(
                "frame", "sent", self._net.clock(), type=part, payload=said, username=self.account.username,
                app_id=self.app_id,
            )  # fmt: skip
            self._net.log.add(entry)
            self._queue.put_nowait((self._due(), self.disturbance.spelled(encode(part, said)), entry))
            for extra in self.disturbance.between():
                self._queue.put_nowait((self._due(), extra, None))
        if self.disturbance.holds:
            asyncio.get_running_loop().call_later(HOLD_SECONDS, self._let_go)

    def close(self, code: int, reason: str = "") -> None:
        """Close with a code after the queued frames. Later frames are dropped."""
        self._let_go()
        self._queue.put_nowait((self._due(), (code, reason), None))
        self._net.leave(self.account, self.app_id, self)

    async def write(self) -> None:
        """Send queued frames until the socket is closed."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(WebSocketDisconnect):
            while self._socket.application_state is WebSocketState.CONNECTED:
                due, item, entry = await self._queue.get()
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                if isinstance(item, tuple):
                    await self._end(*item)
                    return
                await (self._socket.send_text(item) if isinstance(item, str) else self._socket.send_bytes(item))
                if entry is not None:
                    self.greeted = self.greeted or entry.type == "authenticated"
                    self._net.log.write(entry)

    async def _end(self, code: int, reason: str) -> None:
        if code == CUT:
            self._net.cut(self._socket.client)
        else:
            await self._socket.close(code, reason)

    def _let_go(self) -> None:
        for kind, payload in self.disturbance.release():
            self._queue.put_nowait((self._due(), self.disturbance.spelled(encode(kind, payload)), None))

    def _due(self) -> float:
        return asyncio.get_running_loop().time() + self._net.settings.latency
