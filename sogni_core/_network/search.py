"""The search for a project that a greeting does not name, and the proof that it can end with.

protocol: sync; wait until the project is 5 s old; ``/v1/projects`` in four tries, 2.5 s apart; ``active``;
``/v2/projects``. Only what is unknown everywhere may be sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final, Protocol, final

from sogni_core._network.clock import Clock
from sogni_core._network.lookups import Answer, Known, Unknown
from sogni_core._protocol import recovery
from sogni_core._transport.retry import Pause
from sogni_core.errors import InternalError
from sogni_core.frozen import frozen

OLD_ENOUGH: Final = 5.0
"""Seconds after a request was written before its absence means anything."""
TRIES: Final = 4
APART: Final = 2.5
"""Seconds between two tries."""


class _Seal:
    """What only :func:`search` has."""


_SEAL: Final = _Seal()


@final
class NeverArrived:
    """Proof that a request never arrived: every question was answered with *unknown*. Only a search makes one."""

    __slots__ = ("project_id",)

    def __init__(self, project_id: str, seal: _Seal) -> None:
        if seal is not _SEAL:
            raise InternalError("INTERNAL", "A request was about to be declared lost without a search.")
        self.project_id: Final = project_id


@frozen
class Found:
    """The service knows the project."""

    project: Mapping[str, Any] = field(repr=False)
    """A recovered project."""


@frozen
class Unclear:
    """No answer names it, and not every question was answered: nothing is proved."""


@frozen
class NoAnswer:
    """The search was stopped: the service named the project meanwhile, or it is not wanted any more."""


Result = Found | NeverArrived | Unclear | NoAnswer


class Questions(Protocol):
    """The four ways to ask the service for a project, as :class:`~sogni_core._network.lookups.Lookups` has them."""

    async def sync(self, project_id: str) -> Answer:
        """Ask what the app id of this session has."""
        ...

    async def finished(self, project_id: str) -> Answer:
        """Ask for what has ended."""
        ...

    async def active(self, project_id: str) -> Answer:
        """Ask for what runs."""
        ...

    async def status(self, project_id: str) -> Answer:
        """Ask for the state."""
        ...


async def search(
    lookups: Questions,
    project_id: str,
    *,
    count: int,
    written_at: float,
    clock: Clock,
    pause: Pause,
    is_moot: Callable[[], bool],
    answers: dict[str, str],
) -> Result:
    """Ask the service for a project in every way there is.

    ``count``: how many jobs it has. ``written_at``: when its request was written, by ``clock``. ``is_moot``: whether
    the answer is not needed any more; asked before and after each question. ``answers`` is filled with what was said,
    by question.
    """
    unknown = []
    for question in (lookups.sync, lookups.finished, lookups.active, lookups.status):
        name, tries = question.__name__, 1
        if name == "finished":
            tries = TRIES
            young = written_at + OLD_ENOUGH - clock.time()
            if young > 0:
                await pause(young)
        answer: Answer = Unknown()
        for attempt in range(tries):
            if attempt:
                await pause(APART)
            if is_moot():
                return NoAnswer()
            said = await question(project_id)
            # What was known once has arrived, whatever is said later.
            answer = said if isinstance(said, Known) or not isinstance(answer, Known) else answer
            # The results of what has just ended may be written down a moment later.
            if isinstance(said, Known) and (name != "finished" or recovery.accounts_for(said.project, count)):
                break
        answers[name] = str(answer)
        if is_moot():
            return NoAnswer()
        if isinstance(answer, Known):
            return Found(answer.project)
        unknown.append(isinstance(answer, Unknown))
    return NeverArrived(project_id, _SEAL) if all(unknown) else Unclear()
