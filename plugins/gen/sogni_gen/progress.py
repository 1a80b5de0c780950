"""Progress in the words of the Node program, as lines on standard error."""

from __future__ import annotations

from types import TracebackType

from sogni_core.frontend.dialect import Wording
from sogni_core.frontend.streams import note
from sogni_core.result import OnProgress, Progress
from sogni_core.text import clean
from sogni_gen.dialect import ALWAYS_TOLD


class Quiet:
    """Shows only what the Node program shows even with ``--quiet``."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def __enter__(self) -> OnProgress:
        return self.show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def show(self, progress: Progress) -> None:
        """Write a line if it is such a notice."""
        if progress.notice is not None and progress.notice.rule in ALWAYS_TOLD:
            note(clean(f"Warning: {self._wording.text(progress.notice)}"))


class Lines(Quiet):
    """Shows each message once."""

    def __init__(self, wording: Wording, *, videos: bool) -> None:
        """``videos``: whether to show the progress of each output too, since a video takes minutes."""
        super().__init__(wording)
        self._videos = videos
        self._told: set[str] = set()

    def show(self, progress: Progress) -> None:
        """Write a line if it was not written yet. Lines about completed outputs are always written."""
        text = clean(self._text(progress))
        if text and (progress.kind == "job" or text not in self._told):
            self._told.add(text)
            note(text)

    def _text(self, progress: Progress) -> str:
        match progress.kind:
            case "message" | "job":
                return progress.message
            case "warning":
                notice = progress.notice
                return f"Warning: {self._wording.text(notice) if notice is not None else progress.message}"
            case "sending":
                return "Connecting to Sogni..."
            case "connected":
                return "Connected."
            case "queued" if progress.message:
                return f"Waiting: {progress.message}"
            case "step" if self._videos:
                percent = int((progress.fraction or 0.0) * 100 + 0.5)
                return f"Progress: {percent}%" if percent > 0 else ""
            case "saved":
                return f"Saved to {progress.message}"
            case _:
                return ""
