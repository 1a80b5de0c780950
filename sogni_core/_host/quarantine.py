"""Run other people's code so that whatever it does is an exception of ours, and standard output stays clean."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Quarantined(Generic[T]):
    """What came of it: a value or an exception, and the warnings that were given."""

    value: T | None = None
    error: BaseException | None = None
    warnings: list[str] = field(default_factory=list)


@contextlib.contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Tell a Ctrl-C of the user from a KeyboardInterrupt that the code raised itself."""
    pressed: list[int] = []
    watching = _in_main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def note(number: int, frame: object) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    if watching:
        signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        if watching:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def _heard() -> Iterator[list[warnings.WarningMessage]]:
    """Keep standard output clean and gather warnings.

    Both belong to the whole process. Two threads that put them back out of turn would leave the program without its
    standard output, so in other threads than the main one, where no command line runs, they stay as they are.
    """
    if not _in_main_thread():
        yield []
        return
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("default")
        yield caught


def quarantine(call: Callable[[], T]) -> Quarantined[T]:
    """Call it; what it prints goes to standard error, what it raises is kept, a real Ctrl-C passes."""
    outcome: Quarantined[T] = Quarantined()
    with _interrupts() as pressed:
        try:
            with _heard() as caught:
                outcome.value = call()
        except BaseException as error:  # noqa: BLE001 - SystemExit of a plugin must not end the program
            outcome.error = error
        if pressed:
            # Whatever that code made of it, the user wanted the program to end.
            raise KeyboardInterrupt from outcome.error
    outcome.warnings = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
    return outcome
