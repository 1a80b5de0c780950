"""A session: one socket for many projects, and the questions that go beside it.

What only projects need is imported with the first of them, when the service has been called.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sogni_core._network import catalogue
from sogni_core._network.account import Account
from sogni_core._network.clock import Clock, LoopClock, Pause, time_limit
from sogni_core._network.connection import Connection
from sogni_core._network.facts import LiveModel, Price
from sogni_core._network.prices import Prices
from sogni_core._network.rest import Rest
from sogni_core._network.store_host import StoreHost
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.greeting import Balance, Greeting, read_balance, read_models
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._protocol.tiers import Tier
from sogni_core._transport.http import Http
from sogni_core._transport.socket import Sockets, WebSocket
from sogni_core.errors import InternalError, SogniError
from sogni_core.plugin import Endpoint
from sogni_core.project import Project
from sogni_core.text import clean

if TYPE_CHECKING:
    from sogni_core._network.cancellation import Cancellation
    from sogni_core._network.services import SubmissionServices
    from sogni_core._network.submission import Submission
    from sogni_core._network.transfers import Transfers

_log = logging.getLogger("sogni_core.network")

HEAD_START_SECONDS = 0.25
"""For how long a socket goes before all else: its library is imported in 30 ms, but a login may come first."""

_FOUND = 256
"""Projects of others that are remembered, in case they are attached later: a greeting hands them out once."""


def _unheeded(project: Mapping[str, Any]) -> None:
    _log.info("the service told of project %s, which nobody here waits for", clean(project.get("id"), 80))


class Session:
    """Work on one network with one account. Use it on one event loop and close it there."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        account: Account,
        http: Http,
        app_id: Callable[[str], str],
        medium_of: Callable[[Project], LoadedMedium],
        network: str = "fast",
        cache: Path | None = None,
        rng: random.Random | None = None,
        pause: Pause | None = None,
        clock: Clock | None = None,
        sockets: Sockets = WebSocket,
        found: Callable[[Mapping[str, Any]], None] = _unheeded,
    ) -> None:
        """``app_id`` gives the stored id of this installation for an account's name; asked once, before connecting.

        ``medium_of`` gives the medium of a project, or raises InputError for one that cannot be sent.
        ``network`` is what the connection asks for, ``fast`` or ``relaxed``. ``cache`` is the folder in which the
        catalogue is kept; with None it is not, and is asked for only by :meth:`refresh_catalogue`. ``http`` is not
        closed here. ``clock`` tells the time; ``pause`` is how it passes between tries, the clock's own by default.
        ``sockets`` opens connections.
        ``found`` is called with each project that a greeting tells of and that this session does not know: the
        service hands them out once, so they have to be written down. It raises SogniError if it cannot.
        """
        self._http = http
        self._rest_url = endpoint.rest_url
        http.admit(endpoint.rest_url)
        self._chance = rng or random.Random()  # noqa: S311 - spreads reconnects, guards nothing
        self.clock = clock or LoopClock()
        """Measures the time limits of this session and of its projects."""
        self._pause = pause or self.clock.pause
        self._rest = Rest(endpoint, account, http)
        self._medium_of = medium_of
        self._prices = Prices(self._rest, medium_of)
        self.catalogue = catalogue.Catalogue(cache, endpoint.socket_url)
        """What is known of the models; reading it asks nobody."""
        self._store = StoreHost(account.state, endpoint.rest_url)
        self._connection = Connection(
            endpoint.socket_url,
            account,
            self,
            app_id=lambda: app_id(account.name),
            network=network,
            rng=self._chance,
            pause=self._pause,
            clock=self.clock,
            sockets=sockets,
        )
        self._note_found = found
        self._found: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._submissions: dict[str, Submission] = {}
        self._written: set[str] = set()
        """Ids of all projects whose request was written here: each has one submission and no other."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._warmed = self._opened = False
        self._called = asyncio.Event()
        """Set while no socket is being opened, or its service's turn has come: there is time for something else."""
        self._called.set()

    async def dial(self) -> None:
        """Call the socket's host, for who will :meth:`open` it in a moment; nothing is sent, and no failure is told."""
        await self._connection.dial()

    def open(self) -> None:
        """Begin to open the socket in the background. Nothing else is asked for."""
        if not self._opened:
            self._opened = True
            self._called.clear()
        self._connection.open()

    async def wait_until_dialled(self) -> None:
        """Wait until it is the service's turn to speak, so that nothing here delays it; a quarter second at most."""
        with suppress(TimeoutError):
            async with time_limit(self.clock, HEAD_START_SECONDS):
                await self._called.wait()

    async def close(self) -> None:
        """Close the socket (code 1000) and end every task, within about a tenth of a second."""
        self._called.set()
        for submission in self._submissions.values():
            submission.give_up()
        for task in self._tasks:
            task.cancel()
        await self._prices.close()
        await self._connection.close()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def submission(self, project: Project, project_id: str, *, comfy: bool) -> Submission:
        """Make a submission; nothing is sent yet. Raises InputError for a project that cannot be sent."""
        from sogni_core._network.submission import Submission

        return Submission(project, self._unused(project_id), self._means, comfy=comfy)

    def attach(
        self,
        project: Project,
        project_id: str,
        *,
        comfy: bool,
        resend: bool,
        known: Mapping[str, Any] | None = None,
    ) -> Submission:
        """Take up a project that another process sent, perhaps; nothing is asked or sent yet, ``recover`` does it.

        This session's connection has to use the app id that the project was sent on. ``resend``: the request was
        written once at most, and may be written again if it is proved that it never arrived. ``known``: what the
        journal keeps of what the service said on its own. Raises InputError for a project that cannot be sent.
        """
        from sogni_core._network.submission import Submission

        name = self._unused(project_id)
        submission = Submission(project, name, self._means, comfy=comfy, earlier=True, resend=resend, known=known)
        if not submission.state.done:
            self._begun(submission)
            told = self._found.pop(name, None)
            if told is not None:
                submission.adopt(told)
        return submission

    async def cancel(self, project_ids: Sequence[str], seconds: float) -> dict[str, str]:
        """Ask the network to cancel projects; waits for its answers, ``seconds`` in all.

        Each is ``cancelled`` (also if it was never sent), ``running`` (the service said so), ``ended``
        (it came to its end before), or ``unknown``. Raises nothing for the network's sake.
        """
        for name in project_ids:
            submission = self._submissions.get(name.upper())
            if submission is not None:
                submission.give_up()
        return await self._cancellation.run(project_ids, self._submissions, seconds)

    async def balance(self) -> Balance:
        """Ask what can be spent. Raises AuthError, ServiceError, TransportError."""
        return read_balance(await self._rest.get("/v4/account/balance"))

    async def estimate(self, project: Project, network: str, *, comfy: bool = True) -> Price:
        """Ask what a project would cost; needs no login. ``comfy`` makes no difference to a price.

        A socket that is being opened goes first. An answer to the same question is good for a minute.
        """
        await self.wait_until_dialled()
        return await self._prices.ask(project, network)

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

    # what projects need

    @cached_property
    def _transfers(self) -> Transfers:
        from sogni_core._network.transfers import Transfers

        return Transfers(self._rest, self._http, self._store, random=self._chance.random, pause=self._pause)

    @cached_property
    def _cancellation(self) -> Cancellation:
        from sogni_core._network.cancellation import Cancellation

        return Cancellation(self._connection, self.clock)

    @cached_property
    def _means(self) -> SubmissionServices:
        from sogni_core._network.lookups import Lookups
        from sogni_core._network.services import SubmissionServices

        def app_id() -> str | None:
            return self._connection.app_id

        return SubmissionServices(
            connection=self._connection,
            transfers=self._transfers,
            lookups=Lookups(self._rest, app_id=app_id, clock=self.clock, pause=self._pause),
            clock=self.clock,
            pause=self._pause,
            medium_of=self._medium_of,
            own=self._own,
            begun=self._begun,
            ended=self._ended,
            spent=self._spent,
        )

    # what the connection tells

    def greeted(self, told: Greeting) -> None:
        """Take a greeting: what became of this session's projects while there was no connection."""
        projects = told.projects
        for project_id, recovered in projects.items():
            submission = self._submissions.get(project_id)
            if submission is not None:
                submission.adopt(recovered)
            else:
                self._keep(project_id, recovered)
        for submission in list(self._submissions.values()):
            if submission.project_id not in projects:
                submission.missed()

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
        self._called.set()
        for submission in list(self._submissions.values()):
            if submission.followed:
                submission.break_off(error)
        self._submissions = {name: one for name, one in self._submissions.items() if not one.followed}

    def waiting(self) -> None:
        """Let go on what could have delayed the socket."""
        self._called.set()

    def _keep(self, project_id: str, recovered: Mapping[str, Any]) -> None:
        self._found[project_id] = recovered
        while len(self._found) > _FOUND:
            self._found.popitem(last=False)
        try:
            self._note_found(recovered)
        except SogniError as error:
            # A full disk must not take the connection from the projects that are waited for.
            _log.warning("project %s was told of and could not be noted: %s", clean(project_id, 80), error.message)

    def _unused(self, project_id: str) -> str:
        name = project_id.upper()
        if name in self._written or name in self._submissions:
            raise InternalError("INTERNAL", "A project was about to be submitted twice; it was stopped.")
        return name

    def _spent(self, submission: Submission) -> None:
        self._written.add(submission.project_id)
        self.warm(submission.project)

    def _begun(self, submission: Submission) -> None:
        if not self._submissions:
            # Results will need it, and while the service greets there is time.
            self._own(self._http.load())
        self._submissions[submission.project_id] = submission

    def _ended(self, submission: Submission) -> None:
        self._submissions.pop(submission.project_id, None)
        self._cancellation.end(submission)

    async def _prepare(self, project: Project) -> None:
        await self._http.load()
        self._http.warm(self._rest_url)
        if self._store.url is not None:
            self._http.warm(self._store.url, store=True)
        from sogni_core._network import results

        medium = self._medium_of(project)
        await asyncio.to_thread(results.prepare, medium, project)

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._disown)

    def _disown(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            _log.debug("what could be prepared was not: %s", type(failure).__name__)
