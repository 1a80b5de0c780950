"""The search for a project that a greeting does not name, and what it can end with.

protocol: sync; wait until the project is 5 s old; ``/v1/projects`` in four tries, 2.5 s apart; ``active``;
``/v2/projects``. Only what is unknown everywhere may be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from sogni_core._protocol import recovery
from sogni_core._protocol.lifecycle.evidence import QUESTIONS, Answer, Known, Question, Unknown
from sogni_core.frozen import frozen


@frozen
class Found:
    """The service knows the project."""

    project: Mapping[str, Any] = field(repr=False)
    """A recovered project."""


@frozen
class Nowhere:
    """Every question was answered with *unknown*."""

    answers: tuple[Unknown, ...]


@frozen
class Unclear:
    """No answer names it, and not every question was answered: nothing is proved."""


Result = Found | Nowhere | Unclear


@frozen
class Search:
    """How far a search has come."""

    settled: tuple[Answer, ...] = ()
    """The answers to the first questions."""
    tries: tuple[Answer, ...] = ()
    """What the current question was answered before."""

    @property
    def question(self) -> Question:
        """The question that is asked next."""
        return QUESTIONS[len(self.settled)]

    @property
    def answers(self) -> dict[str, str]:
        """What was answered so far, by question."""
        return {name: str(answer) for name, answer in zip(QUESTIONS, self.settled, strict=False)}

    def take(self, said: Answer, *, count: int, tries: int) -> Search:
        """Return the search after an answer to its question; ``count`` is how many jobs the project has."""
        heard = (*self.tries, said)
        if self.question == "finished" and len(heard) < tries and not _is_whole(said, count):
            # The results of what has just ended may be written down a moment later.
            return Search(self.settled, heard)
        # What was known once has arrived, whatever is said later.
        best = next((one for one in reversed(heard) if isinstance(one, Known)), said)
        return Search((*self.settled, best))

    @property
    def result(self) -> Result | None:
        """What it ended with; None while it goes on."""
        last = self.settled[-1] if self.settled else None
        if isinstance(last, Known):
            return Found(last.project)
        if len(self.settled) < len(QUESTIONS):
            return None
        asked = zip(QUESTIONS, self.settled, strict=True)
        unknown = tuple(one for name, one in asked if isinstance(one, Unknown) and one.question == name)
        return Nowhere(unknown) if len(unknown) == len(QUESTIONS) else Unclear()

    def pause(self, age: float, *, old_enough: float, apart: float) -> float:
        """Return the seconds to wait before the next question of a project that is ``age`` seconds old."""
        if self.question != "finished":
            return 0.0
        return apart if self.tries else max(old_enough - age, 0.0)


def _is_whole(said: Answer, count: int) -> bool:
    return isinstance(said, Known) and recovery.accounts_for(said.project, count)
