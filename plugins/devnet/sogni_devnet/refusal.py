"""Refusals and failures, as exceptions."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An HTTP call is refused, with the error body of the protocol."""

    def __init__(self, status: int, message: str, *, code: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = status if code is None else code
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """Return ``{"status":"error","message":…,"errorCode":…}``."""
        body: dict[str, Any] = {"status": "error", "message": self.message, "errorCode": self.code}
        return body if self.retry_after is None else {**body, "retryAfter": self.retry_after}


class JobRefusal(Exception):
    """A ``jobRequest`` is refused, with a ``jobError`` without ``imgID``."""

    def __init__(self, error: int | str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.more = more


class JobFailure(Exception):
    """A job fails, with a ``jobError`` with ``imgID``."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word
        self.message = message


class ProjectFailure(Exception):
    """A running project fails, with a ``jobError`` without ``imgID``."""

    def __init__(self, error: int | str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


class ProjectLoss(Exception):
    """The server loses a project."""


class Unpaintable(Exception):
    """An upload cannot be decoded, which fails its job."""


INSUFFICIENT_FUNDS = 4024
"""``jobError`` code if the balance is too small (protocol: seen in other Sogni repositories)."""

UNKNOWN_MODEL = 4104
"""``jobError`` code for an unknown model (protocol: official SDK code)."""

INVALID_REQUEST = "invalidRequest"
"""``jobError`` word for an invalid request. The code of the live service is unknown; clients map words to 5000."""

NO_FFMPEG = "noFfmpeg"
"""``jobError`` word for a project that needs ffmpeg if it is missing. Only the devnet has it."""

NO_FFMPEG_HELP = "The devnet needs ffmpeg for videos, mp3 and flac. Install it with: pip install 'sogni-devnet[video]'"
