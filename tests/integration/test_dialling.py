"""The socket goes first: its host is called while the request is checked, and nothing delays its upgrade."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._network.timings import Timings
from sogni_core._protocol import ids
from sogni_core._transport import dialer
from sogni_core.errors import AuthError, InputError, SogniError, TransportError
from sogni_core.plugin import Endpoint
from sogni_core.project import ImageProject
from sogni_core.settings.credentials import Credentials
from sogni_core.testing.pytest_plugin import AppFactory
from tests.media import medium_of

from .servers import Line, Net, Web

pytestmark = pytest.mark.anyio


class Door:
    """A TCP relay in front of a server: counts who comes, and what they say."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.came: list[bytes] = []
        """What each connection sent, oldest first."""
        self.open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self.open:
            task.cancel()
        if self.open:
            await asyncio.wait(self.open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.came)
        self.came.append(b"")
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        ends = [writer]
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self.to)
            ends.append(there)
            answers = asyncio.ensure_future(self._relay(there_reader, writer))
            await self._relay(reader, there, number)
            await answers
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for end in ends:
                end.transport.abort()
            await asyncio.sleep(0)
            self.open.discard(task)

    async def _relay(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, number: int | None = None
    ) -> None:
        while data := await source.read(65536):
            if number is not None:
                self.came[number] += data
            target.write(data)
            await target.drain()
        target.close()


@pytest.fixture
async def door(net: Net) -> AsyncIterator[Door]:
    """A door in front of the scripted socket."""
    made = Door(net.wire.port)
    await made.start()
    yield made
    await made.stop()


API_KEY = Credentials(api_key="key-1")
PASSWORD = Credentials("testuser", "password")
HEAD_START = Timings().head_start


def session(net: Net, door: Door, who: Credentials = API_KEY, timings: Timings = Timings()) -> Session:  # noqa: B008
    endpoint = Endpoint("test", net.web.url, f"ws://127.0.0.1:{door.port}")
    account = Account(endpoint, who, net.state, net.http)
    made = Session(
        endpoint, account=account, http=net.http, medium_of=medium_of, app_id=lambda name: "app-1", timings=timings
    )
    net.sessions.append(made)
    return made


async def greet(line: Line) -> None:
    await line.greet()


async def test_the_line_that_was_dialled_carries_the_upgrade(net: Net, door: Door) -> None:
    net.wire.scripts = [greet]
    opened = session(net, door)
    await opened.dial()
    await opened.dial()
    while not door.came:
        await asyncio.sleep(0)
    assert door.came == [b""]
    opened.open()
    await opened.connection.ready()
    assert len(door.came) == 1
    assert door.came[0].startswith(b"GET /?")
    await opened.dial()
    assert len(door.came) == 1


async def test_a_line_that_waited_too_long_is_not_trusted(net: Net, door: Door) -> None:
    net.wire.scripts = [greet]
    opened = session(net, door, timings=Timings(fresh=0.0))
    await opened.dial()
    while not door.came:
        await asyncio.sleep(0)
    opened.open()
    await opened.connection.ready()
    assert [said[:5] for said in door.came] == [b"", b"GET /"]


async def test_a_line_that_nobody_opened_is_closed(net: Net, door: Door) -> None:
    opened = session(net, door)
    await opened.dial()
    while not door.came:
        await asyncio.sleep(0)
    await opened.close()
    while door.open:
        await asyncio.sleep(0)
    assert door.came == [b""]
    gc.collect()


async def test_a_host_that_is_not_there_is_told_where_it_is_opened(net: Net) -> None:
    net.wire.url = "ws://127.0.0.1:1"
    opened = net.session()
    await opened.dial()
    opened.open()
    await opened.wait_until_dialled()
    with pytest.raises(TransportError) as caught:
        await opened.connection.ready()
    assert caught.value.code == "CONNECTION_ERROR"


async def test_the_rest_waits_for_the_upgrade_and_for_no_more(net: Net, door: Door) -> None:
    """Who was called need not have answered."""
    answer = asyncio.Event()

    async def late(line: Line) -> None:
        await answer.wait()
        await line.greet()

    net.wire.scripts = [late]
    opened = session(net, door, timings=Timings(head_start=60.0))
    await opened.wait_until_dialled()  # nobody is being called
    opened.open()
    begun = asyncio.get_running_loop().time()
    await opened.wait_until_dialled()
    assert asyncio.get_running_loop().time() - begun < 60
    assert not opened.connection.is_ready
    while not door.came[0]:
        await asyncio.sleep(0)
    answer.set()
    await opened.connection.ready()


async def test_a_login_that_takes_long_does_not_keep_the_rest(net: Net, door: Door) -> None:
    stall = asyncio.Event()
    net.web.on("/v1/account/nonce", net.web.answer(raw=b"", stall=stall))
    opened = session(net, door, PASSWORD)
    opened.open()
    begun = asyncio.get_running_loop().time()
    await opened.wait_until_dialled()
    assert asyncio.get_running_loop().time() - begun >= HEAD_START * 0.9
    assert door.came == []
    stall.set()


@pytest.mark.parametrize(
    ("fields", "dialled"),
    [({"steps": -5}, 1), ({"network": "moon"}, 0), ({"steps": -5, "network": "relaxed"}, 1)],
    ids=["fast", "unknown", "relaxed"],
)
async def test_a_request_that_is_refused_has_said_nothing(
    sogni_app: AppFactory, devnet: Devnet, fields: dict[str, Any], dialled: int
) -> None:
    door = Door(devnet.port)
    await door.start()
    environ = {**devnet.environ, "SOGNI_SOCKET_URL": f"ws://127.0.0.1:{door.port}"}
    async with sogni_app(environ=environ) as app:
        with pytest.raises(InputError):
            await app.run("image", prompt="a cat", **fields)
        while len(door.came) < dialled:
            await asyncio.sleep(0)
    await door.stop()
    assert door.came == [b""] * dialled
    assert devnet.requests == []


async def test_a_plan_and_a_user_without_credentials_call_nobody(sogni_app: AppFactory, devnet: Devnet) -> None:
    door = Door(devnet.port)
    await door.start()
    environ = {**devnet.environ, "SOGNI_SOCKET_URL": f"ws://127.0.0.1:{door.port}", "SOGNI_API_KEY": ""}
    async with sogni_app(environ=environ) as app:
        with pytest.raises(InputError):
            await app.run("image", prompt="a cat", steps=-5)
    async with sogni_app(environ={**environ, "SOGNI_API_KEY": devnet.accounts[0].api_key}) as app:
        with pytest.raises(InputError):
            await app.plan("image", prompt="a cat", steps=-5)
    # Who is let in last came last.
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"me")
    while b"me" not in door.came:
        await asyncio.sleep(0)
    writer.close()
    await door.stop()
    assert door.came == [b"me"]


async def test_all_runs_share_one_line_to_the_socket(sogni_app: AppFactory, devnet: Devnet, tmp_path: Path) -> None:
    door = Door(devnet.port)
    await door.start()
    environ = {**devnet.environ, "SOGNI_SOCKET_URL": f"ws://127.0.0.1:{door.port}"}
    async with sogni_app(environ=environ) as app:
        await asyncio.gather(*(app.run("image", prompt="a cat", output=tmp_path / f"{i}.png") for i in range(9)))
    await door.stop()
    upgrades = [said for said in door.came if b"upgrade: websocket" in said.lower()]
    assert len(upgrades) == 1
    assert b"" not in door.came


async def test_who_comes_late_hears_why_the_socket_failed(net: Net) -> None:
    """A refused login is tried once for all projects of a run, however long they take to be ready for it."""
    net.web.on("/v1/account/nonce", net.web.error(401, "who?"))
    opened = net.session(net.account(username="testuser", password="password"))
    for tries in (1, 2):
        opened.open()
        while opened.connection.failure is None:
            await asyncio.sleep(0)
        for _ in range(3):
            submission = opened.submission(ImageProject(model="m", prompt="p"), ids.make(), comfy=True)
            with pytest.raises(AuthError):
                await submission.send(lambda: None)
        assert len(net.web.of("/v1/account/nonce")) == tries
    assert net.wire.lines == []


async def test_a_stale_line_is_replaced_by_a_new_call(net: Net, door: Door) -> None:
    net.wire.scripts = [greet]
    opened = session(net, door, timings=Timings(fresh=0.0))
    await opened.dial()
    while len(door.came) < 1:
        await asyncio.sleep(0)
    await opened.dial()
    while len(door.came) < 2 or len(door.open) > 1:
        await asyncio.sleep(0)
    await opened.close()
    await opened.dial()
    while door.open:
        await asyncio.sleep(0)
    assert door.came == [b"", b""]


def test_nobody_waits_for_a_resolver_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of the event loop's own would be waited for when the loop ends."""
    answered = threading.Event()
    look_up = socket.getaddrinfo

    def slow(host: Any, *args: Any, **options: Any) -> Any:
        if host == "slow.invalid":
            if options.get("flags"):
                raise socket.gaierror("not a number")
            answered.wait(60)
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def give_up() -> None:
        dialling = dialer.Dialling("slow.invalid", 1)
        await asyncio.sleep(0.01)
        await dialling.drop()

    begun = time.monotonic()
    asyncio.run(give_up())
    assert time.monotonic() - begun < 60
    answered.set()


async def test_a_name_is_looked_up(web: Web) -> None:
    made = await dialer.dial("localhost", web.port)
    assert made.getpeername()[1] == web.port
    made.close()
    with pytest.raises(OSError):
        await dialer.dial("nothing.invalid", 1)


async def test_a_price_waits_for_the_socket_for_a_moment_only(net: Net, door: Door) -> None:
    stall = asyncio.Event()
    net.web.on("/v1/account/nonce", net.web.answer(raw=b"", stall=stall))
    net.wire.on("/api/v2/job/estimate/x", net.web.bare({}))
    opened = session(net, door, PASSWORD)
    opened.open()
    begun = asyncio.get_running_loop().time()
    with pytest.raises(SogniError):
        await opened.estimate(ImageProject(model="m", prompt="p"), "fast")
    assert HEAD_START * 0.9 <= asyncio.get_running_loop().time() - begun < 20
    stall.set()
