"""Progress where standard error is a terminal, and where it is not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet

from .conftest import Start

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")


def on_terminal(start: Start, devnet: Devnet, term: str, *options: str) -> bytes:
    """Render two images with standard error on a terminal of this kind; return what it was sent."""
    terminal, stderr = os.openpty()
    try:
        process = start(
            "image", "a cat", "-n", "2", "-o", "cat.png", *options,
            environ={**devnet.environ, "TERM": term}, stdout=subprocess.DEVNULL, stderr=stderr,
        )  # fmt: skip
        os.close(stderr)
        sent = b""
        while True:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # Linux's way to say that nobody has it open any more
                break
            if not piece:
                break
            sent += piece
        assert process.wait(timeout=120) == 0, sent
    finally:
        os.close(terminal)
    return sent


def test_a_terminal_shows_a_bar_per_job(start: Start, devnet: Devnet, folder: Path) -> None:
    sent = on_terminal(start, devnet, "xterm")
    assert b"\x1b[" in sent
    assert b"image 1/2" in sent
    assert b"image 2/2" in sent
    assert str(folder / "cat-2.png").encode() in sent.replace(b"\r\n", b"")


def test_a_dumb_terminal_gets_plain_lines(start: Start, devnet: Devnet) -> None:
    sent = on_terminal(start, devnet, "dumb")
    assert b"\x1b" not in sent
    assert b"2/2 completed" in sent


def test_quiet_writes_nothing_to_a_terminal(start: Start, devnet: Devnet) -> None:
    assert on_terminal(start, devnet, "xterm", "-q") == b""
