"""A devnet behind a recorder, and both kinds of clients that speak to it in turn."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from tests.media import medium_of

from .comparison import Line, lines
from .driver import Sdk
from .materials import Materials
from .orders import Order
from .recording import Recorder

APP = "wire-peer"
"""App id of both sides: they are the same installation, one after the other."""


@dataclass
class Stage:
    """Where both sides do the same work."""

    devnet: Devnet
    recorder: Recorder

    @property
    def person(self) -> Person:
        """Who both sides are."""
        return self.devnet.accounts[0]

    @property
    def endpoint(self) -> Endpoint:
        """Where both sides speak to: the recorder."""
        return Endpoint("recorded", self.devnet.public_url, f"ws://127.0.0.1:{self.recorder.port}")

    def said(self) -> list[Line]:
        """Return what was said since the last time, in order, once every socket is closed."""
        said = self.recorder.take()
        assert self.recorder.garbled == []
        return lines(said, self.person.api_key)

    @contextmanager
    def sdk(self, sdk: Sdk, *, key: bool = True, network: str = "fast") -> Iterator[None]:
        """Open a client of an SDK by key or by password, and close it at the end."""
        where = {"rest": self.endpoint.rest_url, "socket": self.endpoint.socket_url, "app": APP, "network": network}
        sdk.ask("open", **where, **({"key": self.person.api_key} if key else {}))
        try:
            if not key:
                sdk.ask("login", username=self.person.username, password=self.person.password)
            sdk.ask("models")
            yield
        finally:
            sdk.ask("close")

    @asynccontextmanager
    async def session(
        self, state: Path, *, key: bool = True, network: str = "fast"
    ) -> AsyncIterator[tuple[Session, Account]]:
        """Make a session of this client by key or by password, and close it at the end."""
        http = Http(loopback=True)
        person = self.person
        known = Credentials("", "", person.api_key) if key else Credentials(person.username, person.password, "")
        account = Account(self.endpoint, known, state, http)
        session = Session(
            self.endpoint, account=account, http=http, medium_of=medium_of, app_id=lambda name: APP, network=network
        )
        try:
            yield session, account
        finally:
            await session.close()
            await http.close()


@contextmanager
def staged(clock: Callable[[], float] = time.time, **settings: Any) -> Iterator[Stage]:
    """Serve a devnet that renders at once, behind a recorder."""
    quick = {"seconds_per_image": 0, "seconds_per_clip": 0, "pictures": "plain", "spark": 1e6, "sogni": 1e6}
    with (
        Devnet(DevnetSettings.model_validate(quick | settings), clock=clock) as devnet,
        Recorder(devnet.port) as recorder,
    ):
        # What it signs leads through the recorder as well.
        devnet.public_url = f"http://127.0.0.1:{recorder.port}"
        yield Stage(devnet, recorder)


async def render(session: Session, order: Order, materials: Materials, folder: Path | None) -> None:
    """Carry an order out as the engine does, and download its results into a folder if one is given."""
    submission = session.submission(order.ours(materials), ids.make(), comfy=order.comfy)
    await submission.upload()
    await submission.send(lambda: None)
    events = [event async for event in submission.events()]
    assert isinstance(events[-1], ProjectCompleted)
    for event in events:
        if isinstance(event, JobFinished):
            await submission.collect(event.index, folder and folder / f"{event.index}")
