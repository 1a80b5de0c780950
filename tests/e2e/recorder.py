"""A TCP proxy on loopback that keeps every byte of both directions."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class Recorder:
    """Listens on a free port and passes everything on to another; ``sent`` and ``received`` are what went by."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent = bytearray()
        self.received = bytearray()
        self._lines: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Recorder:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing alone does not wake a thread that waits in accept; shutting down does.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for line in self._lines:
            line.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                self._lines += [near, far]
                for source, sink, kept in ((near, far, self.sent), (far, near, self.received)):
                    thread = threading.Thread(target=self._pass_on, args=(source, sink, kept), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket, kept: bytearray) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                kept += chunk
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
