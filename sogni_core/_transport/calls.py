"""What can be sent, by what it costs to send it twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Literal, final

from sogni_core.errors import InternalError
from sogni_core.frozen import frozen

CALL_SECONDS: Final = 30.0
"""Limit of one REST exchange. Source: sogni-client, ApiClient request timeout."""


@final
@frozen
class SafeCall:
    """An HTTP exchange that costs nothing. The only thing that is ever made again."""

    method: Literal["GET", "POST"]
    url: str = field(repr=False)
    """Absolute. Left out of the representation: a query can be as secret as a password."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    repeat: Literal["always", "unsent"] = "always"
    """``unsent``: again only if it provably never arrived or was put off (429, 503); for one-time values."""
    seconds: float = CALL_SECONDS


@final
@frozen
class SafeFrame:
    """A socket message that costs nothing, such as a cancellation."""

    text: str = field(repr=False)


@final
class PaidFrame:
    """A socket message that spends money. It can be taken once, by whoever writes it; there is no second time.

    It shares no base with the safe kinds, so a function that repeats cannot be handed one: mypy refuses it,
    and a second ``take`` is an error at run time.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text: str | None = text

    def take(self) -> str:
        """Give up the text. Raises InternalError INTERNAL the second time."""
        text, self._text = self._text, None
        if text is None:
            raise InternalError("INTERNAL", "A paid request was about to be sent twice; it was stopped.")
        return text


@frozen
class Reply:
    """An HTTP answer of any status, read to its end."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case."""
    body: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as JSON, or None if it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def retry_after(self, now: float) -> float | None:
        """Return the seconds that the service asks to wait, None if it does not say.

        The body's ``retryAfter`` goes before the header, which may be seconds or an HTTP date.
        ``now`` is the time in seconds since 1970, for the date.
        """
        content = self.json()
        named = content.get("retryAfter") if isinstance(content, dict) else None
        if isinstance(named, int | float) and not isinstance(named, bool) and 0 <= named < 1e9:
            return float(named)
        return wait_of(self.headers.get("retry-after", ""), now)


def wait_of(header: str, now: float) -> float | None:
    """Read a ``Retry-After`` header: seconds from now, None if it says nothing that can be read."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header[:9])
    if not header:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (ValueError, OverflowError, TypeError, OSError):
        return None
