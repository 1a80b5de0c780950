"""One frame of the socket.

protocol: a text frame is ``{"type": <name>, "data": <base64 of the UTF-8 JSON of the payload>}``, both ways, also
when the payload is a bare string. Servers always send ``data``. A frame that does not parse is dropped and
does not end the connection; message types that are not known are ignored.
"""

from __future__ import annotations

import binascii
import json
from dataclasses import field
from typing import Any

from sogni_core.frozen import frozen

LARGEST = 8 * 1024 * 1024
"""Characters or bytes of the largest frame that is read; a larger one is dropped."""

DEEPEST = 48
"""Levels of arrays and objects in the deepest payload that is read; a deeper one is dropped."""

_IDS = ("jobID", "imgID")


@frozen
class Frame:
    """One message of the server."""

    type: str
    payload: Any = field(repr=False)
    """JSON value. If it is an object, its ``jobID`` and ``imgID`` are in upper case."""


def encode(type: str, payload: object) -> str:
    """Make the text of one frame.

    The JSON inside is plain ASCII, so that text with invalid Unicode (an undecodable byte of a command line) can be
    sent. Raises ValueError for NaN and infinities, which JSON does not have.
    """
    inner = json.dumps(payload, allow_nan=False, separators=(",", ":")).encode("ascii")
    return json.dumps({"type": type, "data": binascii.b2a_base64(inner, newline=False).decode("ascii")})


def decode(text: str | bytes) -> Frame | None:
    """Read one frame; None if it is not one. Never raises."""
    if len(text) > LARGEST:
        return None
    try:
        outer = _parse(text)
        if not isinstance(outer, dict):
            return None
        kind, data = outer.get("type"), outer.get("data")
        if not isinstance(kind, str) or not kind or not isinstance(data, str):
            return None
        payload = _parse(binascii.a2b_base64(data + "=" * (-len(data) % 4)))
    except (ValueError, RecursionError):
        return None
    if not shallow(payload):
        return None
    if isinstance(payload, dict):
        for name in _IDS:
            if isinstance(payload.get(name), str):
                payload[name] = payload[name].strip().upper()
    return Frame(kind, payload)


def _parse(text: str | bytes) -> Any:
    # NaN and infinities are not JSON, but a worker may write one. It counts as no value, so that a result that was
    # paid for is not lost.
    return json.loads(text if isinstance(text, str) else text.decode("utf-8"), parse_constant=lambda _: None)


def shallow(payload: object) -> bool:
    """Tell whether a JSON value has at most ``DEEPEST`` levels."""
    level = [payload]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return True
    return False
