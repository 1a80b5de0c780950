"""The WebSocket of artists: upgrade, greeting, and the four messages that a client sends."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sogni_devnet.catalogue import NETWORKS
from sogni_devnet.connection import Connection
from sogni_devnet.ffmpeg import find_ffmpeg
from sogni_devnet.frames import BadFrame, decode
from sogni_devnet.greeting import welcome, worker_counts
from sogni_devnet.http import auth_kind, caller, supernet, workers
from sogni_devnet.log import Entry
from sogni_devnet.misbehaviour import disturbed_upgrade, refused_by
from sogni_devnet.order import AudioOrder, Order, VideoOrder
from sogni_devnet.projects import Project
from sogni_devnet.refusal import INSUFFICIENT_FUNDS, NO_FFMPEG, NO_FFMPEG_HELP, JobRefusal, Refusal
from sogni_devnet.storage import StoredFile
from sogni_devnet.supernet import Supernet
from sogni_devnet.validation import read_order
from sogni_devnet.workers import Workers

CANCEL_SECONDS = 20.0
"""Time between two cancels where they are limited (protocol: seen in other Sogni repositories)."""

CANCELLED = "artistCanceled"


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
    """Refuse an upgrade: with a status, or, as may be for credentials, by a close code."""
    turn = net.tolerated.turn("upgrade") if refusal.status == 401 else ""
    entry.status = 403 if turn == "upgrade_403" else refusal.status
    if turn == "upgrade_close_4021":
        entry.status = 101
        await socket.accept()
        await socket.close(4021, "Authentication failed")
    else:
        await socket.send_denial_response(JSONResponse(refusal.body(), entry.status))
    net.log.write(entry)


async def _read(net: Supernet, crew: Workers, socket: WebSocket, line: Connection) -> None:
    while True:
        try:
            text = await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError, KeyError):
            # Starlette's ways of saying that either side has closed, or that the frame was a binary one.
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
            entry.note = _act(net, crew, line, entry.type, payload)
        net.log.write(entry)


def _act(net: Supernet, crew: Workers, line: Connection, kind: str, payload: Any) -> str | None:
    """Carry out a message; returns a note for the log if nothing came of it."""
    if kind == "jobRequest":
        return _job_request(net, crew, line, payload)
    if kind == "jobError":
        return _cancel(net, crew, line, payload)
    if kind == "changeNetwork":
        if payload not in NETWORKS:
            return "ignored: no such network"
        line.network = payload
        line.send("changeNetwork", {"network": payload})
        line.send("swarmModels", worker_counts(net))
        return None
    if kind == "setSocketEventSubscriptions":
        return _subscribe(line, payload)
    return "ignored: unknown type"


def _job_request(net: Supernet, crew: Workers, line: Connection, payload: Any) -> str | None:
    project_id = payload.get("jobID") if isinstance(payload, dict) else None
    fault = net.faults.take("request")
    action = "" if fault is None else fault.fault.action
    if action == "swallow":
        return "swallowed by a fault"
    if fault is not None and action == "drop" and not fault["admitted"]:
        line.close(fault["code"])
        return "dropped by a fault"
    try:
        known = net.projects.get(project_id) if isinstance(project_id, str) else None
        if known is not None and known.account is line.account:
            known.repeats += 1
            return "ignored: this project is known"
        order = _read_order(net, line, payload)
        if known is not None:
            raise JobRefusal("invalidRequest", "jobID belongs to another account")
        if fault is not None and action in {"refuse", "restart"}:
            raise refused_by(fault)
        if isinstance(order, VideoOrder | AudioOrder) and order.format != "wav" and find_ffmpeg() is None:
            raise JobRefusal(NO_FFMPEG, NO_FFMPEG_HELP)
        if not line.account.balance.debit(order.token, order.cost):
            raise JobRefusal(INSUFFICIENT_FUNDS, "Debit Error: Insufficient funds")
    except JobRefusal as refusal:
        error = str(refusal.error) if "numeric_strings" in net.tolerated else refusal.error
        line.send(
            "jobError",
            {"jobID": project_id, "isFromWorker": False, "error": error, "error_message": refusal.message,
             **refusal.more},
        )  # fmt: skip
        if action == "restart" and fault is not None and fault["closes"]:
            line.close(1001, "Server is restarting")
        return f"refused: {refusal.message}"
    crew.accept(Project(order, line.account, line.app_id, order.network or line.network, net.clock()))
    if fault is not None and action == "drop":
        line.close(fault["code"])
    return None


def _read_order(net: Supernet, line: Connection, payload: Any) -> Order:
    owner, project_id = line.account.address, payload.get("jobID") if isinstance(payload, dict) else None

    def upload(slot: str) -> StoredFile | None:
        file = net.storage.upload(str(project_id), slot)
        return file if file is not None and file.owner == owner else None

    return read_order(
        payload, upload, strict_tiers=net.settings.strict_tiers, clamps="clamped_steps" in net.tolerated,
        payer="spark" if "spark_by_default" in net.tolerated else "sogni",
    )  # fmt: skip


def _cancel(net: Supernet, crew: Workers, line: Connection, payload: Any) -> str | None:
    if not isinstance(payload, dict) or payload.get("error") != CANCELLED or payload.get("isFromWorker") is not False:
        return "ignored: not a cancel"
    project_id = payload.get("jobID")
    fault = net.faults.take("cancel")
    action = "" if fault is None else fault.fault.action
    if fault is not None and action == "drop":
        line.close(fault["code"])
    if action in {"drop", "ignore"}:
        return f"not carried out: {action}"
    early = "one_cancel_per_20s" in net.tolerated and net.clock() - line.last_cancel < CANCEL_SECONDS
    line.last_cancel = line.last_cancel if early else net.clock()
    project = net.projects.get(project_id, line.account) if isinstance(project_id, str) else None
    done = action != "refuse" and not early and project is not None and crew.cancel(project)
    message = "" if done else "Too many cancels" if early else "Project not found" if project is None else "Not now"
    if action != "silent":
        line.send("artistCancelConfirmation", {"jobID": project_id, "didCancel": done, "error_message": message})
    return None


def _subscribe(line: Connection, payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return "ignored: not an object"
    if payload.get("reset"):
        line.subscriptions.clear()
    changes = payload.get("subscriptions")
    line.subscriptions |= {k: v for k, v in changes.items() if isinstance(v, bool)} if isinstance(changes, dict) else {}
    for verb, value in (("subscribe", True), ("unsubscribe", False)):
        names = payload.get(verb)
        names = [names] if isinstance(names, str) else names
        line.subscriptions |= {name: value for name in names or () if isinstance(name, str)}
    if isinstance(payload.get("event"), str) and isinstance(payload.get("enabled"), bool):
        line.subscriptions[payload["event"]] = payload["enabled"]
    line.send("socketEventSubscriptionsUpdated", {"socketEventSubscriptions": dict(line.subscriptions)})
    return None


def _query(socket: WebSocket) -> tuple[str, str]:
    """Return app id and network of the query, or refuse with 400."""
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
