"""The projects of a session: which frames belong to which, and which were written already."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sogni_core._protocol.frames import Frame
from sogni_core._protocol.greeting import Greeting
from sogni_core.errors import InternalError, SogniError
from sogni_core.text import clean

if TYPE_CHECKING:
    from sogni_core._network.submission import Submission

_log = logging.getLogger("sogni_core.network")

_MOST_FOUND = 256
"""Projects of other runs that are remembered, in case they are attached later: the service names them only once."""


class Submissions:
    """The submissions of one session by project id, and the projects that the service named on its own."""

    def __init__(self, note_found: Callable[[Mapping[str, Any]], None]) -> None:
        """``note_found`` is called with each project that a greeting names and that no submission here knows.

        It writes the project down, and raises SogniError if it cannot.
        """
        self._note_found = note_found
        self._by_id: dict[str, Submission] = {}
        self._found: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._written: set[str] = set()

    def __len__(self) -> int:
        """Return how many projects are waited for."""
        return len(self._by_id)

    @property
    def by_id(self) -> Mapping[str, Submission]:
        """The projects that are waited for."""
        return self._by_id

    def unused_id(self, project_id: str) -> str:
        """Return an id in upper case; raises InternalError if this session has submitted a project under it."""
        name = project_id.upper()
        if name in self._written or name in self._by_id:
            raise InternalError("INTERNAL", "A project was about to be submitted twice; it was stopped.")
        return name

    def add(self, submission: Submission) -> None:
        """Hand frames to a project from now on."""
        self._by_id[submission.project_id] = submission

    def attach(self, submission: Submission) -> None:
        """Add a project of an earlier process, and give it what the service has said of it already."""
        self.add(submission)
        recovered = self._found.pop(submission.project_id, None)
        if recovered is not None:
            submission.adopt(recovered)

    def mark_written(self, submission: Submission) -> None:
        """Note that the request of a project was written: its id is never used again."""
        self._written.add(submission.project_id)

    def remove(self, submission: Submission) -> None:
        """Hand no more frames to a project."""
        self._by_id.pop(submission.project_id, None)

    def greeted(self, greeting: Greeting) -> None:
        """Tell each project what a greeting says of it, or that the greeting does not name it."""
        projects, mine = greeting.projects, set(self._by_id)
        for submission in list(self._by_id.values()):
            submission.greeted(projects.get(submission.project_id))
        for project_id, recovered in projects.items():
            if project_id not in mine:
                self._remember(project_id, recovered)

    def received(self, project_id: str, frame: Frame) -> None:
        """Hand a frame to the project that it names."""
        submission = self._by_id.get(project_id)
        if submission is not None:
            submission.receive(frame)

    def broken(self, error: SogniError) -> None:
        """Tell every project that the connection is gone for good; one that was not sent learns it where it waits."""
        for submission in list(self._by_id.values()):
            submission.broken(error)

    def abandon(self) -> None:
        """Tell every project that nobody wants it any more."""
        for submission in list(self._by_id.values()):
            submission.abandon()

    def _remember(self, project_id: str, recovered: Mapping[str, Any]) -> None:
        self._found[project_id] = recovered
        while len(self._found) > _MOST_FOUND:
            self._found.popitem(last=False)
        try:
            self._note_found(recovered)
        except SogniError as error:
            # A full disk must not take the connection from the projects that are waited for.
            _log.warning("project %s could not be noted in the journal: %s", clean(project_id, 80), error.message)
