"""The WebSocket for clients: upgrade, authentication, and reading frames."""

from __future__ import annotations

import asyncio
import json

from starlette.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sogni_devnet.connection import Connection
from sogni_devnet.frames import BadFrame, decode
from sogni_devnet.greeting import welcome
from sogni_devnet.http import auth_kind, caller, supernet, workers
from sogni_devnet.log import Entry
from sogni_devnet.messages import act
from sogni_devnet.misbehaviour import disturbed_upgrade
from sogni_devnet.refusal import Refusal
from sogni_devnet.refusal_response import deny
from sogni_devnet.supernet import Supernet
from sogni_devnet.workers import Workers


async def artist_socket(socket: WebSocket) -> None:
    """Serve one connection from upgrade to close."""
    net = supernet(socket)
    entry = Entry(
        "http", "received", net.clock(), "GET", "/", dict(socket.query_params), auth_kind(socket.headers),
        note="upgrade",
    )  # fmt: skip
    net.log.add(entry)
    fault = net.faults.take("upgrade")
    if fault is not None and not await disturbed_upgrade(net, socket, fault, entry):
        return
    try:
        app_id, network = _query(socket)
        account = caller(socket)
    except Refusal as refusal:
        await _refuse(net, socket, refusal, entry)
        return
    entry.status, entry.username, entry.app_id = 101, account.username, app_id
    net.log.write(entry)
    await socket.accept()
    line = Connection(net, socket, account, app_id, network)
    try:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(line.write())
            greeter = tasks.create_task(welcome(net, line))
            await _read(net, workers(socket), socket, line)
            greeter.cancel()
            writer.cancel()
    finally:
        net.leave(account, app_id, line)


async def _refuse(net: Supernet, socket: WebSocket, refusal: Refusal, entry: Entry) -> None:
    """Refuse an upgrade with a status, or, for credentials, with a close code."""
    turn = net.tolerated.turn("upgrade") if refusal.status == 401 else ""
    entry.status = 403 if turn == "upgrade_403" else refusal.status
    if turn == "upgrade_close_4021":
        entry.status = 101
        await socket.accept()
        await socket.close(4021, "Authentication failed")
    else:
        await deny(socket, JSONResponse(refusal.body(), entry.status))
    net.log.write(entry)


async def _read(net: Supernet, crew: Workers, socket: WebSocket, line: Connection) -> None:
    while True:
        try:
            text = await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError, KeyError):
            # Starlette raises these if either side has closed, or if the frame is binary.
            return
        entry = Entry(
            "frame", "received", net.clock(), username=line.account.username, app_id=line.app_id
        )  # fmt: skip
        try:
            entry.type, entry.payload = decode(text)
        except BadFrame as error:
            entry.note = str(error)
        if not entry.note and not line.greeted:
            entry.note = "dropped: sent before authenticated"
        payload = entry.payload
        net.log.add(entry)
        if entry.note is None:
            entry.note = act(net, crew, line, entry.type, payload)
        net.log.write(entry)


def _query(socket: WebSocket) -> tuple[str, str]:
    """Return the app id and the network in the query, or refuse with 400."""
    query = socket.query_params
    app_id = query.get("appId", "").strip()
    if not 1 <= len(app_id) <= 256 or not app_id.isprintable():
        raise Refusal(400, "appId is not 1 to 256 printable characters")
    if not query.get("clientName"):
        raise Refusal(400, "clientName is required")
    if query.get("clientType") != "artist":
        raise Refusal(400, "clientType is not artist")
    if query.get("forceWorkerId") not in {"", "fast"}:
        raise Refusal(400, "forceWorkerId is neither fast nor empty")
    if "socketEventSubscriptions" in query:
        try:
            wanted = json.loads(query["socketEventSubscriptions"])
        except ValueError as error:
            raise Refusal(400, "socketEventSubscriptions is not JSON") from error
        if not isinstance(wanted, dict):
            raise Refusal(400, "socketEventSubscriptions is not an object")
    return app_id, "fast" if query["forceWorkerId"] else "relaxed"


ROUTES = [WebSocketRoute("/", artist_socket)]
