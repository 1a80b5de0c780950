"""What this client puts on the wire is what the official Python SDK puts there, message by message, file by file.

Both are recorded byte for byte while they do the same work against the same server. Whatever is not the same stands,
with its reason, in ``habits.py`` or at the order in ``orders.py``; an entry there that is no longer true fails too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sogni_devnet.accounts import Account as Person
from sogni_devnet.server import Devnet
from sogni_devnet.settings import DevnetSettings

from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._protocol import ids
from sogni_core._protocol.events import JobFinished, ProjectCompleted
from sogni_core._transport.http import Http
from sogni_core.plugin import Endpoint
from sogni_core.settings.credentials import Credentials

from . import habits
from .comparison import Line, differences, lines
from .conftest import Served
from .driver import Sdk
from .installation import Peer
from .materials import Materials
from .orders import ORDERS, QUESTIONS, Difference, Order, Question
from .recording import Recorder, Said

APP = "wire-peer"


@dataclass
class Stage:
    """A devnet behind a recorder."""

    devnet: Devnet
    recorder: Recorder

    @property
    def person(self) -> Person:
        return self.devnet.accounts[0]

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("recorded", self.devnet.public_url, f"ws://127.0.0.1:{self.recorder.port}")

    @property
    def served(self) -> Served:
        return Served(self.endpoint.rest_url, self.endpoint.socket_url, [self.person.credentials()])

    def taken(self) -> list[Said]:
        """Return what was said since the last time, in order."""
        said = self.recorder.take()
        assert self.recorder.garbled == []
        return said


def _staged(**settings: float) -> Iterator[Stage]:
    chosen = DevnetSettings(**{
        "seconds_per_image": 0,
        "seconds_per_clip": 0,
        "pictures": "plain",
        "spark": 1e6,
        "sogni": 1e6,
        **settings,
    })
    with Devnet(chosen) as devnet, Recorder(devnet.port) as recorder:
        # What it signs leads through the recorder as well.
        devnet.public_url = f"http://127.0.0.1:{recorder.port}"
        yield Stage(devnet, recorder)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    yield from _staged()


@pytest.fixture(scope="module")
def slow_stage() -> Iterator[Stage]:
    yield from _staged(seconds_per_image=600)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wire")


@pytest.fixture(scope="module")
def python_sdk(python: Peer, clean: dict[str, str], logs: Path) -> Iterator[Sdk]:
    """One process of the Python SDK, which opens a client of its own for each order."""
    with Sdk(python, clean, logs / "python.log") as sdk:
        yield sdk


@pytest.fixture(scope="module")
def node_sdk(node: Peer, clean: dict[str, str], logs: Path) -> Iterator[Sdk]:
    """One process of the JavaScript SDK, likewise."""
    with Sdk(node, clean, logs / "node.log") as sdk:
        yield sdk


def _opened(sdk: Sdk, stage: Stage, *, key: bool = True) -> None:
    sdk.ask("close")
    stage.taken()
    where = {"rest": stage.endpoint.rest_url, "socket": stage.endpoint.socket_url, "app": APP}
    sdk.ask("open", **where, **({"key": stage.person.api_key} if key else {}))
    if not key:
        sdk.ask("login", username=stage.person.username, password=stage.person.password)
    sdk.ask("models")


@asynccontextmanager
async def _session(stage: Stage, state: Path, *, key: bool = True) -> AsyncIterator[tuple[Session, Account]]:
    http = Http(loopback=True)
    person = stage.person
    known = Credentials("", "", person.api_key) if key else Credentials(person.username, person.password, "")
    account = Account(stage.endpoint, known, state, http)
    session = Session(stage.endpoint, account=account, http=http, app_id=lambda name: APP)
    try:
        yield session, account
    finally:
        await session.close()
        await http.close()


async def _render(session: Session, order: Order, materials: Materials, folder: Path | None) -> None:
    submission = session.submission(order.ours(materials), ids.make(), comfy=order.comfy)
    await submission.upload()
    await submission.send(lambda: None)
    events = [event async for event in submission.events()]
    assert isinstance(events[-1], ProjectCompleted)
    for event in events:
        if isinstance(event, JobFinished):
            await submission.collect(event.index, folder and folder / f"{event.index}")


def _compare(
    theirs: list[Line], ours: list[Line], known: dict[str, Difference], manner: habits.Manner = habits.PYTHON
) -> None:
    """Check that both said the same but for what is known; ``known`` is by path in frames and bodies."""
    by_name = {line.name: line for line in ours}
    extra = {line.name for line in theirs} - by_name.keys()
    assert {name.partition(" #")[0] for name in extra} <= manner.extra.keys()
    assert by_name.keys() <= {line.name for line in theirs}
    left = dict(known)
    for line in theirs:
        if line.name in extra:
            continue
        found = differences(line, by_name[line.name])
        for path in manner.allowed(line.name):
            found.pop(path, None)
        expected = {path: left.pop(path) for path in found if path in left}
        assert found == {path: (one.theirs, one.ours) for path, one in expected.items()}, line.name
    assert left == {}, "differences that are listed and not there"
    assert _order(theirs) == _order(ours)


def _order(said: list[Line]) -> list[str]:
    """Return the order of what is said; files come and go several at a time, so theirs are one step."""
    steps: list[str] = []
    for line in said:
        name = line.name.partition(" #")[0]
        if name == "upgrade" or name in habits.EXTRA:
            continue
        uploads, downloads = "uploadUrl" in name or name.startswith("PUT "), "downloadUrl" in name or "/result" in name
        step = "uploads" if uploads else "downloads" if downloads else name
        if step not in steps:
            steps.append(step)
    return steps


@pytest.mark.anyio
@pytest.mark.parametrize("order", [pytest.param(order, id=order.name) for order in ORDERS])
async def test_the_same_order_is_the_same_conversation(
    stage: Stage, python_sdk: Sdk, node_sdk: Sdk, materials: Materials, tmp_path: Path, order: Order
) -> None:
    async with _session(stage, tmp_path / "state") as (session, _):
        await _render(session, order, materials, tmp_path)
    ours = lines(stage.taken(), stage.person.api_key)
    known = {f"payload.{path}": difference for path, difference in order.differences.items()}
    _compare(_rendered(python_sdk, stage, order, materials), ours, known, habits.PYTHON)
    _compare(_rendered(node_sdk, stage, order, materials), ours, {}, habits.JAVASCRIPT)


def _rendered(sdk: Sdk, stage: Stage, order: Order, materials: Materials) -> list[Line]:
    """Have an SDK carry an order out; returns what it said from opening to closing."""
    _opened(sdk, stage)
    sdk.ask("collect", project=sdk.render(**order.theirs(materials))["project"])
    sdk.ask("close")
    return lines(stage.taken(), stage.person.api_key)


@pytest.mark.anyio
async def test_the_same_login_is_the_same_conversation(
    stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path
) -> None:
    _opened(python_sdk, stage, key=False)
    python_sdk.render(**ORDERS[0].theirs(materials))
    python_sdk.ask("balance")
    python_sdk.ask("logout")
    python_sdk.ask("close")
    theirs = lines(stage.taken(), stage.person.api_key)
    async with _session(stage, tmp_path / "state", key=False) as (session, account):
        await account.login()
        await _render(session, ORDERS[0], materials, None)
        await session.balance()
        await account.logout()
    ours = lines(stage.taken(), stage.person.api_key)
    _compare(theirs, ours, habits.LOGIN)


@pytest.mark.anyio
async def test_the_same_cancel_is_the_same_frame(
    slow_stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path
) -> None:
    order = ORDERS[0]
    _opened(python_sdk, slow_stage)
    python_sdk.ask("cancel", **python_sdk.ask("begin", params=order.theirs(materials)))
    python_sdk.ask("close")
    theirs = lines(slow_stage.taken(), slow_stage.person.api_key)
    async with _session(slow_stage, tmp_path / "state") as (session, _):
        submission = session.submission(order.ours(materials), ids.make(), comfy=order.comfy)
        await submission.send(lambda: None)
        assert await session.cancel([submission.project_id], 20) == {submission.project_id: "cancelled"}
    _compare(theirs, lines(slow_stage.taken(), slow_stage.person.api_key), {})


@pytest.mark.anyio
@pytest.mark.parametrize("question", [pytest.param(question, id=question.name) for question in QUESTIONS])
async def test_the_same_question_for_a_price_is_the_same_path(
    stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path, question: Question
) -> None:
    _opened(python_sdk, stage)
    price = python_sdk.ask("estimate", media=question.media, params=question.theirs)
    python_sdk.ask("close")
    said = lines(stage.taken(), stage.person.api_key)
    async with _session(stage, tmp_path / "state") as (session, _):
        told = await session.estimate(question.ours(materials), "fast")
    (mine,) = lines(stage.taken(), stage.person.api_key)
    (their,) = (line for line in said if "/estimate/" in line.name)
    assert their.name == mine.name
    known = habits.ESTIMATE | question.differences
    found = {path: pair for path, pair in differences(their, mine).items() if path not in habits.PYTHON.every_call}
    assert found == {path: (one.theirs, one.ours) for path, one in known.items()}
    heard = {"token": told.amount, "usd": told.usd, "spark": told.spark, "sogni": told.sogni}
    assert {name: str(amount) for name, amount in heard.items()} == price
