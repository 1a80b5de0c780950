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
    watching = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )

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


def quarantine(call: Callable[[], T]) -> Quarantined[T]:
    """Call it; what it prints goes to standard error, what it raises is kept, a real Ctrl-C passes."""
    outcome: Quarantined[T] = Quarantined()
    with _interrupts() as pressed, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            with contextlib.redirect_stdout(sys.stderr):
                outcome.value = call()
        except BaseException as error:  # noqa: BLE001 - SystemExit of a plugin must not end the program
            outcome.error = error
        if pressed:
            # Whatever that code made of it, the user wanted the program to end.
            raise KeyboardInterrupt from outcome.error
    outcome.warnings = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
    return outcome
