"""The first frames for a client: its account, its projects, its balance, and the workers."""

from __future__ import annotations

import asyncio
from typing import Any

from sogni_devnet.accounts import Account
from sogni_devnet.catalogue import MODELS
from sogni_devnet.connection import Connection
from sogni_devnet.identity import new_id
from sogni_devnet.projects import Project
from sogni_devnet.supernet import Supernet

CHAT = {"id": "chat-1", "jobType": "llm", "model": {"id": "some-llm", "type": "llm"}, "status": "active"}


async def welcome(net: Supernet, line: Connection) -> None:
    """Greet a connection, which then receives the events of its projects. Faults may change that."""
    fault = net.faults.take("greeting")
    action = "" if fault is None else fault.fault.action
    if fault is not None and action == "drop" and not fault["greeted"]:
        line.close(fault["code"])
        return
    if action == "silence":
        return
    if fault is not None and action == "late":
        await asyncio.sleep(fault["seconds"])
    _greet(net, line, models=action != "no_models")
    net.join(line.account, line.app_id, line)
    if fault is not None and action == "drop":
        line.close(fault["code"])


def worker_counts(net: Supernet) -> dict[str, int]:
    """Return the payload of ``swarmModels``: model id to number of workers."""
    return {model.id: net.settings.slots_for(model.media) for model in MODELS}


def project_lists(net: Supernet, account: Account, app_id: str, *, claim: bool) -> dict[str, list[Any]]:
    """Return running projects and those that ended unseen; ``claim`` returns the latter for the last time."""
    chats = [CHAT] if "chat_projects" in net.tolerated else []
    return {
        "activeProjects": [*chats, *(recovered(net, p) for p in net.projects.active(account, app_id))],
        "unclaimedCompletedProjects": [
            *chats, *(recovered(net, p) for p in net.projects.unclaimed(account, app_id, claim=claim)),
        ],
    }  # fmt: skip


def recovered(net: Supernet, project: Project) -> dict[str, Any]:
    """Return a project as greeting, sync and look-ups describe it."""
    payload = project.payload()
    if "text_times" in net.tolerated:
        payload["createTime"] = payload["updateTime"] = "2026-01-01T00:00:00.000Z"
    turn = net.tolerated.turn("recovery")
    if turn == "recovered_in_one_list":
        payload["workerJobs"] += payload.pop("completedWorkerJobs")
    elif turn:
        for name in ("clientRequestData", "imageCount", "stepCount", "previewCount"):
            del payload[name]
    return payload


def _greet(net: Supernet, line: Connection, *, models: bool) -> None:
    account, on = line.account, net.tolerated
    lists = project_lists(net, account, line.app_id, claim="no_lists" not in on)
    line.send(
        "authenticated",
        {
            "id": new_id().lower(), "clientType": "artist", "username": account.username, "address": account.address,
            "SID": 1, "clientSID": 2, "addressSID": 3, "balanceVersion": 2, "tokens": account.balance.payload(),
            **({} if "no_lists" in on else lists), "isMainnet": True, "accountWasMigrated": False,
            "hasUnclaimedAirdrop": False, "firstLoginAfterMigration": False,
        },
    )  # fmt: skip
    counts = worker_counts(net) if models else {}
    frames: list[tuple[str, Any]] = [("balanceUpdate", account.balance.payload()), ("swarmModels", counts)]
    if "models_before_balance" in on:
        frames.reverse()
    if "empty_models_first" in on:
        frames.insert(0, ("swarmModels", {}))
    if "network_on_connect" in on:
        frames += [("changeNetwork", {"network": line.network}), ("swarmModels", counts)]
    for kind, payload in frames:
        line.send(kind, payload)
