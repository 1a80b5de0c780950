"""Watches a project that was sent: asks what happened to it when the service is silent.

protocol: a project that the greeting after a drop does not name is searched for; one without any event for two minutes
is looked up (``active``, then by its id), and three look-ups that find nothing fail it. So is one that completed while
results are still missing.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Final, Protocol

from sogni_core._network.clock import Alarm
from sogni_core._network.facts import Recovery
from sogni_core._network.lookups import Known
from sogni_core._network.search import Found, NeverArrived, NoAnswer, Result, search
from sogni_core._network.services import SubmissionServices
from sogni_core._protocol import recovery
from sogni_core._protocol.state import ProjectState
from sogni_core.errors import InternalError, SogniError, TransportError
from sogni_core.project import Project

SILENCE: Final = 120.0
"""Seconds without any event."""
OVERTAKEN: Final = 5.0
"""Seconds after ``jobCompleted`` in which missing results may still come."""
AGAIN: Final = 30.0
"""Seconds after a look-up that found nothing."""
LOOKUPS: Final = 3
"""Look-ups that find nothing before a project counts as lost."""


class Watched(Protocol):
    """A project that is watched: what a watch has to know of it, and what it does to it."""

    project: Project
    project_id: str
    resent: bool
    """Whether it was sent a second time."""
    mentions: int
    """How often the service named it."""
    written_at: float
    """When its request was written last, by the clock of the session."""

    @property
    def state(self) -> ProjectState:
        """What is known of it."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done for it."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether its request may be sent again with proof."""
        ...

    def adopt(self, recovered: Mapping[str, Any]) -> None:
        """Take what the service says of it."""

    def look_up_if_unaccounted(self) -> None:
        """Begin to ask what happened to it, if that is unknown."""

    def fail_as_lost(self, error: SogniError) -> None:
        """Take that nobody knows what happened to it."""

    def allow_resend(self, proof: NeverArrived) -> None:
        """Take the proof that what another process sent never arrived."""

    async def resend(self, proof: NeverArrived, *, mentions: int) -> None:
        """Send its request again."""


class Watch:
    """Watches one project."""

    def __init__(self, watched: Watched, services: SubmissionServices) -> None:
        self._watched = watched
        self._services = services
        self._alarm = Alarm(services.clock, self._rang)
        self._busy = False
        self._misses = 0

    def reset(self) -> None:
        """Take that the project was sent, or that the service named it: the silence begins again."""
        self._misses = 0
        if self._watched.over:
            self._alarm.stop()
        else:
            self._alarm.set(OVERTAKEN if self._watched.state.overtaken else SILENCE)

    def stop(self) -> None:
        """Stop asking."""
        self._alarm.stop()

    def search(self) -> None:
        """Begin to search for the project, which the greeting of a new connection does not name."""
        if not self._busy:
            self._begin(self._after_drop())

    async def recover(self, *, resend: bool) -> Recovery:
        """Find out what happened to a project of another process; see :meth:`submission.Submission.recover`."""
        self._busy = True
        try:
            return await self._recover(resend=resend)
        finally:
            self._busy = False

    async def _recover(self, *, resend: bool) -> Recovery:
        watched, answers = self._watched, dict[str, str]()
        if watched.mentions or watched.state.done:
            return self._recovered(answers)
        # By REST first: results of a project that has ended need no connection, so another process can keep its own.
        answer = await self._services.lookups.finished(watched.project_id)
        answers["finished"] = str(answer)
        if isinstance(answer, Known):
            watched.state.seen = True
            if recovery.accounts_for(answer.project, watched.project.count):
                watched.adopt(answer.project)
                return self._recovered(answers)
        # Once its app id is connected here, no other process can be writing it.
        await self._services.connection.ready()
        answers["greeting"] = "known" if watched.mentions else "unknown"
        if watched.mentions:
            return self._recovered(answers)
        found, said = await self._search()
        answers |= said
        if isinstance(found, Found):
            watched.adopt(found.project)
        if watched.mentions:
            return self._recovered(answers)
        if isinstance(found, NeverArrived) and resend and not watched.state.seen:
            watched.allow_resend(found)
            return Recovery("never-arrived", answers)
        error = self._lost(found, answers)
        watched.fail_as_lost(error)
        return Recovery("lost", answers, error)

    def _recovered(self, answers: dict[str, str]) -> Recovery:
        return Recovery("ended" if self._watched.state.done else "running", answers)

    async def _search(self) -> tuple[Result, dict[str, str]]:
        watched, answers, mentions = self._watched, dict[str, str](), self._watched.mentions
        found = await search(
            self._services.lookups,
            watched.project_id,
            count=watched.project.count,
            written_at=watched.written_at,
            clock=self._services.clock,
            pause=self._services.pause,
            is_moot=lambda: watched.over or watched.mentions != mentions,
            answers=answers,
        )
        return found, answers

    async def _after_drop(self) -> None:
        watched = self._watched
        found, answers = await self._search()
        if isinstance(found, NoAnswer):
            return
        if isinstance(found, Found):
            watched.adopt(found.project)
        elif isinstance(found, NeverArrived) and watched.repeatable:
            await watched.resend(found, mentions=watched.mentions)
        else:
            watched.fail_as_lost(self._lost(found, answers))

    def _rang(self) -> None:
        if self._watched.over:
            return
        if self._busy or not self._services.connection.is_ready:
            # A search that runs already will find out, and so will the greeting of the next connection.
            self._alarm.set(AGAIN)
        else:
            self._begin(self._after_silence())

    async def _after_silence(self) -> None:
        watched, lookups = self._watched, self._services.lookups
        overtaken, mentions = watched.state.overtaken, watched.mentions
        questions = (lookups.active, lookups.finished, lookups.status)
        if overtaken:
            questions = (lookups.finished, lookups.status, lookups.active)
        answers: dict[str, str] = {}
        incomplete: Mapping[str, Any] | None = None
        for question in questions:
            answer = await question(watched.project_id)
            answers[question.__name__] = str(answer)
            if watched.over or watched.mentions != mentions:
                return
            if not isinstance(answer, Known):
                continue
            ended = recovery.has_ended(answer.project)
            whole = recovery.accounts_for(answer.project, watched.project.count)
            # If the service said that the project has completed, that it runs is no news.
            if whole or not (ended or overtaken):
                watched.adopt(answer.project)
                return
            if ended:
                incomplete = answer.project
        self._misses += 1
        if self._misses < LOOKUPS:
            self._alarm.set(AGAIN)
        elif incomplete is not None:
            watched.adopt(incomplete)
        else:
            text = "The service has been silent about this project and does not say what happened to it"
            watched.fail_as_lost(self._error(f"{text}; it was not sent again.", answers))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._busy = True
        self._services.start(self._run(work))

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SogniError as error:
            self._watched.fail_as_lost(error)
        except Exception as bug:  # noqa: BLE001 - whoever waits for the project has to be told
            self._watched.fail_as_lost(InternalError("INTERNAL", f"The search for a project failed: {bug!r}"))
        finally:
            self._busy = False
        # There may have been another drop meanwhile.
        self._watched.look_up_if_unaccounted()

    def _lost(self, found: Result, answers: dict[str, str]) -> TransportError:
        watched = self._watched
        if not isinstance(found, NeverArrived):
            text = "The service did not say what happened to this project; it was not sent again."
        elif watched.state.seen:
            text = "The service had accepted this project and no longer knows it; it was not sent again."
        elif watched.resent:
            text = "The service does not know this project, which was sent twice; it was not sent a third time."
        else:
            text = "The service does not know this project; it was not sent again."
        return self._error(text, answers)

    def _error(self, text: str, answers: dict[str, str]) -> TransportError:
        details = {"answers": answers, "resent": self._watched.resent}
        return TransportError("CONNECTION_LOST", text, details=details)
