"""Show progress as warnings only, as lines, or live on a terminal."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType

from sogni_core.cli.invocation import Invocation
from sogni_core.result import OnProgress, Progress


class ProgressView:
    """Receives the progress of one command. Nothing is imported or drawn before there is progress."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._stack = ExitStack()
        self._show: OnProgress | None = None

    def __enter__(self) -> OnProgress:
        return self.show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def show(self, progress: Progress) -> None:
        """Show one progress event."""
        if self._show is None:
            self._show = self._stack.enter_context(self._way())
        self._show(progress)

    def _way(self) -> AbstractContextManager[OnProgress]:
        from sogni_core.cli.progress_lines import Lines, Quiet

        if self._invocation.quiet:
            return Quiet(self._invocation.wording, warnings=not self._invocation.json)
        if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb":
            from sogni_core.cli.progress_bars import Display

            return Display(self._invocation.wording)
        return Lines(self._invocation.wording)
