"""What is to be done for a project: the outputs of its state machine.

An output with a ``ticket`` takes time and is answered with an input that carries the same ticket. At most one
such answer is expected at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from sogni_core._protocol.events import ProjectFailed
from sogni_core._protocol.lifecycle.evidence import Proof, Question
from sogni_core.errors import SogniError
from sogni_core.frozen import frozen

RecoveryState = Literal["running", "ended", "never-arrived", "lost"]
CancelState = Literal["cancelled", "running", "ended", "unknown"]

# write


@frozen
class Write:
    """Write the request now, on the connection that is ready. Answered by Written, NotWritten or CannotWrite."""

    ticket: int
    proof: Proof | None
    """Why it may be written a second time; None for the first time."""


@frozen
class SendCancel:
    """Write a cancel request on the connection that is ready for it."""


# wait


@frozen
class Connect:
    """Wait for a connection with a number above ``after``. Answered by Ready or CannotWrite."""

    ticket: int
    after: int = 0
    seconds: float | None = None
    """For how long; None for as long as any message waits."""


@frozen
class AwaitEnd:
    """Wait until a connection has ended. Answered by ConnectionEnded or ConnectionStays."""

    ticket: int
    number: int
    seconds: float


@frozen
class Pause:
    """Let time pass. Answered by Waited."""

    ticket: int
    seconds: float


@frozen
class Wait:
    """Begin the silence: if nothing else happens for this long, Silent is the next input."""

    seconds: float


@frozen
class ConnectToCancel:
    """Wait for a connection, for a cancel request. Answered by CancelReady."""


# ask


@frozen
class Ask:
    """Ask the service for the project. Answered by Answered."""

    ticket: int
    question: Question


# tell


@frozen
class Adopt:
    """Take what the service knows of the project. Answered by Heard, at once."""

    project: Mapping[str, Any] = field(repr=False)


@frozen
class TellRecovery:
    """Tell the caller what happened to a project of another process."""

    state: RecoveryState
    answers: Mapping[str, str]
    """What was answered, by question."""
    error: SogniError | None = None


@frozen
class TellRefusal:
    """Tell the caller that the service did not accept the request; nothing is charged, and nothing more comes."""

    refusal: ProjectFailed


@frozen
class TellEnd:
    """Tell the caller that no more events come."""


@frozen
class TellCancel:
    """Answer everybody who asked to cancel."""

    state: CancelState


# fail


@frozen
class Raise:
    """Raise an error from the caller's own call: nothing was written, and the call may be made again."""

    error: SogniError


@frozen
class Fail:
    """End the events with an error: what happened to the project is unknown."""

    error: SogniError


Lasting = Write | Connect | AwaitEnd | Pause | Ask
"""Outputs that take time."""

Immediate = (
    SendCancel | Wait | ConnectToCancel | Adopt | TellRecovery | TellRefusal | TellEnd | TellCancel | Raise | Fail
)
"""Outputs that are done at once."""

Output = Lasting | Immediate
