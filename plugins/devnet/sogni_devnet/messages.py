"""The four messages that a client sends, and their handlers."""

from __future__ import annotations

from typing import Any

from sogni_devnet.catalogue import NETWORKS
from sogni_devnet.connection import Connection
from sogni_devnet.ffmpeg import find_ffmpeg
from sogni_devnet.greeting import worker_counts
from sogni_devnet.misbehaviour import refused_by
from sogni_devnet.order import AudioOrder, Order, VideoOrder
from sogni_devnet.projects import Project
from sogni_devnet.refusal import INSUFFICIENT_FUNDS, NO_FFMPEG, NO_FFMPEG_HELP, JobRefusal
from sogni_devnet.storage import StoredFile
from sogni_devnet.supernet import Supernet
from sogni_devnet.validation import read_order
from sogni_devnet.workers import Workers

CANCEL_SECONDS = 20.0
"""Minimum time between two cancels, if they are limited (protocol: seen in other Sogni repositories)."""

CANCELLED = "artistCanceled"


def act(net: Supernet, crew: Workers, line: Connection, kind: str, payload: Any) -> str | None:
    """Handle a message; returns a note for the log if it is ignored."""
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
        return f"not done: {action}"
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
