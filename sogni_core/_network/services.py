"""What a session lends to each of its submissions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from sogni_core._network.clock import Clock, Pause
from sogni_core._network.connection import Connection
from sogni_core._network.lookups import Lookups
from sogni_core._network.transfers import Transfers
from sogni_core._protocol.medium import LoadedMedium
from sogni_core.frozen import frozen
from sogni_core.project import Project

if TYPE_CHECKING:
    from sogni_core._network.submission import Submission


@frozen
class SubmissionServices:
    """The tools of a session, and whom to tell."""

    connection: Connection
    transfers: Transfers
    lookups: Lookups
    clock: Clock
    pause: Pause
    medium_of: Callable[[Project], LoadedMedium]
    own: Callable[[Coroutine[Any, Any, None]], None]
    """Runs work beside until it is done or the session is closed."""
    begun: Callable[[Submission], None]
    """Told when frames for a project may come."""
    ended: Callable[[Submission], None]
    """Told when no more are wanted."""
    spent: Callable[[Submission], None]
    """Told after the request was written: there is time now to prepare for its results."""
