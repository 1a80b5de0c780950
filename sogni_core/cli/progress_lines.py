"""Progress as plain lines on standard error, for agents, logs and simple terminals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType

from sogni_core.frontend.dialect import Wording
from sogni_core.frontend.streams import note
from sogni_core.result import OnProgress, Progress
from sogni_core.text import clean

STEP = 0.25
"""Fraction of a job after which its progress is shown again."""


class Receiver(ABC):
    """Base of the receivers that have nothing to clean up."""

    def __enter__(self) -> OnProgress:
        return self.show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @abstractmethod
    def show(self, progress: Progress) -> None:
        """Show one progress event."""


class Quiet(Receiver):
    """Shows only warnings, and nothing with JSON, whose object contains them."""

    def __init__(self, wording: Wording, *, warnings: bool) -> None:
        self._wording = wording
        self._warnings = warnings

    def show(self, progress: Progress) -> None:
        """Write a line if it is a warning."""
        if self._warnings and progress.kind == "warning":
            note(clean(warning_of(progress, self._wording)))


class Lines(Receiver):
    """Shows each event as one line, once."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._told: dict[tuple[str, int | None], float] = {}
        self._last = ""
        self._keys: set[str] = set()

    def show(self, progress: Progress) -> None:
        """Write a line if the event says something new."""
        text = self._text(progress)
        if text and text != self._last:
            self._last = text
            note(clean(text))

    def _text(self, progress: Progress) -> str:
        if progress.key:
            self._keys.add(progress.key)
        # With several steps, a line names its step.
        part = f"{step_name(progress.key)} " if "/" in progress.key or len(self._keys) > 1 else ""
        match progress.kind:
            case "message":
                return progress.message
            case "warning":
                return warning_of(progress, self._wording)
            case "sending":
                return f"{part}Connecting to Sogni…".strip()
            case "queued":
                return part + queued(progress)
            case "retried":
                return f"{part}Moved to another worker{f': {progress.message}' if progress.message else ''}"
            case "step":
                step = self._step(progress)
                return part + step if step else ""
            case "job":
                return part + (progress.message or f"{progress.done}/{progress.jobs} completed")
            case "saved":
                return f"Saved to {progress.message}"
            case _:
                return ""

    def _step(self, progress: Progress) -> str:
        fraction = progress.fraction or 0.0
        place = (progress.key, progress.job)
        if fraction < self._told.get(place, 0.0) + STEP or fraction >= 1:
            return ""
        self._told[place] = fraction
        which = f" {(progress.job or 0) + 1}/{progress.jobs}" if progress.jobs > 1 else ""
        return f"Progress{which}: {fraction:.0%}" + (f", about {progress.eta:.0f} s left" if progress.eta else "")


def warning_of(progress: Progress, wording: Wording) -> str:
    """Return the line of a warning, with fields named as they are typed."""
    text = wording.text(progress.notice) if progress.notice is not None else progress.message
    return f"Warning: {text}"


def step_name(key: str) -> str:
    """Name a step for people: its key, or, inside a run of another mode, the key of that run."""
    return key.rpartition("/")[0] or key


def queued(progress: Progress) -> str:
    """Describe a place in the queue."""
    if progress.message:
        return f"Waiting: {progress.message}"
    place = f" at place {progress.position}" if progress.position else ""
    return f"Queued{place}" + (f", starts in about {progress.eta:.0f} s" if progress.eta else "")
