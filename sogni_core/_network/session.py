"""A session: one socket for many projects, and the questions that go beside it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from sogni_core._network import catalogue, prices, results
from sogni_core._network.account import Account
from sogni_core._network.cancellation import Cancellation
from sogni_core._network.connection import Connection
from sogni_core._network.records import LiveModel, Price
from sogni_core._network.rest import Rest
from sogni_core._network.store_host import StoreHost
from sogni_core._network.submission import Submission
from sogni_core._network.transfers import Pause, Transfers
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.greeting import Balance, Greeting, read_balance, read_models
from sogni_core._protocol.tiers import Tier
from sogni_core._transport.http import Http
from sogni_core.errors import SogniError
from sogni_core.plugin import Endpoint
from sogni_core.project import Project

_log = logging.getLogger("sogni_core.network")


class Session:
    """Work on one network with one account. Use it on one event loop and close it there."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        account: Account,
        http: Http,
        app_id: Callable[[str], str],
        network: str = "fast",
        cache: Path | None = None,
        rng: random.Random | None = None,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """``app_id`` gives the stored id of this installation for an account's name; asked once, before connecting.

        ``network`` is what the connection asks for, ``fast`` or ``relaxed``. ``cache`` is the folder in which the
        catalogue is kept; with None it is not, and is asked for only by :meth:`refresh_catalogue`. ``http`` is not
        closed here. ``pause`` is how time passes between tries.
        """
        self._http = http
        self._rest_url = endpoint.rest_url
        http.admit(endpoint.rest_url)
        chance = rng or random.Random()  # noqa: S311 - spreads reconnects, guards nothing
        self._rest = Rest(endpoint, account, http)
        self.catalogue = catalogue.Catalogue(cache, endpoint.socket_url)
        """What is known of the models; reading it asks nobody."""
        self._store = StoreHost(account.state, endpoint.rest_url)
        self._transfers = Transfers(self._rest, http, self._store, random=chance.random, pause=pause)
        self._connection = Connection(
            endpoint.socket_url,
            account,
            self,
            app_id=lambda: app_id(account.name),
            network=network,
            rng=chance,
            pause=pause,
        )
        self._submissions: dict[str, Submission] = {}
        self._cancellation = Cancellation(self._connection)
        self._tasks: set[asyncio.Task[None]] = set()
        self._warmed = self._opened = False
        self._questions = asyncio.Event()
        """Set when questions may be asked without delaying the socket: they import the HTTP library first."""
        self._questions.set()

    def open(self) -> None:
        """Begin to open the socket in the background. Nothing else is asked for."""
        if not self._opened:
            self._opened = True
            self._questions.clear()
        self._connection.open()

    async def close(self) -> None:
        """Close the socket (code 1000) and end every task, within about a tenth of a second."""
        self._questions.set()
        for task in self._tasks:
            task.cancel()
        await self._connection.close()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def submission(self, project: Project, project_id: str, *, comfy: bool) -> Submission:
        """Make a submission; nothing is sent yet. Raises InputError for a project that cannot be sent."""
        return Submission(
            project,
            project_id,
            comfy=comfy,
            connection=self._connection,
            transfers=self._transfers,
            begun=self._begun,
            ended=self._ended,
            spent=lambda: self.warm(project),
        )

    async def cancel(self, project_ids: Sequence[str], seconds: float) -> dict[str, str]:
        """Ask the network to cancel projects; waits for its answers, ``seconds`` in all.

        Each is ``cancelled`` (also if it was never sent), ``running`` (the service said so), ``ended``
        (it came to its end before), or ``unknown``. Raises nothing for the network's sake.
        """
        return await self._cancellation.run(project_ids, self._submissions, seconds)

    async def balance(self) -> Balance:
        """Ask what can be spent. Raises AuthError, ServiceError, TransportError."""
        return read_balance(await self._rest.get("/v4/account/balance"))

    async def estimate(self, project: Project, network: str, *, comfy: bool = True) -> Price:
        """Ask what a project would cost; needs no login. ``comfy`` makes no difference to a price.

        A socket that is being opened goes first.
        """
        await self._questions.wait()
        return await prices.estimate(self._rest, project, network)

    async def models(self, network: str) -> list[LiveModel]:
        """Ask which models there are, and who serves them on ``network``; needs no login."""
        return await catalogue.ask(self._rest, network)

    def tier(self, model: str) -> Tier | None:
        """Return what a model takes, as the service said when it was asked last; None if it is not known."""
        return self.catalogue.tier(model)

    async def refresh_catalogue(self) -> None:
        """Ask for models and tiers now; needs no login. Errors as :meth:`catalogue.Catalogue.refresh`."""
        await self.catalogue.refresh(self._rest)

    def warm(self, project: Project) -> None:
        """Prepare for results while a job renders: lines to the hosts, the decoder, the catalogue."""
        if not self._warmed:
            self._warmed = True
            self._own(self._prepare(project))
            if self.catalogue.kept and not self.catalogue.fresh:
                self._own(self.refresh_catalogue())

    # what the connection tells

    def greeted(self, told: Greeting) -> None:
        """Take a greeting: what became of this session's projects while there was no connection."""
        for project_id, recovered in told.projects.items():
            submission = self._submissions.get(project_id)
            if submission is not None:
                submission.adopt(recovered)

    def received(self, frame: Frame) -> None:
        """Hand a frame to the project that it names, or to the catalogue."""
        if frame.type == "swarmModels":
            self.catalogue.counted(read_models(frame.payload))
        elif frame.type == "changeNetwork":
            # protocol: the counts of the other network follow.
            self.catalogue.counted(None)
        if not isinstance(frame.payload, dict):
            return
        project_id = frame.payload.get("jobID")
        if not isinstance(project_id, str):
            return
        self._cancellation.hear(project_id, frame)
        submission = self._submissions.get(project_id)
        if submission is not None:
            submission.receive(frame)

    def broken(self, error: SogniError) -> None:
        """Tell every project that was sent; one that was not learns it where it waits."""
        self._questions.set()
        for submission in list(self._submissions.values()):
            if submission.sent:
                submission.break_off(error)
        self._submissions = {name: one for name, one in self._submissions.items() if not one.sent}

    def waiting(self) -> None:
        """Use the time in which the socket opens for importing what its results will need."""
        self._questions.set()
        self._own(self._http.load())

    def _begun(self, submission: Submission) -> None:
        self._submissions[submission.project_id] = submission

    def _ended(self, submission: Submission) -> None:
        self._submissions.pop(submission.project_id, None)
        self._cancellation.end(submission)

    async def _prepare(self, project: Project) -> None:
        await self._http.load()
        self._http.warm(self._rest_url)
        if self._store.url is not None:
            self._http.warm(self._store.url, store=True)
        await asyncio.to_thread(results.prepare, project)

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._disown)

    def _disown(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            _log.debug("what could be prepared was not: %s", type(failure).__name__)
