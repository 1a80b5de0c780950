"""The state of a project's paid life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final, Literal

from sogni_core._protocol.lifecycle.evidence import NeverArrived, NotAdmitted, Proof, Question
from sogni_core._protocol.lifecycle.search import Search
from sogni_core.frozen import frozen

MOST_WRITES: Final = 2
"""How often one request may be written, whoever writes it; the second time only with a proof."""

Answers = tuple[tuple[str, str], ...]
"""Questions with their answers, in the order in which they were asked."""


@frozen
class Patience:
    """How long a project waits for what, in seconds.

    protocol: a project that the greeting after a drop does not name is searched for; one without any event for two
    minutes is looked up, and three look-ups that find nothing fail it.
    """

    silence: float = 120.0
    """Without any event, before the service is asked."""
    overtaken: float = 5.0
    """After ``jobCompleted``, in which missing results may still come."""
    again: float = 30.0
    """After a look-up that found nothing."""
    look_ups: int = 3
    """Look-ups that find nothing before a project counts as lost."""
    old_enough: float = 5.0
    """After a request was written, before its absence means anything."""
    tries: int = 4
    """How often a search asks for what has ended."""
    apart: float = 2.5
    """Between two tries."""
    stopping: float = 5.0
    """For a server that refused a request because it is stopping, to close the connection."""
    restart: float = 120.0
    """For the next connection after such a refusal."""


@frozen
class Prepared:
    """Nobody has written the request, and nothing is being done to write it."""


@frozen
class Writing:
    """A connection is waited for, to write the request on it."""

    proof: Proof | None
    """Why it may be written a second time; None for the first time."""
    by_caller: bool
    """Whether the caller's own call waits, and gets the error."""
    after: int = 0
    seconds: float | None = None


@frozen
class Running:
    """The request was written, or the service knows the project; its events are waited for."""

    misses: int = 0
    """Look-ups in a row that found nothing."""


@frozen
class Searching:
    """A new connection does not name the project; the service is asked in every way there is."""

    search: Search


@frozen
class Asking:
    """The service has been silent, and is asked."""

    questions: tuple[Question, ...]
    """Those without an answer; the first one is being asked."""
    misses: int
    answers: Answers = ()
    incomplete: Mapping[str, Any] | None = field(default=None, repr=False)
    """The project as the service knows it, if it has ended without some of its results."""


@frozen
class Unresolved:
    """Another process may have written the request; nobody has looked yet."""


@frozen
class Recovering:
    """What happened to a project of another process is being found out."""

    stage: Literal["finished", "connecting", "searching", "adopting"]
    answers: Answers = ()
    search: Search = Search()


@frozen
class Cleared:
    """The request of another process never arrived: the caller may send it."""

    proof: NeverArrived


@frozen
class TurnedAway:
    """A stopping server refused the request; the end of its connection is awaited."""

    proof: NotAdmitted
    number: int


@frozen
class Unwanted:
    """It is cancelled or abandoned: nothing is asked or written any more. What still comes is taken."""


@frozen
class Ended:
    """The service said how it ended."""


@frozen
class Lost:
    """No more can be learned of it here."""


Phase = (
    Prepared
    | Writing
    | Running
    | Searching
    | Asking
    | Unresolved
    | Recovering
    | Cleared
    | TurnedAway
    | Unwanted
    | Ended
    | Lost
)


@frozen
class Cancel:
    """A cancel request."""

    waiting: bool = True
    """Whether somebody waits for the answer."""
    times: int = 0
    """How often it was written since the last certain answer: more than once, and an answer may be to either."""
    asked_on: int = 0
    """Number of the connection on which it was written last."""


@frozen
class Life:
    """What is known of a project's paid life. Times are in seconds, by the clock whose time ``step`` is given."""

    project_id: str
    count: int
    """Jobs requested."""
    patience: Patience
    phase: Phase
    writes: int = 0
    """How often the request was written, by whatever process."""
    sent: bool = False
    """Whether the request may be with the service: it was written, and there is no proof that it did not arrive."""
    resent: bool = False
    """Whether this process wrote it with a proof."""
    accepted: bool = False
    """Whether the service has shown that it accepted the request: then no proof can be true."""
    overtaken: bool = False
    canceled: bool = False
    mentions: int = 0
    """How often the service named it."""
    written_at: float = 0.0
    written_on: int = 0
    """Number of the connection that this process wrote it on; 0 before that."""
    named_on: int = 0
    """Number of the newest connection on which the service named it."""
    connection: int = 0
    """Number of the newest connection that was greeted."""
    ticket: int = 0
    """Ticket of the newest output that takes time."""
    cancel: Cancel = Cancel(waiting=False)

    @property
    def over(self) -> bool:
        """Whether nothing more is done for it."""
        return isinstance(self.phase, Ended | Lost | Unwanted)

    @property
    def may_repeat(self) -> bool:
        """Whether a proof would be enough to write the request again."""
        return self.writes < MOST_WRITES and not self.accepted

    def to(self, phase: Phase, **facts: Any) -> Life:
        """Return this life in another phase."""
        return replace(self, phase=phase, **facts)


def prepared(project_id: str, count: int, patience: Patience) -> Life:
    """Return the life of a project that nobody has written."""
    return Life(project_id, count, patience, Prepared())


def attached(
    project_id: str, count: int, patience: Patience, *, now: float, writes: int, accepted: bool = False
) -> Life:
    """Return the life of a project that another process wrote ``writes`` times, as the journal knows."""
    phase = Unresolved()
    return Life(project_id, count, patience, phase, writes=writes, sent=True, accepted=accepted, written_at=now)


def foreign(project_id: str) -> Life:
    """Return the life of a project that is only to be cancelled; it is not known here."""
    return Life(project_id, 1, Patience(), Unwanted(), writes=MOST_WRITES, sent=True, accepted=True)
