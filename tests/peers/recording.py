"""Reads what a client says, byte for byte, on its way to a server: HTTP requests, socket upgrades, socket frames."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Upgrade
from websockets.server import ServerProtocol

HEAD_END = b"\r\n\r\n"


@dataclass
class Said:
    """One HTTP request, one upgrade, or one frame."""

    kind: str
    """``http``, ``upgrade``, ``frame``, or ``close``."""
    method: str = ""
    path: str = ""
    """Without the query."""
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    envelope: dict[str, Any] = field(default_factory=dict)
    """Of a frame: its JSON as it is."""
    payload: Any = None
    """Of a frame: what its ``data`` holds. Of a request: its JSON body."""
    code: int = 0
    """Of a close frame."""

    @property
    def type(self) -> str:
        """Type of a frame."""
        return str(self.envelope.get("type", ""))


class Recorder:
    """A TCP proxy on a free port of this machine that reads along."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._said: list[Said] = []
        """In order of arrival; a message is there once it is complete."""
        self._news = threading.Condition()
        self.garbled: list[BaseException] = []
        """Why bytes could not be read as messages; they were passed on all the same."""
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
        for line in list(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for line in self._lines:
            line.close()

    def take(self, seconds: float = 10) -> list[Said]:
        """Return what was said since the last time; waits until every socket that was opened has said goodbye."""
        with self._news:
            assert self._news.wait_for(self._quiet, seconds), "a socket was left open"
            said, self._said = self._said, []
        return said

    def heard(self, path: str) -> bool:
        """Tell whether a call with this path was made since the last time; it is heard before the server has it."""
        with self._news:
            return any(said.path == path for said in self._said)

    def _quiet(self) -> bool:
        kinds = [said.kind for said in self._said]
        return kinds.count("upgrade") == kinds.count("close")

    def _hear(self, said: Said) -> None:
        with self._news:
            self._said.append(said)
            self._news.notify_all()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                self._lines += [near, far]
                for source, sink, reader in ((near, far, Reader(self._hear)), (far, near, None)):
                    thread = threading.Thread(target=self._pass_on, args=(source, sink, reader), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, reader: Reader | None) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if reader is not None:
                    # Before it is passed on: what the server answers was said by then.
                    try:
                        reader.feed(chunk)
                    except Exception as error:  # noqa: BLE001 - shown by the test; the two ends must not notice
                        self.garbled.append(error)
                        reader = None
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)


class Reader:
    """Turns the bytes of one direction of one connection into messages."""

    def __init__(self, hear: Callable[[Said], None]) -> None:
        self._hear = hear
        self._rest = b""
        self._frames: ServerProtocol | None = None
        self._fragments: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if self._frames is not None:
            self._read_frames(chunk)
            return
        self._rest += chunk
        while self._frames is None and self._read_request():
            pass

    def _read_request(self) -> bool:
        head, found, rest = self._rest.partition(HEAD_END)
        if not found:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        url = urlsplit(target)
        said = Said("http", method, url.path, dict(parse_qsl(url.query, keep_blank_values=True)), headers)
        if headers.get("upgrade", "").lower() == "websocket":
            said.kind = "upgrade"
            self._hear(said)
            self._begin_frames(head + HEAD_END, rest)
            return True
        assert "transfer-encoding" not in headers, "the length of a body is always known"
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return False
        said.body, self._rest = rest[:length], rest[length:]
        if headers.get("content-type") == "application/json":
            said.payload = json.loads(said.body)
        self._hear(said)
        return True

    def _begin_frames(self, head: bytes, rest: bytes) -> None:
        # It accepts whatever compression is offered; frames that came without are read without.
        self._frames = ServerProtocol(extensions=[ServerPerMessageDeflateFactory()], max_size=None)
        self._frames.receive_data(head)
        (upgrade,) = self._frames.events_received()
        assert isinstance(upgrade, Upgrade)
        self._frames.send_response(self._frames.accept(upgrade))
        if rest:
            self._read_frames(rest)

    def _read_frames(self, chunk: bytes) -> None:
        assert self._frames is not None
        self._frames.receive_data(chunk)
        for frame in self._frames.events_received():
            assert isinstance(frame, Frame)
            if frame.opcode is Opcode.CLOSE:
                self._hear(Said("close", code=int.from_bytes(frame.data[:2], "big")))
            elif frame.opcode in {Opcode.TEXT, Opcode.CONT}:
                self._fragments.append(bytes(frame.data))
                if frame.fin:
                    self._hear(_read_envelope(b"".join(self._fragments)))
                    self._fragments.clear()
            else:
                assert frame.opcode in {Opcode.PING, Opcode.PONG}, f"no client sends {frame.opcode.name} frames"


def _read_envelope(text: bytes) -> Said:
    envelope = json.loads(text)
    return Said("frame", envelope=envelope, payload=json.loads(base64.b64decode(envelope["data"], validate=True)))
