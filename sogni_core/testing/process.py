"""Installed programs in separate processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from sogni_core.testing.command_line import Called

PATIENCE_SECONDS = 120.0
"""How long a process is waited for; a busy machine may take its time."""

ON_WINDOWS = os.name == "nt"


class Process:
    """A running program. Its results wait for its end; a process that hangs fails the test."""

    def __init__(
        self, argv: Sequence[str], *, environ: Mapping[str, str], stdin: str = "", folder: Path | None = None
    ) -> None:
        """Start a program, ``argv[0]``, in a folder, the current one by default. ``stdin`` is its whole input.

        Raises OSError if it cannot be started.
        """
        self._argv = list(argv)
        self._process = subprocess.Popen(  # noqa: S603 - a test runs what it wants
            self._argv,
            env=dict(environ),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # On Windows a Ctrl-Break goes to a whole group of processes: to the test as well, unless the group is new.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._written: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._open = len(self._written)
        """Streams that may still bring something."""
        self._news = threading.Condition()
        self._threads = [threading.Thread(target=self._feed, args=[stdin.encode()], daemon=True)]
        for name in self._written:
            stream = getattr(self._process, name)
            self._threads.append(threading.Thread(target=self._read, args=[name, stream], daemon=True))
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int:
        """Exit code; on POSIX the negative number of the signal that killed it."""
        return self.wait().exit_code

    @property
    def stdout(self) -> str:
        """Everything that it wrote to standard output."""
        return self.wait().stdout

    @property
    def stderr(self) -> str:
        """Everything that it wrote to standard error."""
        return self.wait().stderr

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output; fails if there is anything else."""
        return self.wait().json

    def wait(self, seconds: float = PATIENCE_SECONDS) -> Called:
        """Wait for its end and return its results. A process that does not end in time is killed and fails the test."""
        try:
            exit_code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
            raise AssertionError(f"{self._said()} did not end in {seconds:g} s") from None
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        return Called(exit_code, self._text("stdout"), self._text("stderr"))

    def wait_for(self, text: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until it has written a text to standard output or error; fails the test if it ends before."""
        with self._news:
            self._news.wait_for(lambda: self._wrote(text) or not self._open, seconds)
            if not self._wrote(text):
                raise AssertionError(f"{self._said()} did not write {text!r}")

    def wait_until(self, condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until a condition is true, ``lambda: devnet.projects``; fails the test if it ends before."""
        until = time.monotonic() + seconds
        while not condition():
            if not self.running or time.monotonic() > until:
                raise AssertionError(f"{self._said()} did not reach the condition in {seconds:g} s")
            time.sleep(0.01)

    def send(self, number: int) -> None:
        """Send a signal, such as ``signal.SIGINT``.

        Windows can send a Ctrl-C only to all processes of a console: there SIGINT becomes Ctrl-Break. SIGTERM ends it.
        """
        self._process.send_signal(windows_signal(number) if ON_WINDOWS else number)

    def kill(self) -> None:
        """End it at once; does nothing if it has ended."""
        self._process.kill()

    def close(self) -> None:
        """End it if it still runs, and close its pipes."""
        self.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _feed(self, content: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as stream:  # it may not read, or have ended
            stream.write(content)

    def _read(self, name: str, stream: IO[bytes]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), 65536):
                with self._news:
                    self._written[name] += chunk
                    self._news.notify_all()
        with self._news:
            self._open -= 1
            self._news.notify_all()

    def _wrote(self, text: str) -> bool:
        return any(text.encode() in written for written in self._written.values())

    def _text(self, name: str) -> str:
        text = self._written[name].decode("utf-8", "replace")
        return text.replace("\r\n", "\n") if ON_WINDOWS else text

    def _said(self) -> str:
        return f"{self._argv}, which wrote {self._text('stdout')!r} and {self._text('stderr')!r},"


def installed(program: str) -> str:
    """Return the path of a program that is installed with this Python; raises FileNotFoundError."""
    folders = [Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))]
    search = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(program, path=search)
    if found is None:
        raise FileNotFoundError(f"The program {program!r} is not installed with {sys.executable}.")
    return found


def windows_signal(number: int) -> int:
    """Return what Windows can send to a process instead of a signal."""
    return int(getattr(signal, "CTRL_BREAK_EVENT", number)) if number == signal.SIGINT else number
