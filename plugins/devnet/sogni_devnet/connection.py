"""One open socket: an ordered queue of outgoing frames with their latency."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from sogni_devnet.accounts import Account
from sogni_devnet.frames import encode
from sogni_devnet.log import Entry
from sogni_devnet.supernet import Supernet

_Item = tuple[float, str | tuple[int, str], Entry | None]


class Connection:
    """An accepted socket of one account and app id.

    Every outgoing frame passes ``send``, so whatever is to happen to frames has its place there.
    """

    def __init__(self, net: Supernet, socket: WebSocket, account: Account, app_id: str, network: str) -> None:
        self.account = account
        self.app_id = app_id
        self.network = network
        self.subscriptions: dict[str, bool] = {}
        self.greeted = False
        """Whether ``authenticated`` is out; frames that come before are dropped (protocol: silently)."""
        self._net = net
        self._socket = socket
        self._queue: asyncio.Queue[_Item] = asyncio.Queue()

    def send(self, kind: str, payload: Any) -> None:
        """Queue a frame. Call it in the server's loop."""
        entry = Entry(
            "frame", "sent", self._net.clock(), type=kind, payload=payload, username=self.account.username,
            app_id=self.app_id,
        )  # fmt: skip
        self._net.log.add(entry)
        self._queue.put_nowait((self._due(), encode(kind, payload), entry))

    def close(self, code: int, reason: str = "") -> None:
        """Close with this code after the frames that are already queued."""
        self._queue.put_nowait((self._due(), (code, reason), None))

    async def write(self) -> None:
        """Send what is queued until the socket is closed."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(WebSocketDisconnect):
            while self._socket.application_state is WebSocketState.CONNECTED:
                due, item, entry = await self._queue.get()
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                if entry is None:
                    await self._socket.close(int(item[0]), str(item[1]))
                    return
                await self._socket.send_text(str(item))
                self.greeted = self.greeted or entry.type == "authenticated"
                self._net.log.write(entry)

    def _due(self) -> float:
        return asyncio.get_running_loop().time() + self._net.settings.latency
