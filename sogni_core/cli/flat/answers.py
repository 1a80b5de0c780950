"""Write what came of a flat call, to the streams and in the form that the Node program uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sogni_core import __version__
from sogni_core.cli import output
from sogni_core.cli.flat import objects
from sogni_core.cli.flat.progress import Lines, Quiet
from sogni_core.cli.flat.scanner import Scan
from sogni_core.errors import SogniError
from sogni_core.result import Artifact, OnProgress, Plan, Report, Result
from sogni_core.text import quote_path

if TYPE_CHECKING:
    from sogni_core._engine.resolver import Resolved


class Answers:
    """The two streams of one call."""

    def __init__(self, argv: Sequence[str], scan: Scan, *, openclaw: bool) -> None:
        self._argv = argv
        self._scan = scan
        self._openclaw = openclaw
        """Whether an OpenClaw host runs it: then errors are objects even where results are text."""

    @property
    def is_json(self) -> bool:
        """Whether the answer is an object."""
        return "json" in self._scan.asked

    def progress(self, resolved: Resolved) -> AbstractContextManager[OnProgress]:
        """Return the receiver of progress."""
        if "quiet" in self._scan.asked:
            return Quiet()
        return Lines(videos=resolved.model.media == "video")

    def error(self, error: SogniError, resolved: Resolved | None) -> None:
        """Write an error: an object, lines, or, to a host that did not ask for one, both."""
        # A mistake may stand before the flag that asks for an object.
        wanted = self.is_json if resolved is not None else "--json" in self._argv
        if wanted or self._openclaw:
            output.write_json(objects.error(error, self._scan.prompt, resolved, openclaw=self._openclaw))
        if not wanted:
            _tell(error)

    def write(self, answer: Report | Plan | Result | None, resolved: Resolved) -> int:
        """Write an answer, None for the version; returns the exit code."""
        match answer:
            case None:
                self._write(objects.version(), [__version__])
            case Report():
                self._write({"success": True, **answer.fields, **_noted(answer)}, _lines(answer))
                self._warn(answer.warnings)
            case Plan():
                estimate = objects.estimate(answer, resolved)
                said = [f"Estimated cost: {objects.compact(estimate['estimate'])}"]
                self._write({**estimate, **_noted(answer)}, said)
                self._warn(answer.warnings)
            case Result():
                return self._result(answer)
        return 0

    def _result(self, result: Result) -> int:
        if result.error is None:
            self._write(objects.result(result), _places(result))
            return 0
        if self.is_json or self._openclaw:
            output.write_json(objects.result(result) | ({"openclaw": True} if self._openclaw else {}))
        else:
            output.write_lines(_places(result))
        if not self.is_json:
            _tell(result.error)
        return 1

    def _write(self, fields: objects.Fields, lines: Sequence[str] | Iterator[str]) -> None:
        if self.is_json:
            output.write_json(fields)
        else:
            output.write_lines(lines)

    def _warn(self, warnings: Sequence[str]) -> None:
        if not self.is_json and "quiet" not in self._scan.asked:
            for warning in warnings:
                output.note(f"Warning: {output.shown(warning)}")


def _tell(error: SogniError) -> None:
    output.note(f"Error: {output.shown(error.message)}")
    hint = objects.hint_of(error)
    if hint:
        output.note(f"Hint: {output.shown(hint)}")
    for project in error.details.get("projects", ()):
        output.note(f"Project {project['projectId']}: {project['state']}")


def _noted(answer: Report | Plan) -> objects.Fields:
    return {"warnings": list(answer.warnings)} if answer.warnings else {}


def _lines(report: Report) -> Sequence[str]:
    return [report.text] if isinstance(report.text, str) else report.text


def _places(result: Result) -> Iterator[str]:
    if result.named:
        yield from (f"{name}: {_place(artifact)}" for name, artifact in result.named)
    else:
        yield from map(_place, result.artifacts)


def _place(artifact: Artifact) -> str:
    """Return the URL; the path of what has none, such as a video that was joined on this machine."""
    return artifact.url or (quote_path(artifact.path) if artifact.path is not None else "")
