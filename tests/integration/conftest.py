"""Scripted servers on loopback, for what a well-behaved service never does."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
import stamina
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._transport.http import Http
from sogni_core.plugin import Endpoint
from sogni_core.settings.credentials import Credentials
from tests.media import medium_of


def picture(width: int = 8, height: int = 8, kind: str = "PNG") -> bytes:
    """Return a small image that decodes."""
    from PIL import Image

    written = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(written, kind)
    return written.getvalue()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries wait for nothing, and eth-account's recursion limit (see ``wallet``) is undone."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(min(limit, 1000))
    with stamina.set_testing(True, attempts=4, cap=True):
        yield
    sys.setrecursionlimit(limit)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@dataclass
class Asked:
    """One HTTP request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    line: int
    """Number of the connection it came on, from 0."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """One HTTP answer; ``raw`` is written as it is, and the connection closed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    stall: asyncio.Event | None = None
    """Waited for after ``raw``."""


Handler = Callable[[Asked], Answer | Awaitable[Answer]]


class Web:
    """An HTTP server whose every path answers what the test says: an answer, several in turn, or a function."""

    answer = Answer
    picture = staticmethod(picture)

    @staticmethod
    def ok(data: Any) -> Answer:
        """Answer as the REST host does."""
        return Answer(200, json.dumps({"status": "success", "data": data}).encode())

    @staticmethod
    def bare(data: Any) -> Answer:
        """Answer as the socket host does."""
        return Answer(200, json.dumps(data).encode())

    @staticmethod
    def error(status: int, message: str = "no", **fields: Any) -> Answer:
        return Answer(status, json.dumps({"status": "error", "message": message, **fields}).encode())

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.lines = 0
        self._routes: dict[str, list[Answer | Handler]] = {}
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()

    def on(self, path: str, *answers: Answer | Handler) -> None:
        self._routes[path] = list(answers)

    def of(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.path == path]

    async def start(self, ssl: Any = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=ssl)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if ssl else 'http'}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._busy:
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        line, self.lines = self.lines, self.lines + 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *rest = head.decode("latin-1").split("\r\n")
                method, target, _ = first.split(" ")
                headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in rest if one)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                parts = urlsplit(target)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                asked = Asked(method, parts.path, query, headers, body, line)
                self.asked.append(asked)
                if await self._answer(asked, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._busy.discard(task)
            writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        turns = self._routes.get(asked.path, [self.error(404, "no such path")])
        turn = turns.pop(0) if len(turns) > 1 else turns[0]
        answer = turn if isinstance(turn, Answer) else turn(asked)
        if not isinstance(answer, Answer):
            answer = await answer
        if answer.raw is not None:
            writer.write(answer.raw)
            await writer.drain()
            if answer.stall is not None:
                await answer.stall.wait()
            return True
        headers = {"content-length": str(len(answer.body)), **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} Status", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body)
        await writer.drain()
        return False


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    server = Web()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http(loopback=True)
    yield client
    await client.close()


def frame(kind: str, payload: Any) -> str:
    return json.dumps({"type": kind, "data": base64.b64encode(json.dumps(payload).encode()).decode()})


class Line:
    """A socket as the server sees it."""

    def __init__(self, connection: ServerConnection, query: dict[str, str], headers: dict[str, str]) -> None:
        self.connection = connection
        self.query = query
        self.headers = headers

    async def say(self, kind: str, payload: Any) -> None:
        await self.connection.send(frame(kind, payload))

    async def greet(self, **fields: Any) -> None:
        await self.say("authenticated", {"username": "me", **fields})

    async def hear(self, kind: str | None = None) -> Any:
        """Wait for a frame, of this type if one is given, and return its payload."""
        while True:
            got = json.loads(await self.connection.recv())
            if kind is None or got["type"] == kind:
                return json.loads(base64.b64decode(got["data"]))

    async def finish(self, request: dict[str, Any], *, only: list[int] | None = None, **fields: Any) -> None:
        """Render all jobs of a request, or some, and say that it is completed."""
        name = request["jobID"]
        for index in only if only is not None else range(request["numberOfImages"]):
            job = f"{name[:-2]}{index:02}"
            facts = {"jobID": name, "imgID": job, "jobIndex": index}
            await self.say("jobState", {"type": "jobStarted", **facts})
            await self.say("jobResult", {**facts, "performedStepCount": 4, "lastSeed": "7", **fields})
        await self.say("jobState", {"type": "jobCompleted", "jobID": name})

    async def close(self, code: int, reason: str = "") -> None:
        await self.connection.close(code, reason)

    def drop(self) -> None:
        self.connection.transport.abort()

    async def wait_closed(self) -> int | None:
        await self.connection.wait_closed()
        return self.connection.close_code


class HandClock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[tuple[float, Callable[[], object], asyncio.Event]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> Any:
        cancelled = asyncio.Event()
        self.calls.append((self.now + delay, callback, cancelled))
        return SimpleNamespace(cancel=cancelled.set)

    def turn(self, seconds: float) -> None:
        """Let time pass, and make the calls that are due."""
        self.now += seconds
        due = [call for call in self.calls if call[0] <= self.now]
        self.calls = [call for call in self.calls if call[0] > self.now]
        for _, callback, cancelled in due:
            if not cancelled.is_set():
                callback()


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


Script = Callable[[Line], Awaitable[None]]


_QUIET = logging.getLogger("tests.wire")  # the server of a test may know what it was sent; only the client is watched
_QUIET.setLevel(logging.WARNING)


class Wire:
    """A WebSocket server that follows one script per connection, in turn; the last for ever."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.upgrades: list[dict[str, str]] = []
        self.refusals: list[tuple[int, dict[str, str]]] = []
        """Statuses to answer the next upgrades with; a 0 lets one pass."""
        self.scripts: list[Script] = []
        self.failures: list[BaseException] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        """Plain HTTP requests to the same host: path and query."""
        self._routes: dict[str, list[Answer | Callable[[], Answer]]] = {}
        self._server: Server | None = None

    def on(self, path: str, *answers: Answer | Callable[[], Answer]) -> None:
        """Say what a plain HTTP request is answered with: one answer, or several in turn."""
        self._routes[path] = list(answers)

    async def start(self) -> None:
        self._server = await serve(
            self._serve, "127.0.0.1", 0, process_request=self._check, close_timeout=0.1, logger=_QUIET
        )
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close(close_connections=True)
        await self._server.wait_closed()
        assert self.failures == []

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path.startswith("/api/"):
            return self._answer(urlsplit(request.path))
        self.upgrades.append({name.lower(): value for name, value in request.headers.raw_items()})
        if self.refusals:
            status, headers = self.refusals.pop(0)
            if status:
                answer = connection.respond(status, "refused\n")
                for name, value in headers.items():
                    answer.headers[name] = value
                return answer
        return None

    def _answer(self, parts: SplitResult) -> Response:
        self.asked.append((parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}))
        turns = self._routes.get(parts.path, [Web.error(404, "no such path")])
        turn = turns.pop(0) if len(turns) > 1 else turns[0]
        answer = turn if isinstance(turn, Answer) else turn()
        headers = Headers({**answer.headers, "Content-Length": str(len(answer.body)), "Connection": "close"})
        return Response(answer.status, "Status", headers, answer.body)

    async def _serve(self, connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None
        query = {
            name: values[0] for name, values in parse_qs(urlsplit(request.path).query, keep_blank_values=True).items()
        }
        line = Line(connection, query, {name.lower(): value for name, value in request.headers.raw_items()})
        self.lines.append(line)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        try:
            await script(line)
            await connection.wait_closed()
        except ConnectionClosed:
            pass
        except Exception as failure:  # noqa: BLE001 - shown when the test ends
            self.failures.append(failure)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    server = Wire()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def servers() -> Callable[[], tuple[Web, Wire]]:
    """Make servers that are not started, for tests that have an event loop for each of many examples."""
    return lambda: (Web(), Wire())


@dataclass
class Net:
    """A scripted service, and what speaks to it."""

    web: Web
    wire: Wire
    http: Http
    state: Path
    sessions: list[Session] = field(default_factory=list)
    app_ids: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("test", self.web.url, self.wire.url)

    def account(self, *, api_key: str = "", username: str = "", password: str = "") -> Account:
        return Account(self.endpoint, Credentials(username, password, api_key), self.state, self.http)

    def session(self, account: Account | None = None, *, network: str = "fast", **more: Any) -> Session:
        """Make a session whose waits between tries take no time; they are kept in ``pauses``.

        ``more``: other arguments of a session, such as a clock that is turned by hand.
        """

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            await asyncio.sleep(0)

        def app_id(name: str) -> str:
            self.app_ids.append(name)
            return "app-1"

        session = Session(
            self.endpoint,
            account=account or self.account(api_key="key-1"),
            http=self.http,
            medium_of=medium_of,
            app_id=app_id,
            network=network,
            rng=random.Random(1),
            pause=pause,
            **more,
        )
        self.sessions.append(session)
        return session


@pytest.fixture
async def net(web: Web, wire: Wire, http: Http, tmp_path: Path) -> AsyncIterator[Net]:
    made = Net(web, wire, http, tmp_path / "state")
    web.on(
        "/v1/image/downloadUrl", lambda asked: web.ok({"downloadUrl": f"{web.url}/store/{asked.query['imageId']}?s=1"})
    )
    yield made
    for session in made.sessions:
        await session.close()
    left = [task for task in asyncio.all_tasks() if "sogni" in task.get_name() or "warm line" in task.get_name()]
    assert left == []
