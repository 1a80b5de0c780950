from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from sogni_core._transport.http import Http

from .servers import HandClock, Net, Web, Wire, at_once


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _recursion_limit() -> Iterator[None]:
    """Undo what importing eth-account does to the whole process (see ``wallet``)."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(min(limit, 1000))
    yield
    sys.setrecursionlimit(limit)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    server = Web()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http(loopback=True, pause=at_once)
    yield client
    await client.close()


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


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
