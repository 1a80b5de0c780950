"""``sogni login`` at a real terminal: it says where to get an account, and Ctrl-C ends it at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]


def read_until(master: int, text: bytes, seconds: float = 30) -> bytes:
    found, end = b"", time.monotonic() + seconds
    while text not in found and time.monotonic() < end:
        try:
            found += os.read(master, 4096)
        except OSError:
            break
    return found


@pytest.mark.parametrize(
    ("argv", "asks"),
    [(["login"], b"User name: "), (["login", "-u", "me"], b"Password: "), (["login", "--api-key"], b"API key: ")],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_question_at_once(tmp_path: Path, argv: list[str], asks: bytes, number: int) -> None:
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    environ = {**os.environ, "HOME": str(tmp_path), "SOGNI_PLUGINS": ""}
    started = subprocess.Popen(
        [sys.executable, "-m", "sogni_core", *argv],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environ,
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        found = read_until(master, asks)
        assert asks in found, found
        if "-u" not in argv:
            assert b"https://sogni.ai" in found
        time.sleep(0.2)
        started.send_signal(number)
        assert started.wait(10) == 128 + number
        assert termios.tcgetattr(slave)[3] == before[3], "the terminal echoes again"
    finally:
        started.kill()
        started.wait()
        os.close(master)
        os.close(slave)
