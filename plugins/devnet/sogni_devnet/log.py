"""The log of requests and frames, for tests and for ``--log``. Secrets are masked before they are stored."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Literal

MASK = "***"

_SECRET_NAMES = frozenset(
    (
        "password", "signature", "token", "refreshtoken", "apikey", "api-key", "nonce", "uploadurl", "downloadurl",
        "authorization",
    )
)  # fmt: skip
_SECRET_QUERY = re.compile(r"((?:x-amz-signature|token|api-?key|signature)=)[^&\s\"]+", re.IGNORECASE)


@dataclass
class Entry:
    """One HTTP request, one socket frame in either direction, or a note of the server."""

    kind: Literal["http", "frame", "note"]
    direction: Literal["received", "sent"]
    at: float
    """Seconds since 1970."""
    method: str = ""
    """HTTP method; empty for frames."""
    path: str = ""
    """HTTP path without query; empty for frames."""
    query: dict[str, str] = field(default_factory=dict)
    auth: Literal["token", "api-key", "none"] = "none"
    """How the caller authenticated."""
    content_type: str | None = None
    status: int | None = None
    """HTTP status of the response."""
    type: str = ""
    """Frame type; empty for HTTP."""
    payload: Any = None
    """Parsed JSON body or frame payload, masked."""
    username: str | None = None
    app_id: str | None = None
    note: str | None = None
    """Why a frame was ignored."""


class Log:
    """Stores the last entries in memory, and writes each as a JSON line to a stream, if there is one."""

    def __init__(self, stream: IO[str] | None = None, keep: int = 20_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._stream = stream
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries))

    def received(self) -> list[Entry]:
        """Return the requests and frames of clients, oldest first."""
        return [entry for entry in self if entry.direction == "received"]

    def sent(self) -> list[Entry]:
        """Return the frames that the server sent, oldest first."""
        return [entry for entry in self if entry.direction == "sent"]

    def add(self, entry: Entry) -> None:
        """Store an entry. Called when a request starts, so that entries are in the order of arrival."""
        entry.payload = masked(entry.payload)
        self._entries.append(entry)

    def write(self, entry: Entry) -> None:
        """Write a finished entry to the stream."""
        if self._stream is None:
            return
        shown = {name: value for name, value in vars(entry).items() if value not in (None, "", {})}
        if entry.kind != "http":
            del shown["auth"]
        line = json.dumps(shown)
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()


def masked(value: Any) -> Any:
    """Return a copy without secrets: the values of secret fields, and signatures in URLs."""
    if isinstance(value, dict):
        return {
            name: MASK if str(name).lower() in _SECRET_NAMES and isinstance(item, str) else masked(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item) for item in value]
    return _SECRET_QUERY.sub(rf"\1{MASK}", value) if isinstance(value, str) and "=" in value else value
