"""Secrets for commands. They are typed without echo or read from standard input, never given as arguments."""

from __future__ import annotations

import contextlib
import getpass
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from sogni_core.errors import InputError, InterruptedRunError
from sogni_core.frontend.execution import STOPPING

LONGEST_SECRET = 4096
"""Characters. Longer input is not a password."""


def at_terminal() -> bool:
    """Return whether a person can type an answer."""
    return sys.stdin is not None and sys.stdin.isatty()  # None: started without standard input


def from_stdin(what: str) -> str:
    """Return the secret on standard input, which has only this line; raises InputError."""
    secret = sys.stdin.read(LONGEST_SECRET + 1).rstrip("\r\n") if sys.stdin is not None else ""
    if not secret or len(secret) > LONGEST_SECRET or "\n" in secret:
        raise InputError("INVALID_ARGUMENT", f"Standard input must contain only the {what}, on one line.")
    return secret


def prompt(question: str, instead: str) -> str:
    """Ask for a secret without echo. ``instead`` is what to use without a terminal. Raises InputError."""
    if not at_terminal():
        raise InputError("INVALID_ARGUMENT", "There is no terminal to ask for the secret.", hint=f"Use {instead}.")
    with stoppable():
        secret = getpass.getpass(question)
    if not secret:
        raise InputError("INVALID_ARGUMENT", "Nothing was entered.")
    return secret


def question(text: str) -> str:
    """Ask for a line that is no secret, on standard error."""
    sys.stderr.write(text)
    sys.stderr.flush()
    with stoppable():
        return sys.stdin.readline().strip()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Let a signal end the wait for an answer at once, with InterruptedRunError.

    The event loop waits for the answer too, so its own handlers would run only after it.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        sys.stderr.write("\n")
        raise InterruptedRunError.by_signal(number, signal.Signals(number).name, {})

    before = {}
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(ValueError):  # not in the main thread
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ask(name: str) -> str:
    """Return a secret that is typed at the terminal, or the next line of standard input."""
    if at_terminal():
        return prompt(f"{name}: ", "standard input")
    secret = sys.stdin.readline(LONGEST_SECRET + 1).rstrip("\r\n") if sys.stdin is not None else ""
    if not secret or len(secret) > LONGEST_SECRET:
        raise InputError("INVALID_ARGUMENT", f"Standard input must contain {name} on one line.")
    return secret
