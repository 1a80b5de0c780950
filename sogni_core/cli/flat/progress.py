"""Progress as the Node program tells it, one line each on standard error."""

from __future__ import annotations

from sogni_core._engine.seeds import NO_LAST_SEED
from sogni_core.cli import output
from sogni_core.cli.progress_lines import Receiver
from sogni_core.result import Progress
from sogni_core.text import clean


class Quiet(Receiver):
    """Shows nothing but that there was no last seed to use."""

    def show(self, progress: Progress) -> None:
        """Write a line if it is that."""
        if progress.kind == "warning" and progress.message in NO_LAST_SEED:
            output.note(f"Warning: {progress.message}")


class Lines(Receiver):
    """Shows each thing once."""

    def __init__(self, *, videos: bool) -> None:
        """``videos``: whether the parts of an output are told too, which take minutes."""
        self._videos = videos
        self._told: set[str] = set()

    def show(self, progress: Progress) -> None:
        """Write a line if there is one to write that was not written yet; a completed output always is."""
        text = clean(self._text(progress))
        if text and (progress.kind == "job" or text not in self._told):
            self._told.add(text)
            output.note(text)

    def _text(self, progress: Progress) -> str:
        match progress.kind:
            case "message" | "job":
                return progress.message
            case "warning":
                return f"Warning: {progress.message}"
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
