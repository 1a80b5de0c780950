"""Ask the person at the terminal whether a run may cost so much."""

from __future__ import annotations

import asyncio
import os
import sys

from sogni_core.cli.invocation import Invocation
from sogni_core.costs import Confirm


def confirmation(invocation: Invocation) -> Confirm | None:
    """Return the function that asks; None if nobody is there to answer."""
    if invocation.json or sys.stdin is None or sys.stderr is None:
        return None
    return _ask if sys.stdin.isatty() and sys.stderr.isatty() else None


async def _ask(question: str) -> bool:
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return (await _line()).strip().lower() in ("y", "yes")


async def _line() -> str:
    """Read a line without blocking the loop, so that Ctrl-C ends the question at once."""
    if os.name != "posix":
        return await asyncio.to_thread(sys.stdin.readline)
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, typed.set)
    try:
        await typed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()
