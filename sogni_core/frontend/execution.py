"""Run a command on an event loop, with signals that cancel instead of killing."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sogni_core.errors import InterruptedRunError

T = TypeVar("T")


class Interruptible(Protocol):
    """What a command works with, such as an App: closed at the end, and asked what an interrupted run left behind."""

    @property
    def interrupted(self) -> Sequence[Mapping[str, Any]]:
        """Projects of runs that were cancelled: ids, and whether each was cancelled, still runs, or is unknown."""
        ...

    async def close(self) -> None:
        """Close every connection and file."""
        ...


STOPPING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
"""Signals that stop a run: Ctrl-C, the system's word, and a terminal that is closed."""


def execute(app: Interruptible, work: Callable[[], Awaitable[T]]) -> T:
    """Run it and close the App; a signal becomes an InterruptedRunError, after the network was asked to cancel."""
    return asyncio.run(_executed(app, work))


async def _executed(app: Interruptible, work: Callable[[], Awaitable[T]]) -> T:
    received: list[int] = []
    working = True
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        # What comes while the connections close is too late: it would throw away an answer that is there.
        if working:
            received.append(number)
            task.cancel()

    watched = []
    for number in STOPPING:
        # Windows and threads have no such handlers; there a Ctrl-C is Python's own KeyboardInterrupt.
        # Who starts a program with nohup means it to ignore this; a shell that starts one in the background does not.
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
    """Make the error of a signal, with what became of each project."""
    projects = [dict(project) for project in app.interrupted]
    details = {"projects": projects} if projects else {}
    return InterruptedRunError.by_signal(number, signal.Signals(number).name, details)


def finish(value: Any) -> Callable[[], Coroutine[Any, Any, Any]]:
    """Make work of what a command's function returned: a coroutine is awaited, anything else is the answer."""

    async def work() -> Any:
        return await value if asyncio.iscoroutine(value) else value

    return work
