"""Puts two recorded conversations beside each other: what each side said, with ids and random values under one name."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .recording import Said

ABSENT = "absent"
"""Stands for a field that one side does not send."""

UNTOLD = frozenset(("host", "content-length", "sec-websocket-key"))
"""Headers that say where and how much, or are random. Bodies are compared themselves."""

_ID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_SIGNATURE = re.compile("0x[0-9a-f]{130}")
"""Not the same twice: the server's nonce is in it. The server has checked it."""
_PRESIGNED = re.compile(r"/files/(upload|result)/[\w.-]+")


@dataclass(frozen=True)
class Line:
    """One message, ready to be compared."""

    name: str
    """What it is: ``GET /v1/image/uploadUrl cnImage``, ``frame jobRequest``; unique in a conversation, by a number."""
    facts: dict[str, Any]
    """Dotted path to value: ``query.type``, ``headers.api-key``, ``payload.keyFrames.0.steps``."""


def lines(said: Iterable[Said], key: str) -> list[Line]:
    """Make comparable what one client said from its first word to its last, in order. ``key`` is its API key."""
    names = _Names(key)
    seen: Counter[str] = Counter()
    made = []
    for message in said:
        name = names.of(message)
        seen[name] += 1
        made.append(Line(f"{name} #{seen[name]}" if seen[name] > 1 else name, _facts(message, names)))
    return made


def differences(theirs: Line, ours: Line) -> dict[str, tuple[Any, Any]]:
    """Return path to (their value, our value) wherever these are not the same in value and JSON type."""
    found = {}
    for path in sorted({*theirs.facts, *ours.facts}):
        pair = theirs.facts.get(path, ABSENT), ours.facts.get(path, ABSENT)
        if pair[0] != pair[1] or type(pair[0]) is not type(pair[1]):
            found[path] = pair
    return found


class _Names:
    """One name for each id of a conversation, by what it is the id of."""

    def __init__(self, key: str) -> None:
        self._known = {key: "the key"}
        self._slots: list[str] = []

    def of(self, message: Said) -> str:
        """Name a message, and learn the ids in it."""
        if message.kind == "frame":
            return f"frame {message.type}"
        if message.kind in {"upgrade", "close"}:
            return message.kind
        self._learn(message.query)
        path = self.shown(_PRESIGNED.sub(r"/\1 of a file", message.path))
        if path == "/upload of a file":
            # A PUT is known by what it carries: uploads may overtake each other.
            return f"PUT {message.headers.get('content-type')} of {len(message.body)} bytes"
        return " ".join(filter(None, (message.method, path, message.query.get("type"))))

    def _learn(self, query: Mapping[str, str]) -> None:
        if "jobId" in query:
            self._known.setdefault(query["jobId"], "the project")
        made = query.get("imageId") or query.get("id")
        if made is not None:
            self._known.setdefault(made, "a job" if query.get("type") == "complete" else "an upload")

    def shown(self, value: Any) -> Any:
        """Return a value with names in the place of ids; an id that is not upper case stays, and so is seen."""
        if not isinstance(value, str):
            return value
        if value in self._known:
            return self._known[value]
        if _TOKEN.fullmatch(value) and value.startswith("ey"):
            return "a token"
        if _SIGNATURE.fullmatch(value):
            return "a signature"
        return _ID.sub(lambda found: self._known.get(found[0], "an id"), value)


def _facts(message: Said, names: _Names) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in message.query.items():
        facts[f"query.{name}"] = "…" if name.startswith("X-Amz-") else names.shown(value)
    for name, value in message.headers.items():
        if name not in UNTOLD:
            facts[f"headers.{name}"] = names.shown(value)
    if message.kind == "close":
        facts["code"] = message.code
    elif message.kind == "frame":
        facts["envelope"] = ", ".join(sorted(message.envelope))
        _flatten("payload", message.payload, names, facts)
    elif message.payload is not None:
        _flatten("body", message.payload, names, facts)
    elif message.body:
        facts["body"] = hashlib.sha256(message.body).hexdigest()
    return facts


def _flatten(path: str, value: Any, names: _Names, into: dict[str, Any]) -> None:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            _flatten(f"{path}.{name}", item, names, into)
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            _flatten(f"{path}.{place}", item, names, into)
    else:
        into[path] = names.shown(value)
