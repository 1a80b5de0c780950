"""A session: one socket for many projects, and the questions that are asked besides.

What only projects need is imported with the first project, while the socket is being opened.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sogni_core._network import catalogue
from sogni_core._network.account import Account
from sogni_core._network.background import Background
from sogni_core._network.clock import Clock, LoopClock
from sogni_core._network.connection import Connection
from sogni_core._network.facts import Price
from sogni_core._network.head_start import HeadStart
from sogni_core._network.prices import Prices
from sogni_core._network.rest import Rest
from sogni_core._network.store_host import StoreHost
from sogni_core._network.submissions import Submissions
from sogni_core._network.timings import Timings
from sogni_core._network.warm_up import WarmUp
from sogni_core._protocol.charges import Charged, read_charge
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.greeting import Balance, Greeting, read_balance, read_models
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._protocol.recovery import has_ended
from sogni_core._protocol.tiers import Tier
from sogni_core._transport.http import Http
from sogni_core._transport.retry import Pause
from sogni_core._transport.socket import Sockets, WebSocket
from sogni_core.errors import SogniError
from sogni_core.plugin import Endpoint
from sogni_core.project import Project
from sogni_core.result import LiveModel
from sogni_core.text import clean

if TYPE_CHECKING:
    from sogni_core._network.cancellation import Cancellation
    from sogni_core._network.services import SubmissionServices
    from sogni_core._network.submission import Submission
    from sogni_core._network.transfers import Transfers

_log = logging.getLogger("sogni_core.network")


def _log_found(project: Mapping[str, Any]) -> None:
    _log.info("the service named project %s, which nobody here waits for", clean(project.get("id"), 80))


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
        timings: Timings = Timings(),  # noqa: B008 - it cannot be changed
        sockets: Sockets = WebSocket,
        found: Callable[[Mapping[str, Any]], None] = _log_found,
    ) -> None:
        """Prepare a session; nothing is connected yet.

        ``medium_of`` returns the medium of a project, or raises InputError for one that cannot be sent.
        ``app_id`` returns the stored id of this installation for an account's name; called once, before connecting.
        ``network`` is what the connection asks for, ``fast`` or ``relaxed``. ``cache`` is the folder in which the
        catalogue is kept; with None it is not kept, and is asked for only by :meth:`refresh_catalogue`. ``http`` is not
        closed here. ``clock`` and ``timings`` say how time is measured and how long a wait may be; ``pause`` is how it
        passes between tries, the clock's own by default. ``sockets`` opens connections. ``found`` is called with each
        project that a greeting names and that this session does not know: the service names them only once, so they
        have to be written down. It raises SogniError if it cannot.
        """
        self._http = http
        http.admit(endpoint.rest_url)
        self._chance = (rng or random.Random()).random  # noqa: S311 - spreads reconnects, guards nothing
        self.clock = clock or LoopClock()
        """Measures the time limits of this session and of its projects."""
        self._pause, self._timings = pause or self.clock.pause, timings
        self._rest = Rest(endpoint, account, http)
        self._medium_of = medium_of
        self._prices = Prices(self._rest, medium_of)
        self.catalogue = catalogue.Catalogue(cache, endpoint.socket_url)
        """What is known of the models; reading it asks nobody."""
        self._store = StoreHost(account.state, endpoint.rest_url)
        self.connection = Connection(
            endpoint.socket_url,
            account,
            self,
            app_id=lambda: app_id(account.name),
            network=network,
            chance=self._chance,
            pause=self._pause,
            clock=self.clock,
            sockets=sockets,
            timings=timings,
        )
        """The socket, which all projects of the session share."""
        self.submissions = Submissions(found)
        """The projects of this session."""
        self.background = Background()
        """What goes on besides: preparing for results, asking for the catalogue, looking for lost projects."""
        self._head_start = HeadStart(timings.head_start, self.clock)
        self._cancellation: Cancellation | None = None
        self.funds: Balance | None = None
        """What can be spent, as the service said it since the last request was written; None if it did not."""
        self._warm_up = WarmUp(http, endpoint.rest_url, self._store, medium_of, self.background)

    async def dial(self) -> None:
        """Connect to the socket's host in advance, for an :meth:`open` soon. Nothing is sent; failures are silent."""
        await self.connection.dial()

    def open(self) -> None:
        """Begin to open the socket in the background. Nothing else is requested."""
        self._head_start.begin()
        self.connection.open()

    async def wait_until_dialled(self) -> None:
        """Wait until the request to open the socket is written, so that nothing delays it; a quarter second at most."""
        await self._head_start.wait()

    async def close(self) -> None:
        """Close the socket (code 1000) and end every task, within about a tenth of a second."""
        self._head_start.end()
        self.submissions.abandon()
        self.background.cancel()
        await self._prices.close()
        await self.connection.close()
        await self.background.wait()

    def submission(self, project: Project, project_id: str, *, comfy: bool) -> Submission:
        """Make a submission; nothing is sent yet. Raises InputError for a project that cannot be sent."""
        from sogni_core._network.submission import Submission

        return Submission(project, self.submissions.unused_id(project_id), self._services, self, comfy=comfy)

    def attach(
        self,
        project: Project,
        project_id: str,
        *,
        comfy: bool,
        resend: bool,
        known: Mapping[str, Any] | None = None,
    ) -> Submission:
        """Resume a project that another process may have sent; nothing is asked or sent before its ``recover``.

        This session's connection has to use the app id that the project was sent on. ``resend``: the request was
        written once at most, and may be written again if it is proved that it never arrived. ``known``: what the
        journal keeps of what the service said on its own. Raises InputError for a project that cannot be sent.
        """
        from sogni_core._network.submission import Submission

        name = self.submissions.unused_id(project_id)
        submission = Submission(
            project, name, self._services, self, comfy=comfy, earlier=True, resend=resend, known=known
        )
        if not submission.state.done:
            if not self.submissions:
                self._warm_up.load_http()
            self.submissions.attach(submission)
        return submission

    async def cancel(self, project_ids: Sequence[str], seconds: float) -> dict[str, str]:
        """Ask the network to cancel projects; waits for its answers, ``seconds`` in all.

        Each is ``cancelled`` (also if it was never sent), ``running`` (the service said so), ``ended`` (it ended
        before), or ``unknown``. A failing network raises nothing.
        """
        return await self._cancelling().run(project_ids, self.submissions.by_id, seconds)

    async def balance(self) -> Balance:
        """Ask what can be spent. Raises AuthError, ServiceError, TransportError."""
        return read_balance(await self._rest.get("/v4/account/balance"))

    async def estimate(self, project: Project, network: str) -> Price:
        """Ask what a project would cost; needs no login.

        A socket that is being opened goes first. An answer to the same question is repeated for a minute.
        """
        await self.wait_until_dialled()
        return await self._prices.ask(project, network)

    async def models(self, network: str) -> list[LiveModel]:
        """Ask which models there are, and how many workers serve each on ``network``; needs no login."""
        return await catalogue.ask(self._rest, network)

    async def charged(self, project_id: str) -> Charged | None:
        """Ask what a project that has ended was charged; None if the network does not say it, or not yet.

        Raises AuthError, ServiceError, TransportError.
        """
        return read_charge(await self._services.lookups.ended(project_id))

    async def has_ended(self, project_id: str) -> bool:
        """Ask whether a project has ended. Raises AuthError, ServiceError, TransportError."""
        return has_ended(await self._services.lookups.ended(project_id))

    def tier(self, model: str) -> Tier | None:
        """Return what a model takes, as the service last said; None if it is not known."""
        return self.catalogue.tier(model)

    async def refresh_catalogue(self) -> None:
        """Ask for models and tiers now; needs no login. Errors as :meth:`catalogue.Catalogue.refresh`."""
        await self.catalogue.refresh(self._rest)

    # what projects need

    @cached_property
    def _transfers(self) -> Transfers:
        from sogni_core._network.transfers import Transfers

        return Transfers(self._rest, self._http, self._store, chance=self._chance, pause=self._pause)

    def _cancelling(self) -> Cancellation:
        if self._cancellation is None:
            from sogni_core._network.cancellation import Cancellation

            self._cancellation = Cancellation(self.connection, self.clock, self.background.start)
        return self._cancellation

    @cached_property
    def _services(self) -> SubmissionServices:
        from sogni_core._network.lookups import Lookups
        from sogni_core._network.services import SubmissionServices
        from sogni_core._protocol.lifecycle.life import Patience

        def app_id() -> str | None:
            return self.connection.app_id

        return SubmissionServices(
            connection=self.connection,
            transfers=self._transfers,
            lookups=Lookups(self._rest, app_id=app_id, clock=self.clock, pause=self._pause),
            clock=self.clock,
            pause=self._pause,
            patience=Patience(stopping=self._timings.stopping, restart=self._timings.restart),
            medium_of=self._medium_of,
            start=self.background.start,
        )

    # what submissions report

    def begun(self, submission: Submission) -> None:
        """Hand frames to a submission from now on."""
        if not self.submissions:
            self._warm_up.load_http()
        self.submissions.add(submission)

    def written(self, submission: Submission) -> None:
        """Prepare for results, while the job renders: connections to the hosts, the decoder, the catalogue."""
        self.submissions.mark_written(submission)
        self.funds = None
        if not self._warm_up.begun:
            self._warm_up.begin(submission.project)
            if self.catalogue.kept and not self.catalogue.fresh:
                self.background.start(self.refresh_catalogue())

    def ended(self, submission: Submission) -> None:
        """Hand no more frames to a submission."""
        self.submissions.remove(submission)
        self._cancelling().note_end(submission)

    # what the connection reports

    def upgrading(self) -> None:
        """Let other work go on."""
        self._head_start.end()

    def greeted(self, greeting: Greeting) -> None:
        """Note what happened to this session's projects while there was no connection."""
        self.submissions.greeted(greeting)
        if self._cancellation is not None:
            self._cancellation.greeted(self.connection.number)

    def received(self, frame: Frame) -> None:
        """Hand a frame to the project that it names, or to the catalogue."""
        if frame.type == "swarmModels":
            self.catalogue.counted(read_models(frame.payload))
        elif frame.type == "balanceUpdate":
            self.funds = read_balance(frame.payload)
        elif frame.type == "changeNetwork":
            # protocol: the counts of the other network follow.
            self.catalogue.counted(None)
        if isinstance(frame.payload, dict) and isinstance(project_id := frame.payload.get("jobID"), str):
            if self._cancellation is not None:
                self._cancellation.receive(project_id, frame)
            self.submissions.received(project_id, frame)

    def broken(self, error: SogniError) -> None:
        """Tell every project that was sent."""
        self._head_start.end()
        self.submissions.broken(error)
        if self._cancellation is not None:
            self._cancellation.broken(error)
