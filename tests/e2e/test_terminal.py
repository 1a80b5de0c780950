"""Progress and help where the standard streams are a terminal, and where they are not."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet

from .conftest import Start

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")]


def on_terminal(start: Start, devnet: Devnet, term: str, *options: str) -> bytes:
    """Render two images with standard error on a terminal of this kind; return what it was sent."""
    terminal, stderr = os.openpty()
    try:
        process = start(
            "image", "a cat", "-n", "2", "-o", "cat.png", *options,
            environ={**devnet.environ, "TERM": term}, stdout=subprocess.DEVNULL, stderr=stderr,
        )  # fmt: skip
        os.close(stderr)
        sent = all_of(terminal)
        assert process.wait(timeout=120) == 0, sent
    finally:
        os.close(terminal)
    return sent


def all_of(terminal: int) -> bytes:
    """Read what a program sends to a terminal until it closes it."""
    sent = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux raises this when no program has the terminal open
            return sent
        if not piece:
            return sent
        sent += piece


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


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_help_fits_its_terminal_and_has_no_colours(start: Start, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl
    import termios

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, stdout = os.openpty()
    fcntl.ioctl(stdout, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = start("image", "--help", environ={"TERM": "xterm-256color"}, stdout=stdout)
    os.close(stdout)
    try:
        sent = all_of(terminal)
    finally:
        os.close(terminal)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, b"")
    assert b"\x1b" not in sent
    lines = sent.decode().splitlines()
    assert lines[0] == "Usage: sogni image [OPTIONS] PROMPT"
    longest = max(map(len, lines))
    assert longest <= columns
    assert longest > min(columns, 100) - 15, "it uses the room that is there"


def test_help_in_a_pipe_has_eighty_columns(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    out, _ = start("image", "--help").communicate(timeout=120)
    assert 65 < max(map(len, out.decode().splitlines())) <= 80
