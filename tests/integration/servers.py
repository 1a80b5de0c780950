"""Scripted servers on loopback, for what a well-behaved service never does, and what speaks to them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from sogni_core._network.account import Account
from sogni_core._network.clock import Clock
from sogni_core._network.lookups import Lookups
from sogni_core._network.rest import Rest
from sogni_core._network.session import Session
from sogni_core._network.store_host import StoreHost
from sogni_core._network.timings import Timings
from sogni_core._network.transfers import Transfers
from sogni_core._transport.http import Http
from sogni_core.plugin import Endpoint
from sogni_core.settings.credentials import Credentials
from tests.media import medium_of


async def at_once(seconds: float) -> None:
    """Wait for nothing, and let others run."""
    await asyncio.sleep(0)


def picture(width: int = 8, height: int = 8, kind: str = "PNG") -> bytes:
    """Return a small image that decodes."""
    from PIL import Image

    written = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(written, kind)
    return written.getvalue()


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

    def handler(self, path: str) -> Handler:
        """Give the function that answers a path now."""
        found = self._routes[path][0]
        assert not isinstance(found, Answer)
        return found

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    @property
    def open_lines(self) -> int:
        """How many connections are open."""
        return len(self._busy)

    async def cut_lines(self) -> None:
        """Close every connection."""
        lines = list(self._busy)
        for task in lines:
            task.cancel()
        await asyncio.wait(lines)

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


@dataclass
class _Call:
    """A call that a clock makes later."""

    at: float
    callback: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class HandClock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[_Call] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object], /) -> _Call:
        call = _Call(self.now + delay, callback)
        self.calls.append(call)
        return call

    async def pause(self, seconds: float, /) -> None:
        """Let others go on; time does not pass by itself."""
        await asyncio.sleep(0)

    def turn(self, seconds: float) -> None:
        """Let time pass, and make the calls that are due."""
        self.now += seconds
        due = [call for call in self.calls if call.at <= self.now]
        self.calls = [call for call in self.calls if call.at > self.now]
        for call in due:
            if not call.cancelled:
                call.callback()


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

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def refuse_more(self) -> None:
        """Take no more connections; those that are open stay."""
        assert self._server is not None
        self._server.close(close_connections=False)

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

    async def pause(self, seconds: float) -> None:
        """Take no time, and note how long the pause would have been."""
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    def app_id(self, account: str) -> str:
        self.app_ids.append(account)
        return "app-1"

    def session(
        self,
        account: Account | None = None,
        *,
        network: str = "fast",
        cache: Path | None = None,
        clock: Clock | None = None,
        timings: Timings | None = None,
        found: Callable[[Mapping[str, Any]], None] | None = None,
        app_id: Callable[[str], str] | None = None,
    ) -> Session:
        """Make a session whose pauses between tries take no time; they are kept in ``pauses``."""
        more: dict[str, Any] = {} if found is None else {"found": found}
        session = Session(
            self.endpoint,
            account=account or self.account(api_key="key-1"),
            http=self.http,
            medium_of=medium_of,
            app_id=app_id or self.app_id,
            network=network,
            cache=cache,
            rng=random.Random(1),
            pause=self.pause,
            clock=clock,
            timings=timings or Timings(),
            **more,
        )
        self.sessions.append(session)
        return session

    @property
    def rest(self) -> Rest:
        return Rest(self.endpoint, self.account(api_key="key-1"), self.http)

    def transfers(self, account: Account | None = None) -> Transfers:
        """Make what a session uploads and downloads with."""
        rest = Rest(self.endpoint, account or self.account(api_key="key-1"), self.http)
        self.http.admit(self.web.url)
        store = StoreHost(self.state, self.web.url)
        return Transfers(rest, self.http, store, chance=random.Random(1).random, pause=self.pause)

    def lookups(self, clock: Clock) -> Lookups:
        """Make what a session looks projects up with."""
        return Lookups(self.rest, app_id=lambda: "app-1", clock=clock, pause=self.pause)
