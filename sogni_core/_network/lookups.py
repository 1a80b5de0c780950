"""What the service knows of a project, asked in four ways. Each answer is *known*, *unknown* or *failed*.

An answer is *unknown* only beyond doubt: the lists came and do not name the project, or the service itself said 404. A
gateway's page, a missing field, a refusal or a timeout is *failed*, and proves nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any, Final

from sogni_core._network.clock import Clock
from sogni_core._network.rest import Rest
from sogni_core._protocol.greeting import project_id as id_of
from sogni_core._protocol.greeting import read_projects
from sogni_core._protocol.lifecycle.evidence import Answer, Failed, Known, Question, Unknown
from sogni_core._protocol.values import record
from sogni_core._transport.retry import Pause
from sogni_core.errors import SogniError, TransportError

SYNC_CALLS: Final = 20
SYNC_SECONDS: Final = 10.0
"""protocol: one account may call ``sync`` at most ``SYNC_CALLS`` times in ``SYNC_SECONDS``."""
AT_ONCE: Final = 6
"""Questions about single projects at a time; after a drop there may be hundreds."""


_Projects = Mapping[str, Mapping[str, Any]] | SogniError


class Lookups:
    """Asks for one account."""

    def __init__(self, rest: Rest, *, app_id: Callable[[], str | None], clock: Clock, pause: Pause) -> None:
        self._rest = rest
        self._app_id = app_id
        self._sync = _Shared(self._ask_sync, _Pace(clock, pause))
        self._active = _Shared(self._ask_active)
        self._single = asyncio.Semaphore(AT_ONCE)

    async def ask(self, question: Question, project_id: str) -> Answer:
        """Ask one question."""
        match question:
            case "sync":
                return await self.sync(project_id)
            case "finished":
                return await self.finished(project_id)
            case "active":
                return await self.active(project_id)
            case "status":
                return await self.status(project_id)

    async def sync(self, project_id: str) -> Answer:
        """Ask for the projects of this app id: those that run, and those that ended and were not sent. Read-only."""
        return _among(await self._sync.ask(), "sync", project_id)

    async def finished(self, project_id: str) -> Answer:
        """Ask ``/v1/projects``, which knows projects that have ended."""
        return await self._one(f"/v1/projects/{project_id}", "finished", project_id)

    async def ended(self, project_id: str) -> Mapping[str, Any] | None:
        """Return the record of a project that has ended; None if there is none. Raises SogniError if that failed."""
        match await self.finished(project_id):
            case Known(project):
                return project
            case Failed(error):
                raise error
            case _:
                return None

    async def active(self, project_id: str) -> Answer:
        """Ask for the ids of all projects that run for this account."""
        return _among(await self._active.ask(), "active", project_id)

    async def status(self, project_id: str) -> Answer:
        """Ask ``/v2/projects``, which knows the state of any project."""
        return await self._one(f"/v2/projects/{project_id}", "status", project_id)

    async def _one(self, path: str, question: Question, project_id: str) -> Answer:
        try:
            async with self._single:
                found = await self._rest.find(path)
        except SogniError as error:
            return Failed(error)
        if found is None:
            return Unknown(question, project_id)
        project = record(record(found).get("project"))
        # An answer about another id is no answer.
        if not project or id_of(project) not in {"", project_id}:
            return Failed(_not_understood())
        return Known({**project, "id": project_id})

    async def _ask_sync(self) -> _Projects:
        return await self._lists(
            "/api/v1/artist/projects/sync",
            {"appId": self._app_id()},
            ("activeProjects", "unclaimedCompletedProjects"),
        )

    async def _ask_active(self) -> _Projects:
        return await self._lists("/api/v1/artist/projects/active", {}, ("projects",))

    async def _lists(self, path: str, query: Mapping[str, str | None], names: tuple[str, ...]) -> _Projects:
        try:
            told = record(await self._rest.get(path, query, host="socket"))
        except SogniError as error:
            return error
        if not all(isinstance(told.get(name), list) for name in names):
            return _not_understood()
        # If a project is in several lists, the last one counts: what has ended no longer runs.
        return {id_of(project): project for name in names for project in read_projects(told[name])}


class _Pace:
    """Delays calls, so that there are at most ``SYNC_CALLS`` in ``SYNC_SECONDS``."""

    def __init__(self, clock: Clock, pause: Pause) -> None:
        self._clock = clock
        self._pause = pause
        self._calls: deque[float] = deque(maxlen=SYNC_CALLS)

    async def __call__(self) -> None:
        now = self._clock.time()
        turn = max(now, self._calls[0] + SYNC_SECONDS) if len(self._calls) == SYNC_CALLS else now
        self._calls.append(turn)
        if turn > now:
            await self._pause(turn - now)


async def _at_once() -> None:
    return


class _Shared:
    """A question about all projects: one call answers everybody who asked before the call began."""

    def __init__(self, ask: Callable[[], Awaitable[_Projects]], pace: Callable[[], Awaitable[None]] = _at_once) -> None:
        self._ask = ask
        self._pace = pace
        self._lock = asyncio.Lock()
        self._moments = count()
        self._made = -1
        self._answer: _Projects = {}

    async def ask(self) -> _Projects:
        asked = next(self._moments)
        async with self._lock:
            if self._made < asked:
                await self._pace()
                made = next(self._moments)
                self._answer = await self._ask()
                self._made = made
            return self._answer


def _among(projects: _Projects, question: Question, project_id: str) -> Answer:
    if isinstance(projects, SogniError):
        return Failed(projects)
    found = projects.get(project_id)
    return Unknown(question, project_id) if found is None else Known(found)


def _not_understood() -> TransportError:
    return TransportError("PROTOCOL_ERROR", "The service's answer does not contain the projects.")
