"""What the service answers when it is asked for a project, and the proofs that answers can add up to.

A request may be written a second time only with a proof. Each proof is built from evidence that names the project, and
refuses evidence about another one, so that a wrong conclusion is a type error or an InternalError, not a second charge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Literal, final, get_args

from sogni_core._protocol.events import ProjectFailed
from sogni_core._protocol.values import text
from sogni_core.errors import InternalError, SogniError
from sogni_core.frozen import frozen

Question = Literal["sync", "finished", "active", "status"]
"""The four ways to ask for a project: what this app id has, what has ended, what runs, and its state."""

QUESTIONS: Final[tuple[Question, ...]] = get_args(Question)
"""In the order in which a search asks them."""


@frozen
class Known:
    """The service knows the project."""

    project: Mapping[str, Any] = field(repr=False)
    """A recovered project; perhaps only its id while it runs."""

    def __str__(self) -> str:
        return text(self.project.get("status"), 50) or "known"


@final
@frozen
class Unknown:
    """The service answered beyond doubt that it does not know the project: lists without it, or its own 404."""

    question: Question
    project_id: str

    def __str__(self) -> str:
        return "unknown"


@frozen
class Failed:
    """There was no usable answer; this proves nothing."""

    error: SogniError

    def __str__(self) -> str:
        return f"failed: {self.error.code}"


Answer = Known | Unknown | Failed


@final
@frozen
class NotNamed:
    """The greeting of a connection does not name the project."""

    project_id: str
    number: int
    """Number of the connection."""


@final
class NeverArrived:
    """Proof that a request never arrived: its connection is gone, and nothing that came after knows the project."""

    __slots__ = ("project_id",)

    def __init__(self, project_id: str, written_on: int, greeting: NotNamed, answers: tuple[Unknown, ...]) -> None:
        """``written_on``: number of the connection that the request was written on; 0 if in another process.

        ``answers``: to all four questions, in order. Raises InternalError if this is not evidence for the project.
        """
        about = {greeting.project_id, *(one.project_id for one in answers)}
        asked = tuple(one.question for one in answers)
        if about != {project_id} or asked != QUESTIONS or greeting.number <= written_on:
            raise InternalError("INTERNAL", "A request was about to be declared lost without evidence.")
        self.project_id: Final = project_id


@final
class NotAdmitted:
    """Proof that a stopping server refused a request: the service itself said so."""

    __slots__ = ("project_id", "refusal")

    def __init__(self, project_id: str, refusal: ProjectFailed) -> None:
        """Raises InternalError for a refusal of a request that the service had accepted."""
        if refusal.admitted:
            raise InternalError("INTERNAL", "A request that the service had accepted was about to be sent again.")
        self.project_id: Final = project_id
        self.refusal: Final = refusal


Proof = NeverArrived | NotAdmitted
