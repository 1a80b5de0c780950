"""What a test holds of a network in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from sogni_core._engine.endpoints import MemoryEndpoint
from sogni_core._host.registry import LIVE_NETWORKS
from sogni_core.app import default_network
from sogni_core.testing.memory.clock import VirtualClock
from sogni_core.testing.memory.faults import Faults
from sogni_core.testing.memory.service import API_KEY, SOCKET_URL, URL, MemoryService

if TYPE_CHECKING:
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

    Every project is rendered at once and delivered as an image of its size; hand in other kinds of file with
    :meth:`deliver`. Time is virtual: pauses and time limits pass as soon as everybody waits. Each method that lets
    something go wrong concerns all projects and jobs from then on; ``project`` and ``job`` narrow it to one, by its
    number from 0, and ``times`` says how often it happens. Use it on one event loop at a time.
    """

    def __init__(self, name: str = "memory", *, spark: float = 1000, sogni: float = 1000) -> None:
        """``name``: of the network; ``fast`` or ``relaxed`` to stand for the live one, with the user's credentials.

        ``spark``, ``sogni``: the balance.
        """
        self.name = name
        """Name of the network, as results report it."""
        self._faults = Faults()
        self._clock = VirtualClock()
        self._service = MemoryService(self._clock, self._faults)
        self.fund(spark=spark, sogni=sogni)

    @property
    def endpoint(self) -> Endpoint:
        """What to give to :func:`sogni_core.open` as ``network``, or to yield from a ``sogni_networks`` target."""
        live = self.name in LIVE_NETWORKS
        return MemoryEndpoint(self.name, URL, SOCKET_URL, api_key=None if live else API_KEY,
                              service=self._service, clock=self._clock)  # fmt: skip

    @contextmanager
    def default(self) -> Iterator[None]:
        """Let every App that is made in the block without a network use this one, whatever program makes it."""
        token = default_network.set(self.endpoint)
        try:
            yield
        finally:
            default_network.reset(token)

    @property
    def environ(self) -> dict[str, str]:
        """The user's credentials, where the network stands for the live one; empty for any other name."""
        return {"SOGNI_API_KEY": API_KEY} if self.name in LIVE_NETWORKS else {}

    @property
    def projects(self) -> Sequence[MemoryProject]:
        """Every project that arrived, refused ones included, oldest first."""
        return tuple(self._service.projects)

    @property
    def calls(self) -> Sequence[str]:
        """HTTP requests so far, such as ``"GET /v4/account/balance"``, oldest first."""
        return tuple(self._service.calls)

    @property
    def seconds(self) -> float:
        """How much time has passed on this network, virtual seconds."""
        return self._clock.time()

    def deliver(self, output_format: str, content: bytes) -> None:
        """Deliver this content for every output of a format, such as ``"mp4"``."""
        self._service.contents[output_format] = content

    def serve(self, url: str, content: bytes) -> None:
        """Serve a file at a URL, for requests that name one; any other URL is not found."""
        self._service.files[url] = content

    def fund(self, *, spark: float | None = None, sogni: float | None = None) -> None:
        """Set the balance. What costs more is refused."""
        for name, amount in (("spark", spark), ("sogni", sogni)):
            if amount is not None:
                self._service.balance[name] = Decimal(str(amount))

    def price(self, amount: float | None) -> None:
        """Set what each project costs, in its token; None lets the network name no price, and charge nothing."""
        self._service.price = None if amount is None else Decimal(str(amount))

    def disconnect(self, code: int = 1006) -> None:
        """End every connection now, with this close code."""
        self._service.disconnect(code)

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def withhold(self, *, job: int | None = None, project: int | None = None) -> None:
        """Let the safety filter keep outputs: their jobs complete without a file."""
        self._faults.add("withhold", job=job, project=project)

    def label(self, *, job: int | None = None, project: int | None = None) -> None:
        """Let outputs be marked as sensitive; they are delivered."""
        self._faults.add("label", job=job, project=project)

    def fail(self, error: str | int, *, job: int | None = None, project: int | None = None, message: str = "") -> None:
        """Let a job fail with this word or number of the protocol; without ``job``, the whole project."""
        said = {"error": error, "error_message": message}
        self._faults.add("fail project" if job is None else "fail job", said, job=job, project=project)

    def refuse(self, reason: str, *, project: int | None = None) -> None:
        """Let the network refuse projects: ``insufficient funds``, ``plan too small``, or any text as its words."""
        self._faults.add("refuse", reason, project=project)

    def move(self, *, job: int | None = None, project: int | None = None) -> None:
        """Let jobs move to another worker once they have started; that is no failure."""
        self._faults.add("move", {"error": "workerDisconnected"}, job=job, project=project)

    def slow(self, seconds: float, *, job: int | None = None, project: int | None = None) -> None:
        """Let each output take so many seconds."""
        self._faults.add("slow", seconds, job=job, project=project)

    def silent(self, *, job: int | None = None, project: int | None = None) -> None:
        """Let the network say nothing more once a job has started."""
        self._faults.add("silent", job=job, project=project)

    def no_workers(self) -> None:
        """Let projects wait in the queue for a worker that never comes."""
        self._faults.add("no workers")

    def drop_connection(
        self, *, after: Stage, code: int = 1006, times: int | None = 1, project: int | None = None
    ) -> None:
        """Break the connection after a project was ``accepted``, a job was ``started``, or a ``result`` was told.

        The work goes on; the next connection learns of it. ``code``: the close code, 1006 for a line that breaks.
        """
        self._faults.add(f"drop after {after}", code, times=times, project=project)

    def lose_request(self, *, times: int = 1) -> None:
        """Break the connection while a project is sent: it does not arrive, and the client cannot know."""
        self._faults.add("lose request", times=times)

    def restart(self, *, times: int = 1) -> None:
        """Turn a project away because the server is stopping, and close: nothing is charged."""
        self._faults.add("restart", times=times)

    def refuse_cancel(self) -> None:
        """Answer cancels with no: the work goes on."""
        self._faults.add("refuse cancel")

    def late_cancel(self) -> None:
        """Let cancels come too late: the project goes on at once to its end."""
        self._faults.add("late cancel")

    def ignore_cancel(self) -> None:
        """Answer cancels with nothing."""
        self._faults.add("ignore cancel")

    def fail_download(self, *, times: int | None = 1, job: int | None = None, project: int | None = None) -> None:
        """Let downloads of results fail; the client tries four times."""
        self._faults.add("fail download", times=times, job=job, project=project)

    def fail_upload(self, *, times: int | None = 1) -> None:
        """Let uploads fail; the client tries four times."""
        self._faults.add("fail upload", times=times)

    def refuse_login(self) -> None:
        """Refuse the credentials from now on."""
        self._faults.add("refuse login")

    def unreachable(self) -> None:
        """Let nothing be reached: every call and connection is refused."""
        self._faults.add("unreachable")

    def __repr__(self) -> str:
        return f"MemoryNetwork({self.name!r})"
