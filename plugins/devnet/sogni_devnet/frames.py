"""Socket frames: ``{"type": …, "data": base64(JSON)}`` as text, both ways."""

from __future__ import annotations

import base64
import json
from typing import Any


class BadFrame(ValueError):
    """A frame that cannot be read. It is dropped, and the connection continues."""


def encode(kind: str, payload: Any) -> str:
    """Return a frame. It has ``data`` even for an empty payload, since clients fail without it."""
    data = base64.b64encode(json.dumps(payload, separators=(",", ":")).encode()).decode()
    return json.dumps({"type": kind, "data": data})


def decode(text: str) -> tuple[str, Any]:
    """Return type and payload; raises :class:`BadFrame`."""
    try:
        frame = json.loads(text)
        kind, data = frame["type"], frame["data"]
        payload = json.loads(base64.b64decode(data, validate=True).decode())
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadFrame(f"not a frame: {type(error).__name__}") from error
    if not isinstance(kind, str):
        raise BadFrame("type is not a string")
    return kind, payload
