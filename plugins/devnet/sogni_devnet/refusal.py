"""How this server says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An HTTP call that is refused; becomes the error body of the protocol."""

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
    """A ``jobRequest`` that is refused as a whole; becomes a ``jobError`` without ``imgID``."""

    def __init__(self, error: int | str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.more = more


class JobFailure(Exception):
    """A job that its worker gave up; becomes a ``jobError`` with ``imgID``."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word
        self.message = message


class ProjectFailure(Exception):
    """A running project that fails as a whole; becomes a ``jobError`` without ``imgID``."""

    def __init__(self, error: int | str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


class ProjectLoss(Exception):
    """A project that the server forgets."""


class Unpaintable(Exception):
    """An upload that cannot be decoded; becomes a ``jobError`` of the one job."""


INSUFFICIENT_FUNDS = 4024
"""``jobError`` code of a balance that is too small (protocol: seen in other Sogni repositories)."""

UNKNOWN_MODEL = 4104
"""``jobError`` code of a model that this network does not serve (protocol: official SDK code)."""

INVALID_REQUEST = "invalidRequest"
"""``jobError`` word of a malformed request. The live service's own code is not known; clients map words to 5000."""

NO_FFMPEG = "noFfmpeg"
"""``jobError`` word of a project that this devnet cannot render for want of ffmpeg; its own."""

NO_FFMPEG_HELP = "This devnet renders no videos and no mp3 or flac without ffmpeg: pip install 'sogni-devnet[video]'"
