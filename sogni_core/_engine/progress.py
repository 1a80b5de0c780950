"""Tell a receiver of progress, which others wrote, so that nothing it does can harm what is paid for."""

from __future__ import annotations

from collections.abc import Callable

from sogni_core._host.targets import describe
from sogni_core.result import OnProgress, Progress


class ProgressReporter:
    """Passes progress on until the receiver raises; ``failed`` is then told why, and the receiver nothing more."""

    def __init__(self, receiver: OnProgress) -> None:
        self._receiver: OnProgress | None = receiver
        self.failed: Callable[[str], None] | None = None

    def __call__(self, progress: Progress) -> None:
        if self._receiver is None:
            return
        try:
            self._receiver(progress)
        except Exception as error:  # noqa: BLE001 - a terminal that is gone or a bug of the caller, never of the run
            self._receiver = None
            if self.failed is not None:
                self.failed(f"Progress could not be shown: {describe(error)}")
