"""What can be sent: free calls and frames, which may be repeated, and paid frames, which may not."""

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
    """An HTTP exchange that costs nothing. Nothing else is ever repeated."""

    method: Literal["GET", "POST"]
    url: str = field(repr=False)
    """Absolute. Not in the representation: a query can be as secret as a password."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    repeat: Literal["always", "unsent"] = "always"
    """``unsent``: repeated only if it certainly never arrived, or the service said to try later (429, 503); for
    one-time values."""
    seconds: float = CALL_SECONDS


@final
@frozen
class SafeFrame:
    """A socket message that costs nothing, such as a cancel request."""

    text: str = field(repr=False)


@final
class PaidFrame:
    """A socket message that spends money. Its text can be taken once, by the code that writes it.

    It has no base class in common with the safe kinds, so that mypy refuses to pass it to a function that repeats; a
    second ``take`` is an error at run time.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text: str | None = text

    def take(self) -> str:
        """Return the text. Raises InternalError INTERNAL if it was taken before."""
        text, self._text = self._text, None
        if text is None:
            raise InternalError("INTERNAL", "A paid request was about to be sent twice; it was stopped.")
        return text


@frozen
class Reply:
    """A complete HTTP answer of any status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case."""
    body: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def retry_after(self, now: float) -> float | None:
        """Return the seconds that the service asks to wait; None if it does not.

        ``retryAfter`` in the body takes precedence over the header, which may be seconds or an HTTP date. ``now`` is
        the time in seconds since 1970, for the date.
        """
        content = self.json()
        named = content.get("retryAfter") if isinstance(content, dict) else None
        if isinstance(named, int | float) and not isinstance(named, bool) and 0 <= named < 1e9:
            return float(named)
        return wait_of(self.headers.get("retry-after", ""), now)


def wait_of(header: str, now: float) -> float | None:
    """Read a ``Retry-After`` header: seconds from now; None if it cannot be read."""
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
