"""A network in memory, as tests use it."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from sogni_core._engine.endpoints import MemoryEndpoint
from sogni_core._host.registry import LIVE_NETWORKS
from sogni_core.app import default_network
from sogni_core.testing.memory import rest
from sogni_core.testing.memory.connections import Connections
from sogni_core.testing.memory.state import API_KEY, SOCKET_URL, URL, MemoryState

if TYPE_CHECKING:
    from sogni_core._transport.calls import Reply
    from sogni_core._transport.in_memory import Call, Line
    from sogni_core.plugin import Endpoint
    from sogni_core.testing.memory.project import MemoryProject

Stage = Literal["accepted", "started", "result"]


class MemoryNetwork:
    """A Supernet in memory: the whole client runs, and nothing leaves the process.

    ::

        network = MemoryNetwork()
        network.withhold(job=1)
        async with sogni_core.open(network=network.endpoint) as app:
            result = await app.run("image", prompt="a cat", count=2, output="cat.png")
        assert network.projects[0].prompt == "a cat"

    It accepts every project and delivers images of the requested size; for other kinds of file, call :meth:`deliver`.
    Time is virtual: pauses and time limits pass at once. Methods such as :meth:`withhold` change how later projects go,
    all of them or those named by ``project`` and ``job`` (numbers from 0); ``times`` limits how often. :meth:`heal`
    ends that. Use a network on one event loop at a time.
    """

    def __init__(self, name: str = "memory", *, spark: float = 1000, sogni: float = 1000) -> None:
        """Create a network with a balance.

        ``name``: as results report it. A network named ``fast`` or ``relaxed`` replaces both live networks, and is used
        with the user's credentials.
        """
        self.name = name
        """Name of the network, as results report it."""
        self._state = MemoryState()
        self._service = _Service(self._state)
        self._faults = self._state.faults
        self.fund(spark=spark, sogni=sogni)

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint, for :func:`sogni_core.open` or a ``sogni_networks`` target."""
        key = None if self.name in LIVE_NETWORKS else API_KEY
        return MemoryEndpoint(self.name, URL, SOCKET_URL, api_key=key, service=self._service, clock=self._state.clock)

    @property
    def environ(self) -> dict[str, str]:
        """Credentials of the user, if the network replaces the live one; otherwise empty."""
        return {"SOGNI_API_KEY": API_KEY} if self.name in LIVE_NETWORKS else {}

    @contextmanager
    def default(self) -> Iterator[None]:
        """Use this network for every App that is created in the block without a network."""
        token = default_network.set(self.endpoint)
        try:
            yield
        finally:
            default_network.reset(token)

    @property
    def projects(self) -> Sequence[MemoryProject]:
        """All projects that arrived, including refused ones, oldest first."""
        return tuple(self._state.projects)

    @property
    def calls(self) -> Sequence[str]:
        """HTTP requests so far, such as ``"GET /v4/account/balance"``, oldest first."""
        return tuple(self._state.calls)

    @property
    def seconds(self) -> float:
        """Virtual seconds that have passed."""
        return self._state.clock.time()

    def deliver(self, output_format: str, content: bytes) -> None:
        """Deliver ``content`` for every output of a format, such as ``"mp4"``."""
        self._state.contents[output_format] = content

    def serve(self, url: str, content: bytes) -> None:
        """Serve a file at a URL; other URLs that a request names are not found."""
        self._state.files[url] = content

    def fund(self, *, spark: float | None = None, sogni: float | None = None) -> None:
        """Set the balance. A project that costs more is refused."""
        for token, amount in (("spark", spark), ("sogni", sogni)):
            if amount is not None:
                self._state.balance[token] = Decimal(str(amount))

    def price(self, amount: float | None) -> None:
        """Set the price of each project, in the token that pays for it; None: no price is quoted or charged."""
        self._state.price = None if amount is None else Decimal(str(amount))

    def disconnect(self, code: int = 1006) -> None:
        """Close every connection now, with this close code."""
        self._service.connections.close(code)

    def heal(self) -> None:
        """End all faults."""
        self._faults.clear()

    def withhold(self, *, job: int | None = None, project: int | None = None) -> None:
        """Withhold outputs, as the safety filter does: their jobs complete without a file."""
        self._faults.add("withhold", job=job, project=project)

    def label(self, *, job: int | None = None, project: int | None = None) -> None:
        """Mark outputs as sensitive, and deliver them."""
        self._faults.add("label", job=job, project=project)

    def fail(self, error: str | int, *, job: int | None = None, project: int | None = None, message: str = "") -> None:
        """Fail jobs with an error word or number of the protocol; without ``job``, whole projects."""
        payload = {"error": error, "error_message": message}
        self._faults.add("fail project" if job is None else "fail job", payload, job=job, project=project)

    def refuse(self, reason: str, *, project: int | None = None) -> None:
        """Refuse projects.

        ``reason``: ``insufficient funds``, ``premium required``, ``not subscribed``, ``queue full``, ``plan too
        small``, ``filter required off``, ``consent required`` or ``model unavailable``; any other text is sent as the
        service's message.
        """
        self._faults.add("refuse", reason, project=project)

    def move(self, *, job: int | None = None, project: int | None = None) -> None:
        """Move jobs to another worker after they have started; this is not a failure."""
        self._faults.add("move", {"error": "workerDisconnected"}, job=job, project=project)

    def slow(self, seconds: float, *, job: int | None = None, project: int | None = None) -> None:
        """Let each job take this many virtual seconds."""
        self._faults.add("slow", seconds, job=job, project=project)

    def silent(self, *, job: int | None = None, project: int | None = None) -> None:
        """Send nothing more after a job has started."""
        self._faults.add("silent", job=job, project=project)

    def no_workers(self) -> None:
        """Leave projects in the queue: no worker serves their model."""
        self._faults.add("no workers")

    def drop_connection(
        self, *, after: Stage, code: int = 1006, times: int | None = 1, project: int | None = None
    ) -> None:
        """Close the connection when a project was ``accepted``, a job was ``started``, or a ``result`` was sent.

        Rendering goes on, and the next connection reports it. ``code``: the close code, 1006 for a broken line.
        """
        self._faults.add(f"drop after {after}", code, times=times, project=project)

    def lose_request(self, *, times: int = 1) -> None:
        """Break the connection while a project is sent: the request does not arrive, and the client cannot tell."""
        self._faults.add("lose request", times=times)

    def restart(self, *, times: int = 1) -> None:
        """Refuse a project because the server is stopping, and close the connection. Nothing is charged."""
        self._faults.add("restart", times=times)

    def refuse_cancel(self) -> None:
        """Refuse to cancel: projects go on."""
        self._faults.add("refuse cancel")

    def late_cancel(self) -> None:
        """Complete a project when it is asked to be cancelled."""
        self._faults.add("late cancel")

    def ignore_cancel(self) -> None:
        """Do not answer cancel requests."""
        self._faults.add("ignore cancel")

    def fail_download(self, *, times: int | None = 1, job: int | None = None, project: int | None = None) -> None:
        """Fail downloads of outputs. The client tries each download four times."""
        self._faults.add("fail download", times=times, job=job, project=project)

    def fail_upload(self, *, times: int | None = 1) -> None:
        """Fail uploads. The client tries each upload four times."""
        self._faults.add("fail upload", times=times)

    def refuse_login(self) -> None:
        """Refuse the credentials."""
        self._faults.add("refuse login")

    def unreachable(self) -> None:
        """Refuse every connection and every HTTP request, as if no server was there."""
        self._faults.add("unreachable")

    def __repr__(self) -> str:
        return f"MemoryNetwork({self.name!r})"


class _Service:
    """Both hosts; see :class:`sogni_core._transport.in_memory.Service`."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state
        self.connections = Connections(state)

    async def answer(self, call: Call) -> Reply:
        self._reach()
        return rest.answer(self._state, call)

    def connect(self, url: str, headers: Mapping[str, str], line: Line) -> int:
        self._reach()
        return self.connections.connect(url, headers, line)

    def _reach(self) -> None:
        self._state.clock.stir()
        if self._state.faults.strike("unreachable") is not None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
