"""Apply faults to HTTP responses and upgrades."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from sogni_devnet.faults import Armed, Moment
from sogni_devnet.log import Entry
from sogni_devnet.refusal import JobRefusal, Refusal
from sogni_devnet.refusal_response import deny, refusal_response
from sogni_devnet.supernet import Supernet

PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1><hr>gateway</body></html>"

PIECES = 8
"""Number of pieces of a slow download."""


def moment_of(path: str) -> Moment:
    """Return the moment of the faults for a path."""
    return "upload" if path.startswith("/files/upload/") else "download" if path.startswith("/files/") else "http"


async def answer(net: Supernet, fault: Armed, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request as a fault demands."""
    action = fault.fault.action
    if action == "dropped":
        if scope["method"] == "PUT":
            await receive()
        await _cut(net, scope, receive)
    elif action == "stalled":
        await _for_ever(receive)
    elif action == "slow":
        await asyncio.sleep(fault["seconds"])
        await app(scope, receive, send)
    elif action == "lost":

        async def lost_first(message: Message) -> None:
            net.storage.lose(scope["path"].rsplit("/", 1)[1])
            await send(message)

        await app(scope, receive, lost_first)
    elif action.endswith("_body"):
        await app(scope, receive, _Body(net, fault, scope, receive, send))
    else:
        await _drain(scope, receive)
        await _ready_made(net, fault, scope)(scope, receive, send)


async def disturbed_upgrade(net: Supernet, socket: WebSocket, fault: Armed, entry: Entry) -> bool:
    """Apply a fault to an upgrade; returns False if it ends the upgrade."""
    action = fault.fault.action
    if action == "slow":
        await asyncio.sleep(fault["seconds"])
        return True
    if action == "stalled":
        await _for_ever(socket.receive)
    elif action == "dropped":
        await _cut(net, socket.scope, socket.receive)
    else:
        entry.status = fault["status"]
        await deny(socket, _ready_made(net, fault, socket.scope))
    net.log.write(entry)
    return False


def refused_by(fault: Armed) -> JobRefusal:
    """Return the refusal of a ``jobRequest`` by a fault."""
    if fault.fault.action == "restart":
        return JobRefusal(1001, "Server is restarting")
    return JobRefusal(fault["error"], fault["message"], **fault["more"])


def _ready_made(net: Supernet, fault: Armed, scope: Scope) -> Response:
    action = fault.fault.action
    if action == "status":
        refusal = Refusal(fault["status"], f"The devnet was told to answer {fault['status']}", code=fault["code"],
                          retry_after=fault["retry_after"])  # fmt: skip
        return refusal_response(refusal, net, str(scope["path"]))
    if action == "xml":
        xml = f'<?xml version="1.0"?><Error><Code>Fault{fault["status"]}</Code><Message>told to</Message></Error>'
        return Response(xml, fault["status"], media_type="application/xml")
    if action in {"html", "page"}:
        return HTMLResponse(PAGE.format("Bad gateway"), fault["status"] if action == "html" else 200)
    if action == "plain":
        return PlainTextResponse("Something went wrong", fault["status"])
    if action == "redirect":
        here = f"{net.storage.base_url}{scope['path']}?{scope['query_string'].decode()}"
        return RedirectResponse(fault["url"] or here)
    if action == "not_json":
        return Response('{"status":"success","da', media_type="application/json")
    if action == "wrong_shape":
        return JSONResponse({"status": "success", "data": [7]})
    if action == "huge":
        return Response(b'"' + b"A" * (fault["megabytes"] << 20) + b'"', media_type="application/json")
    assert action == "empty", action
    return Response()


class _Body:
    """Sends a file with a fault. The files are small, so the whole file is collected first."""

    def __init__(self, net: Supernet, fault: Armed, scope: Scope, receive: Receive, send: Send) -> None:
        self._net, self._fault, self._scope, self._receive, self._send = net, fault, scope, receive, send
        self._start: Message = {}
        self._whole = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._whole += message.get("body", b"")
        if not message.get("more_body"):
            await self._deliver(self._fault.fault.action)

    async def _deliver(self, action: str) -> None:
        whole, half = self._whole, self._whole[: len(self._whole) // 2]
        if action == "unsized_body":
            self._start["headers"] = [(name, value) for name, value in self._start["headers"]
                                      if name.lower() != b"content-length"]  # fmt: skip
        await self._send(self._start)
        if action == "corrupt_body":
            await self._part(half + bytes(len(whole) - len(half)), last=True)
        elif action == "slow_body":
            size = -(-len(whole) // PIECES) or 1
            for start in range(0, len(whole), size):
                await asyncio.sleep(self._fault["seconds"] / PIECES)
                await self._part(whole[start : start + size], last=start + size >= len(whole))
        else:
            await self._part(half, last=False)
            if action == "stalled_body":
                await _for_ever(self._receive)
            else:
                await _cut(self._net, self._scope, self._receive)

    async def _part(self, data: bytes, *, last: bool) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})


async def _cut(net: Supernet, scope: Scope, receive: Any) -> None:
    """End the connection and wait until it has ended, since uvicorn reports an earlier return as an error."""
    net.cut(scope["client"])
    await _for_ever(receive)


async def _for_ever(receive: Any) -> None:
    """Wait until the client disconnects."""
    while (await receive())["type"] not in {"http.disconnect", "websocket.disconnect"}:
        pass


async def _drain(scope: Scope, receive: Receive) -> None:
    """Read the request, so that the client gets the response instead of a broken pipe."""
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
