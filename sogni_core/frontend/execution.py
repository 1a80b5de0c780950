"""Run a command on an event loop. Signals cancel it instead of killing it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sogni_core.errors import InterruptedRunError

T = TypeVar("T")


class Interruptible(Protocol):
    """What a command works with, such as an App. It is closed at the end."""

    @property
    def interrupted(self) -> Sequence[Mapping[str, Any]]:
        """Projects of interrupted runs: their ids and states, such as cancelled, completed or running."""
        ...

    async def close(self) -> None:
        """Close every connection and file."""
        ...


STOPPING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
"""Signals that stop a run: Ctrl-C, a request to terminate, and a closed terminal."""


def execute(app: Interruptible, work: Callable[[], Awaitable[T]]) -> T:
    """Run the work and close the App. A signal cancels the work and raises InterruptedRunError."""
    return asyncio.run(_executed(app, work))


async def _executed(app: Interruptible, work: Callable[[], Awaitable[T]]) -> T:
    received: list[int] = []
    working = True
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        # A signal while the connections close comes too late: it would discard a finished answer.
        if working:
            received.append(number)
            task.cancel()

    watched = []
    for number in STOPPING:
        # Windows and threads have no such handlers; there, Ctrl-C raises KeyboardInterrupt.
        # nohup ignores SIGHUP on purpose. A shell that starts a background job ignores SIGINT, but not on purpose.
        if number not in (signal.SIGINT, signal.SIGTERM) and signal.getsignal(number) is signal.SIG_IGN:
            continue
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop, number)
            watched.append(number)
    try:
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(app.close)
            try:
                return await work()
            except asyncio.CancelledError:
                if not received:
                    raise
                task.uncancel()
                raise interrupted(app, received[0]) from None
            finally:
                working = False
    finally:
        for number in watched:
            loop.remove_signal_handler(number)


def interrupted(app: Interruptible, number: int) -> InterruptedRunError:
    """Return the error for a signal, with the state of each project."""
    projects = [dict(project) for project in app.interrupted]
    details: dict[str, Any] = {"projects": projects} if projects else {}
    runs = [dict(run) for run in getattr(app, "interrupted_runs", ())]
    if runs:
        # A command has one run; of several, the first has the id and the cost, and all have outputs.
        details |= {
            **runs[0],
            **{name: [one for run in runs for one in run[name]] for name in ("outputs", "localPaths")},
        }
    return InterruptedRunError.by_signal(number, signal.Signals(number).name, details)


def finish(value: Any) -> Callable[[], Coroutine[Any, Any, Any]]:
    """Return work that awaits a coroutine, or returns any other value as the answer."""

    async def work() -> Any:
        return await value if asyncio.iscoroutine(value) else value

    return work
