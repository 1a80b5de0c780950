"""Live progress on a terminal: place in the queue, time left, and one bar per job."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from sogni_core.cli.progress_lines import queued, step_name, warning_of
from sogni_core.frontend.dialect import Wording
from sogni_core.result import OnProgress, Progress
from sogni_core.text import clean


class Display:
    """Shows one bar per job on standard error, with lasting messages above."""

    def __init__(self, wording: Wording, console: Console | None = None) -> None:
        self._wording = wording
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[note]}", markup=False),
            TimeElapsedColumn(),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._jobs: dict[tuple[str, int | None], TaskID] = {}

    def __enter__(self) -> OnProgress:
        self._bars.start()
        return self.show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, progress: Progress) -> None:
        """Move a bar, or write a message above the bars."""
        match progress.kind:
            case "message":
                self._say(progress.message)
            case "warning":
                self._say(warning_of(progress, self._wording))
            case "saved":
                self._say(f"Saved to {progress.message}")
            case "retried":
                self._note(progress, "moved to another worker")
            case "sending":
                self._note(progress, "connecting", job=None)
            case "queued":
                self._note(progress, queued(progress).lower(), job=None)
            case "started":
                self._drop(progress.key)
                self._note(progress, "started")
            case "step":
                self._drop(progress.key)
                left = f"about {progress.eta:.0f} s left" if progress.eta else ""
                self._note(progress, left, completed=progress.fraction or 0.0)
            case "job":
                self._note(progress, progress.message or "done", completed=1.0)
            case "finished":
                for key, task in list(self._jobs.items()):
                    if key[0] == progress.key:
                        self._bars.remove_task(task)
                        del self._jobs[key]

    def _say(self, text: str) -> None:
        self._bars.console.print(escape(clean(text)), highlight=False, soft_wrap=True)

    def _note(self, progress: Progress, note: str, **changes: float | None) -> None:
        job = changes.pop("job", progress.job)
        key = (progress.key, int(job) if job is not None else None)
        if key not in self._jobs:
            name = step_name(progress.key) or "image"
            title = f"{name} {int(job) + 1}/{progress.jobs}" if job is not None and progress.jobs > 1 else name
            self._jobs[key] = self._bars.add_task(clean(title), total=1.0, note="")
        self._bars.update(self._jobs[key], completed=changes.get("completed"), fields=None, note=clean(note))

    def _drop(self, key: str) -> None:
        """Remove the bar for the wait when a job starts."""
        task = self._jobs.pop((key, None), None)
        if task is not None:
            self._bars.remove_task(task)
