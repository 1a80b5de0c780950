"""What can happen to a project: the inputs of its state machine.

Answers to an output that takes time carry its ``ticket``. An answer that is late, or comes twice, has an old ticket and
changes nothing.
"""

from __future__ import annotations

from sogni_core._protocol.events import ProjectFailed
from sogni_core._protocol.lifecycle.evidence import Answer
from sogni_core.errors import SogniError
from sogni_core.frozen import frozen

# what the caller wants


@frozen
class SendAsked:
    """The request is to be written."""


@frozen
class RecoverAsked:
    """What happened to a project of another process is to be found out."""


@frozen
class CancelAsked:
    """The project is to be cancelled."""


@frozen
class CancelTimeUp:
    """The answer to a cancel request is not waited for any longer."""


@frozen
class Abandoned:
    """The project is not wanted any more; nobody waits for it."""


# what becomes of the connection


@frozen
class Ready:
    """A connection can be written to."""

    ticket: int
    number: int


@frozen
class CannotWrite:
    """No connection came, or something stopped the request before it was written."""

    ticket: int
    error: SogniError


@frozen
class Written:
    """The request leaves on this connection, now."""

    number: int


@frozen
class NotWritten:
    """The connection was gone before anything was written."""

    ticket: int


@frozen
class Greeted:
    """A connection was greeted."""

    number: int
    named: bool
    """Whether the greeting names the project."""


@frozen
class ConnectionEnded:
    """The connection whose end was awaited is gone."""

    ticket: int


@frozen
class ConnectionStays:
    """The connection whose end was awaited is still there."""

    ticket: int


@frozen
class Broken:
    """The connection is gone for good."""

    error: SogniError


# what the service says


@frozen
class Heard:
    """The service named the project, on a connection or in an answer that was adopted."""

    number: int
    """Number of the connection, or of the newest one."""
    accepted: bool = True
    """Whether the service has shown that it accepted the request."""
    overtaken: bool = False
    """Whether it says that the project has completed, while results are missing."""
    done: bool = False
    canceled: bool = False
    """Whether it ended because somebody cancelled it."""


@frozen
class Refused:
    """A stopping server did not accept the request."""

    number: int
    refusal: ProjectFailed


@frozen
class Answered:
    """A question was answered, or was not."""

    ticket: int
    answer: Answer


@frozen
class CancelReady:
    """A cancel request can be written on this connection."""

    number: int


@frozen
class CancelAnswered:
    """The service answered a cancel request."""

    did_cancel: bool | None
    """None if the answer cannot be read."""


# time, and this program


@frozen
class Waited:
    """A pause is over."""

    ticket: int


@frozen
class Silent:
    """The time of the newest ``Wait`` has passed without any other input."""

    connected: bool
    """Whether there is a connection on which the service could have spoken."""


@frozen
class Defect:
    """This program failed, and the caller has to be told."""

    error: SogniError


Input = (
    SendAsked
    | RecoverAsked
    | CancelAsked
    | CancelTimeUp
    | Abandoned
    | Ready
    | CannotWrite
    | Written
    | NotWritten
    | Greeted
    | ConnectionEnded
    | ConnectionStays
    | Broken
    | Heard
    | Refused
    | Answered
    | CancelReady
    | CancelAnswered
    | Waited
    | Silent
    | Defect
)
