"""Making a safe call again: a few times, in bounded time, never before the service allows it."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

from sogni_core._transport.calls import Reply, SafeCall
from sogni_core.errors import TransportError

ATTEMPTS = 4
BUDGET_SECONDS = 20.0
"""A longer wait than this is the caller's to decide."""
_PUT_OFF = {429, 503}
_GATEWAY = {502, 504}


class _Again(Exception):
    """A signal to the loop below, never seen outside."""

    def __init__(self, outcome: Reply | TransportError, seconds: float | None) -> None:
        super().__init__("again")
        self.outcome = outcome
        self.seconds = seconds


async def repeated(call: SafeCall, once: Callable[[SafeCall], Awaitable[Reply]]) -> Reply:
    """Make a safe call until it is answered, at most four times.

    Returns the last answer whatever its status; raises the last TransportError. Nothing but a
    :class:`SafeCall` is accepted: what is paid for has no way into this function.
    """
    if type(call) is not SafeCall:
        raise TypeError(f"only a SafeCall may be repeated, not {type(call).__name__}")
    first = await _attempt(call, once)
    if isinstance(first, Reply):
        return first
    import stamina  # 40 ms, which a call that works never pays

    _quieten()

    def delay(failure: Exception) -> bool | float:
        if not isinstance(failure, _Again):
            return False
        return True if failure.seconds is None else failure.seconds

    pending: _Again | None = first
    try:
        async for attempt in stamina.retry_context(
            on=delay, attempts=ATTEMPTS, timeout=BUDGET_SECONDS, wait_initial=0.25, wait_max=4.0, wait_jitter=0.5
        ):
            with attempt:
                if pending is not None:
                    # Raised inside the loop so that the wait before the second attempt is the loop's own.
                    failed, pending = pending, None
                    raise failed
                outcome = await _attempt(call, once)
                if isinstance(outcome, Reply):
                    return outcome
                raise outcome
    except _Again as last:
        outcome_of_last = last.outcome
    if isinstance(outcome_of_last, TransportError):
        raise outcome_of_last
    return outcome_of_last


def _quieten() -> None:
    # Where nobody set logging up, Python's handler of last resort would write each retry among the user's progress.
    logger = logging.getLogger("stamina")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


async def _attempt(call: SafeCall, once: Callable[[SafeCall], Awaitable[Reply]]) -> Reply | _Again:
    try:
        reply = await once(call)
    except TransportError as failure:
        if failure.code != "CONNECTION_ERROR" or (call.repeat == "unsent" and failure.details.get("sent")):
            raise
        return _Again(failure, None)
    if reply.status in _PUT_OFF:
        seconds = reply.retry_after(time.time())
        return reply if seconds is not None and seconds > BUDGET_SECONDS else _Again(reply, seconds)
    if reply.status in _GATEWAY and call.repeat == "always":
        return _Again(reply, None)
    return reply
