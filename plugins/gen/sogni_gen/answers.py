"""Write the answer of a call, to the same streams and in the same form as the Node program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from sogni_core import __version__
from sogni_core.errors import SogniError
from sogni_core.frontend.dialect import Wording
from sogni_core.frontend.streams import note, write_json, write_lines
from sogni_core.prepared import Prepared
from sogni_core.result import Artifact, OnProgress, Plan, Report, Result
from sogni_core.text import clean_block, quote_path
from sogni_gen import objects
from sogni_gen.dialect import GenDialect
from sogni_gen.progress import Lines, Quiet
from sogni_gen.scanner import Scan


class Answers:
    """Writes the answers of one call."""

    def __init__(self, argv: Sequence[str], scan: Scan, *, openclaw: bool) -> None:
        self._argv = argv
        self._scan = scan
        self.wording = Wording(GenDialect())
        self._openclaw = openclaw
        """Whether an OpenClaw host runs the call. Errors are then objects, even if results are text."""

    @property
    def is_json(self) -> bool:
        """Whether to write the answer as an object."""
        return "json" in self._scan.asked

    def progress(self, prepared: Prepared) -> AbstractContextManager[OnProgress]:
        """Return the receiver of progress."""
        if "quiet" in self._scan.asked:
            return Quiet(self.wording)
        return Lines(self.wording, videos=prepared.media == "video")

    def error(self, error: SogniError, prepared: Prepared | None) -> None:
        """Write an error as an object or as lines; as both for a host that did not ask for an object."""
        # The mistake may come before --json.
        wanted = self.is_json if prepared is not None else "--json" in self._argv
        if wanted or self._openclaw:
            write_json(objects.error(error, self._scan.prompt, prepared, self.wording, openclaw=self._openclaw))
        if not wanted:
            self._tell(error)

    def write(self, answer: Report | Plan | Result | None, prepared: Prepared) -> int:
        """Write an answer, None for the version, and return the exit code."""
        match answer:
            case None:
                self._write(objects.version(), [__version__])
            case Report():
                noted = {"warnings": list(answer.warnings)} if answer.warnings else {}
                self._write({"success": True, **answer.fields, **noted}, _lines(answer))
                self._warn(answer.warnings)
            case Plan():
                estimate = objects.estimate(answer, prepared)
                said = [f"Estimated cost: {objects.compact(estimate['estimate'])}"]
                warnings = [self.wording.text(notice) for notice in answer.notices]
                self._write({**estimate, **({"warnings": warnings} if warnings else {})}, said)
                self._warn(warnings)
            case Result():
                return self._result(answer)
        return 0

    def _result(self, result: Result) -> int:
        if result.error is None:
            self._write(objects.result(result, self.wording), _places(result))
            return 0
        if self.is_json or self._openclaw:
            write_json(objects.result(result, self.wording) | ({"openclaw": True} if self._openclaw else {}))
        else:
            write_lines(_places(result))
        if not self.is_json:
            self._tell(result.error)
        return 1

    def _tell(self, error: SogniError) -> None:
        note(f"Error: {clean_block(self.wording.error_text(error))}")
        hint = objects.hint_of(error, self.wording)
        if hint:
            note(f"Hint: {clean_block(hint)}")
        for project in error.details.get("projects", ()):
            note(f"Project {project['projectId']}: {project['state']}")

    def _write(self, fields: objects.Fields, lines: Sequence[str] | Iterator[str]) -> None:
        if self.is_json:
            write_json(fields)
        else:
            write_lines(lines)

    def _warn(self, warnings: Sequence[str]) -> None:
        if not self.is_json and "quiet" not in self._scan.asked:
            for warning in warnings:
                note(f"Warning: {clean_block(warning)}")


def _lines(report: Report) -> Sequence[str]:
    return [report.text] if isinstance(report.text, str) else report.text


def _places(result: Result) -> Iterator[str]:
    if result.named:
        yield from (f"{name}: {_place(artifact)}" for name, artifact in result.named)
    else:
        yield from map(_place, result.artifacts)


def _place(artifact: Artifact) -> str:
    """Return the URL, or the path if there is none, such as for a video that was joined on this machine."""
    return artifact.url or (quote_path(artifact.path) if artifact.path is not None else "")
