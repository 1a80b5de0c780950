"""How long a session waits for what."""

from __future__ import annotations

import math

from sogni_core._protocol.connection import GREETING_SECONDS, READY_SECONDS
from sogni_core._transport.dialer import FRESH_SECONDS
from sogni_core._transport.retry import RetryPolicy
from sogni_core.frozen import frozen

_FIRST_CONNECTION = RetryPolicy(first_pause=1.0, longest_pause=15.0, tries=3)
_RECONNECTION = RetryPolicy(first_pause=1.0, longest_pause=15.0, tries=math.inf, budget=120.0)


@frozen
class Timings:
    """The time limits of a session, in seconds. The defaults are for use; tests pass shorter ones."""

    head_start: float = 0.25
    """How long everything else waits for the socket: its library is imported in 30 ms, but a login may come first."""
    fresh: float = FRESH_SECONDS
    """How long a connection that was dialled early may be used."""
    greeting: float = GREETING_SECONDS
    """How long the service's greeting is waited for before messages are sent anyway."""
    ready: float = READY_SECONDS
    """How long a message waits for a connection."""
    first_connection: RetryPolicy = _FIRST_CONNECTION
    """For a host that this session has never reached: the error should come within a few seconds.

    protocol: both clients wait min(1 s * 2**attempt, 15 s), times 0.8 to 1.2."""
    reconnection: RetryPolicy = _RECONNECTION
    """For a connection that worked. The server keeps what ends meanwhile for an hour."""
    stopping: float = 5.0
    """How long a server that refused a request because it is stopping has to close the connection."""
    restart: float = 120.0
    """How long the next connection is waited for after such a refusal."""
