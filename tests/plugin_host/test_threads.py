"""Hosts made in threads, beside a program that uses the process's streams, leave those alone."""

from __future__ import annotations

import contextlib
import io
import sys
import threading

from sogni_core._host.quarantine import quarantine


def test_standard_output_is_where_it_was_whoever_is_done_first() -> None:
    before, inside, leave = sys.stdout, threading.Event(), threading.Event()

    def slow() -> None:
        inside.set()
        assert leave.wait(10)

    thread = threading.Thread(target=quarantine, args=(slow,))
    with contextlib.redirect_stdout(io.StringIO()):
        thread.start()
        assert inside.wait(10)
    leave.set()
    thread.join()
    assert sys.stdout is before


def test_what_a_plugin_raises_in_a_thread_is_kept() -> None:
    found: list[BaseException | None] = []

    def work() -> None:
        found.append(quarantine(lambda: 1 // 0).error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert isinstance(found[0], ZeroDivisionError)
