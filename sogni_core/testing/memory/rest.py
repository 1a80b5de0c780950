"""The HTTP side of both hosts. protocol: sections 3, 4 and 6."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sogni_core._transport.calls import Reply
from sogni_core._transport.in_memory import Call
from sogni_core.testing.memory.pictures import picture
from sogni_core.testing.memory.state import URL, MemoryState

_STATUS = {"progress": "processing", "errored": "failed", "cancelled": "canceled"}
"""The words of ``/v2/projects`` for states that it names differently."""


def answer(state: MemoryState, call: Call) -> Reply:
    """Answer a request; a URL of another host is found only if the test serves it."""
    parts = urlsplit(call.url)
    state.calls.append(f"{call.method} {parts.path}")
    if call.url in state.files:
        return Reply(200, body=state.files[call.url])
    if not call.url.startswith(f"{URL}/"):
        return Reply(404)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    match parts.path.strip("/").split("/"):
        case ["files", project_id, slot] if call.method == "PUT":
            return _uploaded(state, project_id, slot, call.body)
        case ["files", job_id]:
            return _output(state, job_id)
        case ["api", _, _, "estimate", *_]:
            return _quote(state)
        case ["api", _, "models" | "status", *_]:
            return _bare([])
        case segments if state.accepts(call.headers):
            return _private(state, segments, query)
    return _error(401, "Invalid API key")


def _private(state: MemoryState, segments: list[str], query: Mapping[str, str]) -> Reply:
    match segments:
        case ["v1", "account", _]:
            return _ok({"username": "memory"})
        case ["v4", "account", "balance"]:
            return _ok(state.amounts())
        case ["v1", _, "uploadUrl"]:
            return _ok({"uploadUrl": f"{URL}/files/{query['jobId']}/{query['type']}?signature=memory"})
        case ["v1", _, "downloadUrl"]:
            return _ok({"downloadUrl": f"{URL}/files/{query.get('imageId') or query['id']}?signature=memory"})
        case ["v1" | "v2" as version, "projects", project_id]:
            return _project(state, version, project_id)
        case ["api", "v1", "artist", "projects", "sync"]:
            return _bare(state.recovered(query.get("appId", "")))
        case ["api", "v1", "artist", "projects", "active"]:
            return _bare({"projects": [{"id": project.id} for project in state.projects if not project.ended]})
    return _error(404, f"The memory network has no /{'/'.join(segments)}.")


def _uploaded(state: MemoryState, project_id: str, slot: str, content: bytes) -> Reply:
    if state.faults.strike("fail upload") is not None:
        return Reply(500)
    state.uploads.setdefault(project_id, {})[slot] = content
    return Reply(200)


def _output(state: MemoryState, job_id: str) -> Reply:
    for project in state.projects:
        for job in project.jobs:
            if job.id != job_id or not job.has_file:
                continue
            if state.faults.strike("fail download", project.number, job.index) is not None:
                return Reply(500)
            content = state.contents.get(project.format)
            number = 16 * project.number + job.index
            return Reply(200, body=content or picture(*project.size, number, project.format))
    return Reply(404)


def _quote(state: MemoryState) -> Reply:
    if state.price is None:
        return _error(400, "No price is known.")
    cost = str(state.price)
    quote = {"costInToken": cost, "costInSpark": cost, "costInSogni": cost, "costInUSD": str(state.price / 200)}
    return _bare({"quote": {"project": quote}})


def _project(state: MemoryState, version: str, project_id: str) -> Reply:
    found = state.project(project_id)
    if found is None or (version == "v1" and not found.ended):
        return _error(404, "Project not found")
    status = found.state if version == "v1" else _STATUS.get(found.state, found.state)
    cost = {"costActual": {"costInToken": str(found.charge(state.price))}} if state.price is not None else {}
    return _ok({"project": {**found.record(), **cost, "status": status, "finished": found.ended}})


def _ok(data: Any) -> Reply:
    return _bare({"status": "success", "data": data})


def _bare(data: Any, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(data).encode())


def _error(status: int, message: str) -> Reply:
    return _bare({"status": "error", "message": message, "errorCode": status}, status)
