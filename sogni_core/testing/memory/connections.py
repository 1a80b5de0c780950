"""The socket host: greetings, project requests and cancels. protocol: section 5."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sogni_core._transport.in_memory import Line
from sogni_core.testing.memory.faults import REFUSALS
from sogni_core.testing.memory.pictures import FORMATS
from sogni_core.testing.memory.project import MemoryProject
from sogni_core.testing.memory.state import MemoryState
from sogni_core.testing.memory.work import Work


class Connections:
    """The open connections, one for each app id, and the work that was ordered on them."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state
        self._lines: dict[str, Line] = {}
        self._works: dict[str, Work] = {}

    def connect(self, url: str, headers: Mapping[str, str], line: Line) -> int:
        """Greet a client; an older connection with the same app id is closed. Returns the HTTP status."""
        state = self._state
        if not state.accepts(headers):
            return 401
        app_id = parse_qs(urlsplit(url).query)["appId"][0]
        if app_id in self._lines:
            self._lines[app_id].close(4015)
        self._lines[app_id] = line
        line.hear = lambda text: self._hear(app_id, text)
        line.left = lambda: self._left(app_id, line)
        _send(line, "authenticated", {"username": "memory", "tokens": state.amounts(), **state.recovered(app_id)})
        _send(line, "balanceUpdate", state.amounts())
        _send(line, "swarmModels", {})
        for project in state.projects:
            project.seen = project.seen or (project.ended and project.app_id == app_id)
        return 101

    def close(self, code: int) -> None:
        """Close every connection."""
        for line in list(self._lines.values()):
            line.close(code)

    def _left(self, app_id: str, line: Line) -> None:
        if self._lines.get(app_id) is line:
            del self._lines[app_id]

    def _hear(self, app_id: str, text: str) -> None:
        self._state.clock.stir()
        frame = json.loads(text)
        payload = json.loads(base64.b64decode(frame["data"]))
        if frame["type"] == "jobRequest":
            self._request(app_id, payload)
        elif frame["type"] == "jobError":
            self._cancel(payload["jobID"])

    def _request(self, app_id: str, payload: dict[str, Any]) -> None:
        state, line = self._state, self._lines[app_id]
        if state.faults.strike("lose request") is not None:
            line.close(1006)
            return
        if state.faults.strike("restart") is not None:
            _send(line, "jobError", {"jobID": payload["jobID"], "error": 1001, "error_message": "Restarting"})
            line.close(1001)
            return
        project = MemoryProject(len(state.projects), payload, app_id, state.uploads.pop(payload["jobID"], {}))
        state.projects.append(project)
        reason = self._refusal(project)
        if reason:
            number, text = REFUSALS.get(reason, ("refused", reason))
            project.state = "errored"
            self._say(project, "jobError", {"error": number, "error_message": text})
            return
        state.balance[project.token] -= state.price or Decimal(0)
        self._works[project.id] = Work(project, state.faults, state.clock, self._say)
        self._works[project.id].go_on()
        _send(line, "balanceUpdate", state.amounts())

    def _refusal(self, project: MemoryProject) -> str:
        """Say why a project is refused; empty if it is accepted."""
        state = self._state
        refused = state.faults.strike("refuse", project.number)
        if refused is not None:
            return str(refused.value)
        if state.balance[project.token] < (state.price or 0):
            return "insufficient funds"
        if project.format in FORMATS or project.format in state.contents:
            return ""
        return f"The memory network has no {project.format}: call network.deliver({project.format!r}, content)."

    def _cancel(self, project_id: str) -> None:
        project, faults = self._state.project(project_id), self._state.faults
        if project is None:
            return
        project.cancels += 1
        if faults.strike("ignore cancel", project.number) is not None:
            return
        if not project.ended and faults.strike("late cancel", project.number) is not None:
            self._works[project.id].hurry()
            return
        done = not project.ended and faults.strike("refuse cancel", project.number) is None
        if done:
            self._works[project.id].stop()
            project.state = "cancelled"
        self._say(project, "artistCancelConfirmation", {"didCancel": done, "error_message": ""})

    def _say(self, project: MemoryProject, kind: str, payload: Mapping[str, Any]) -> None:
        """Send a frame about a project to its client; it is lost while the client is not connected."""
        self._state.clock.stir()
        line = self._lines.get(project.app_id)
        if line is None:
            return
        if not kind:
            line.close(payload["code"])
            return
        project.seen = project.ended
        _send(line, kind, {"jobID": project.id, **payload})


def _send(line: Line, kind: str, payload: Any) -> None:
    line.say(json.dumps({"type": kind, "data": base64.b64encode(json.dumps(payload).encode()).decode()}))
