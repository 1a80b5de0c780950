"""What a session lends to each of its submissions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from sogni_core._network.clock import Clock
from sogni_core._network.connection import Connection
from sogni_core._network.lookups import Lookups
from sogni_core._network.transfers import Transfers
from sogni_core._protocol.lifecycle.life import Patience
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._transport.retry import Pause
from sogni_core.frozen import frozen
from sogni_core.project import Project


@frozen
class SubmissionServices:
    """The tools that all submissions of a session share."""

    connection: Connection
    transfers: Transfers
    lookups: Lookups
    clock: Clock
    pause: Pause
    patience: Patience
    medium_of: Callable[[Project], LoadedMedium]
    start: Callable[[Coroutine[Any, Any, None]], None]
    """Runs work in the background until it is done or the session is closed."""
