"""Watching over a project that was sent: asking what became of it when nobody says so.

protocol: a project that a greeting after a drop does not name is searched for; one without any event for two minutes
is looked up (``active``, then by its id), and three look-ups that find nothing fail it. So is one that completed while
results are still missing.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final

from sogni_core._network.clock import Alarm
from sogni_core._network.facts import Recovery
from sogni_core._network.lookups import Known
from sogni_core._network.search import Found, NeverArrived, NoAnswer, Result, search
from sogni_core._network.services import SubmissionServices
from sogni_core._protocol import recovery
from sogni_core.errors import InternalError, SogniError, TransportError

if TYPE_CHECKING:
    from sogni_core._network.submission import Submission

SILENCE: Final = 120.0
"""Seconds without any event."""
OVERTAKEN: Final = 5.0
"""Seconds after ``jobCompleted`` in which results may still come by themselves."""
AGAIN: Final = 30.0
"""Seconds after a look-up that found nothing."""
LOOKUPS: Final = 3
"""Look-ups that find nothing before a project is given up."""


class Watch:
    """Watches over one submission."""

    def __init__(self, submission: Submission, means: SubmissionServices) -> None:
        self._submission = submission
        self._means = means
        self._alarm = Alarm(means.clock, self._rang)
        self._busy = False
        self._misses = 0

    def news(self) -> None:
        """Take that the project was sent, or heard of."""
        self._misses = 0
        if self._submission.over:
            self._alarm.stop()
        else:
            self._alarm.set(OVERTAKEN if self._submission.state.overtaken else SILENCE)

    def stop(self) -> None:
        """Ask no more."""
        self._alarm.stop()

    def missed(self) -> None:
        """Take that the greeting of a new connection does not name the project."""
        if not self._busy:
            self._begin(self._after_drop())

    async def recover(self, *, resend: bool) -> Recovery:
        """Find out what became of a project of another process; see :meth:`submission.Submission.recover`."""
        self._busy = True
        try:
            return await self._recover(resend=resend)
        finally:
            self._busy = False

    async def _recover(self, *, resend: bool) -> Recovery:
        submission, answers = self._submission, dict[str, str]()
        if submission.heard or submission.state.done:
            return self._recovered(answers)
        # By REST first: what has ended can be collected without a connection, which nobody has to give up for it then.
        answer = await self._means.lookups.finished(submission.project_id)
        answers["finished"] = str(answer)
        if isinstance(answer, Known):
            submission.state.seen = True
            if recovery.accounts_for(answer.project, submission.project.count):
                submission.adopt(answer.project)
                return self._recovered(answers)
        # Only once its app id is connected here can nobody else be writing it.
        await self._means.connection.ready()
        answers["greeting"] = "known" if submission.heard else "unknown"
        if submission.heard:
            return self._recovered(answers)
        found, said = await self._search()
        answers |= said
        if isinstance(found, Found):
            submission.adopt(found.project)
        if submission.heard:
            return self._recovered(answers)
        if isinstance(found, NeverArrived) and resend and not submission.state.seen:
            submission.prove(found)
            return Recovery("never-arrived", answers)
        error = self._lost(found, answers)
        submission.lose(error)
        return Recovery("lost", answers, error)

    def _recovered(self, answers: dict[str, str]) -> Recovery:
        return Recovery("ended" if self._submission.state.done else "running", answers)

    async def _search(self) -> tuple[Result, dict[str, str]]:
        submission, answers, heard = self._submission, dict[str, str](), self._submission.heard
        found = await search(
            self._means.lookups,
            submission.project_id,
            count=submission.project.count,
            written_at=submission.written_at,
            clock=self._means.clock,
            pause=self._means.pause,
            moot=lambda: submission.over or submission.heard != heard,
            answers=answers,
        )
        return found, answers

    async def _after_drop(self) -> None:
        submission = self._submission
        found, answers = await self._search()
        if isinstance(found, NoAnswer):
            return
        if isinstance(found, Found):
            submission.adopt(found.project)
        elif isinstance(found, NeverArrived) and submission.repeatable:
            await submission.repeat(found, heard=submission.heard)
        else:
            submission.lose(self._lost(found, answers))

    def _rang(self) -> None:
        if self._submission.over:
            return
        if self._busy or not self._means.connection.is_ready:
            # Whoever asks already will know, and so will the greeting of the next connection.
            self._alarm.set(AGAIN)
        else:
            self._begin(self._after_silence())

    async def _after_silence(self) -> None:
        submission, lookups = self._submission, self._means.lookups
        overtaken, heard = submission.state.overtaken, submission.heard
        questions = (lookups.active, lookups.finished, lookups.status)
        if overtaken:
            questions = (lookups.finished, lookups.status, lookups.active)
        answers: dict[str, str] = {}
        incomplete: Mapping[str, Any] | None = None
        for question in questions:
            answer = await question(submission.project_id)
            answers[question.__name__] = str(answer)
            if submission.over or submission.heard != heard:
                return
            if not isinstance(answer, Known):
                continue
            ended = recovery.has_ended(answer.project)
            whole = recovery.accounts_for(answer.project, submission.project.count)
            # Of a project that is said to have completed it is no news that it runs.
            if whole or not (ended or overtaken):
                submission.adopt(answer.project)
                return
            if ended:
                incomplete = answer.project
        self._misses += 1
        if self._misses < LOOKUPS:
            self._alarm.set(AGAIN)
        elif incomplete is not None:
            submission.adopt(incomplete)
        else:
            text = "Nothing is heard of this project, and the service does not say what became of it"
            submission.lose(self._error(f"{text}; it was not sent again.", answers))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._busy = True
        self._means.own(self._carried_out(work))

    async def _carried_out(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SogniError as error:
            self._submission.lose(error)
        except Exception as bug:  # noqa: BLE001 - whoever waits for the project has to be told
            self._submission.lose(InternalError("INTERNAL", f"The search for a project failed: {bug!r}"))
        finally:
            self._busy = False
        # There may have been another drop meanwhile.
        self._submission.account()

    def _lost(self, found: Result, answers: dict[str, str]) -> TransportError:
        submission = self._submission
        if not isinstance(found, NeverArrived):
            text = "The service did not say what became of this project; it was not sent again."
        elif submission.state.seen:
            text = "The service had taken this project and does not know it any more; it was not sent again."
        elif submission.resent:
            text = "The service does not know this project, which was sent twice; it was not sent a third time."
        else:
            text = "The service does not know this project; it was not sent again."
        return self._error(text, answers)

    def _error(self, text: str, answers: dict[str, str]) -> TransportError:
        details = {"answers": answers, "resent": self._submission.resent}
        return TransportError("CONNECTION_LOST", text, details=details)
