"""The two hosts of the network: HTTP calls and frames, answered as the protocol says."""

from __future__ import annotations

import base64
import errno
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sogni_core._transport.calls import Reply
from sogni_core._transport.in_memory import Call, Line
from sogni_core.testing.memory.clock import VirtualClock
from sogni_core.testing.memory.faults import REFUSALS, Faults
from sogni_core.testing.memory.pictures import FORMATS, picture
from sogni_core.testing.memory.project import MemoryJob, MemoryProject
from sogni_core.testing.memory.work import Work

URL = "http://memory.test"
SOCKET_URL = "ws://memory.test"
API_KEY = "memory-key"

_STATUS = {"progress": "processing", "errored": "failed", "cancelled": "canceled"}
"""States as ``/v2/projects`` says them, where they differ."""


class MemoryService:
    """Answers a session; see :class:`sogni_core._transport.in_memory.Service`."""

    def __init__(self, clock: VirtualClock, faults: Faults) -> None:
        self.clock = clock
        self.faults = faults
        self.projects: list[MemoryProject] = []
        self.calls: list[str] = []
        """HTTP requests so far: method and path."""
        self.files: dict[str, bytes] = {}
        """What else can be fetched, by URL."""
        self.contents: dict[str, bytes] = {}
        """What is delivered for an output format."""
        self.balance = {"spark": Decimal(1000), "sogni": Decimal(1000)}
        self.price: Decimal | None = Decimal(1)
        self._uploads: dict[str, dict[str, bytes]] = {}
        self._lines: dict[str, Line] = {}
        self._works: dict[str, Work] = {}

    # HTTP

    async def answer(self, call: Call) -> Reply:
        """Answer a request to any host; every name leads here."""
        self.clock.stir()
        parts = urlsplit(call.url)
        self.calls.append(f"{call.method} {parts.path}")
        if self.faults.strike("unreachable") is not None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        if call.url in self.files:
            return Reply(200, body=self.files[call.url])
        if not call.url.startswith(f"{URL}/"):
            return Reply(404, body=b"not found")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path.strip("/").split("/"):
            case ["files", project_id, slot] if call.method == "PUT":
                return self._stored(project_id, slot, call.body)
            case ["files", job_id]:
                return self._file(job_id)
            case ["api", _, _, "estimate", *_]:
                return self._quote()
            case ["api", _, "models" | "status", *_]:
                return _bare([])
        return self._private(call, parts.path, query) if self._knows(call.headers) else _error(401, "Invalid API key")

    def _private(self, call: Call, path: str, query: Mapping[str, str]) -> Reply:
        match path.strip("/").split("/"):
            case ["v1", "account", _]:
                return _ok({"username": "memory"})
            case ["v4", "account", "balance"]:
                return _ok(self._purse())
            case ["v1", "image" | "media", "uploadUrl"]:
                return _ok({"uploadUrl": f"{URL}/files/{query['jobId']}/{query['type']}?signature=memory"})
            case ["v1", "image" | "media", "downloadUrl"]:
                job = query.get("imageId") or query["id"]
                return _ok({"downloadUrl": f"{URL}/files/{job}?signature=memory"})
            case ["v1" | "v2" as version, "projects", project_id]:
                return self._looked_up(version, project_id)
            case ["api", "v1", "artist", "projects", "sync"]:
                return _bare(self._recovered(query.get("appId", "")))
            case ["api", "v1", "artist", "projects", "active"]:
                return _bare({"projects": [{"id": one.id} for one in self.projects if not one.ended]})
        return _error(404, f"no such path: {call.method} {path}")

    def _stored(self, project_id: str, slot: str, content: bytes) -> Reply:
        if self.faults.strike("fail upload") is not None:
            return Reply(500)
        self._uploads.setdefault(project_id, {})[slot] = content
        return Reply(200)

    def _file(self, job_id: str) -> Reply:
        for project in self.projects:
            for job in project.jobs:
                if job.id == job_id and job.state == "jobCompleted" and not job.withheld:
                    failed = self.faults.strike("fail download", project.number, job.index)
                    return Reply(500) if failed is not None else Reply(200, body=self._content(project, job))
        return Reply(404)

    def _content(self, project: MemoryProject, job: MemoryJob) -> bytes:
        if project.format in self.contents:
            return self.contents[project.format]
        return picture(*project.size, 16 * project.number + job.index, project.format)

    def _quote(self) -> Reply:
        if self.price is None:
            return _error(400, "No price is known.")
        cost = str(self.price)
        job = {"costInToken": cost, "costInUSD": str(self.price / 200), "costInSpark": cost, "costInSogni": cost}
        return _bare({"quote": {"job": job, "project": job}})

    def _looked_up(self, version: str, project_id: str) -> Reply:
        found = next((project for project in self.projects if project.id == project_id), None)
        if found is None or (version == "v1" and not found.ended):
            return _error(404, "Project not found")
        if version == "v1":
            return _ok({"project": found.record()})
        status = _STATUS.get(found.state, found.state)
        return _ok({"project": {**found.record(), "status": status, "finished": found.ended}})

    # socket

    def connect(self, url: str, headers: Mapping[str, str], line: Line) -> int:
        """Take a connection; one with the same app id ends."""
        self.clock.stir()
        if self.faults.strike("unreachable") is not None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        if not self._knows(headers):
            return 401
        app_id = parse_qs(urlsplit(url).query)["appId"][0]
        if app_id in self._lines:
            self._lines[app_id].close(4015)
        self._lines[app_id] = line
        line.hear = lambda text: self._hear(app_id, line, text)
        line.left = lambda: self._left(app_id, line)
        recovered = self._recovered(app_id)
        _tell(line, "authenticated", {"username": "memory", "tokens": self._purse(), **recovered})
        for project in self.projects:
            project.told = project.told or project.ended
        _tell(line, "balanceUpdate", self._purse())
        _tell(line, "swarmModels", {})
        return 101

    def disconnect(self, code: int) -> None:
        """End every connection."""
        for line in list(self._lines.values()):
            line.close(code)

    def _left(self, app_id: str, line: Line) -> None:
        if self._lines.get(app_id) is line:
            del self._lines[app_id]

    def _hear(self, app_id: str, line: Line, text: str) -> None:
        self.clock.stir()
        frame = json.loads(text)
        payload = json.loads(base64.b64decode(frame["data"]))
        if frame["type"] == "jobRequest":
            self._ordered(app_id, line, payload)
        elif frame["type"] == "jobError":
            self._cancel(payload["jobID"])

    def _ordered(self, app_id: str, line: Line, payload: dict[str, Any]) -> None:
        if self.faults.strike("lose request") is not None:
            line.close(1006)
            return
        if self.faults.strike("restart") is not None:
            _tell(line, "jobError", {"jobID": payload["jobID"], "error": 1001, "error_message": "Restarting"})
            line.close(1001)
            return
        project = MemoryProject(len(self.projects), payload, app_id, self._uploads.pop(payload["jobID"], {}))
        self.projects.append(project)
        purse, cost = str(payload.get("tokenType", "sogni")), self.price or Decimal(0)
        refused = self.faults.strike("refuse", project.number)
        reason = refused.value if refused is not None else ""
        if self.balance[purse] < cost:
            reason = "insufficient funds"
        elif project.format not in FORMATS.keys() | self.contents.keys():
            reason = f"Nothing to deliver as {project.format}: call network.deliver({project.format!r}, content)."
        if reason:
            number, text = REFUSALS.get(reason, ("refused", reason))
            project.state = "errored"
            self._say(project, "jobError", {"error": number, "error_message": text})
            return
        self.balance[purse] -= cost
        self._works[project.id] = Work(project, self.faults, self.clock, self._say)
        self._works[project.id].go_on()
        _tell(line, "balanceUpdate", self._purse())

    def _cancel(self, project_id: str) -> None:
        project = next((one for one in self.projects if one.id == project_id), None)
        if project is None:
            return
        project.cancels += 1
        if self.faults.strike("ignore cancel", project.number) is not None:
            return
        if not project.ended and self.faults.strike("late cancel", project.number) is not None:
            self._works[project.id].hurry()
            return
        done = not project.ended and self.faults.strike("refuse cancel", project.number) is None
        if done:
            self._works[project.id].stop()
            project.state = "cancelled"
        self._say(project, "artistCancelConfirmation", {"didCancel": done, "error_message": ""})

    def _say(self, project: MemoryProject, kind: str, payload: Mapping[str, Any]) -> None:
        """Send a frame about a project to who ordered it; lost if nobody is connected."""
        line = self._lines.get(project.app_id)
        self.clock.stir()
        if line is None:
            return
        if not kind:
            line.close(payload["code"])
            return
        project.told = project.ended
        _tell(line, kind, {"jobID": project.id, **payload})

    def _recovered(self, app_id: str) -> dict[str, Any]:
        mine = [project for project in self.projects if project.app_id == app_id]
        return {
            "activeProjects": [project.record() for project in mine if not project.ended],
            "unclaimedCompletedProjects": [project.record() for project in mine if project.ended and not project.told],
        }

    # accounts

    def _knows(self, headers: Mapping[str, str]) -> bool:
        return headers.get("api-key") == API_KEY and self.faults.strike("refuse login") is None

    def _purse(self) -> dict[str, Any]:
        return {name: {"settled": str(net), "credit": "0", "debit": "0", "net": str(net)}
                for name, net in self.balance.items()}  # fmt: skip


def _tell(line: Line, kind: str, payload: Any) -> None:
    line.say(json.dumps({"type": kind, "data": base64.b64encode(json.dumps(payload).encode()).decode()}))


def _ok(data: Any) -> Reply:
    return _bare({"status": "success", "data": data})


def _bare(data: Any) -> Reply:
    return Reply(200, {"content-type": "application/json"}, json.dumps(data).encode())


def _error(status: int, message: str) -> Reply:
    content = {"status": "error", "message": message, "errorCode": status}
    return Reply(status, {"content-type": "application/json"}, json.dumps(content).encode())
