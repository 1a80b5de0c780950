"""``-o -``: the bytes of the only output go to standard output, and its file is removed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sogni_core.app import App
from sogni_core.cli.invocation import Invocation
from sogni_core.errors import InputError
from sogni_core.field import FieldSpec
from sogni_core.files import private_folder
from sogni_core.frontend import streams
from sogni_core.frontend.run_options import RunOptions
from sogni_core.problem import Problem
from sogni_core.result import Result
from sogni_core.text import quote_path


def is_asked(fields: Mapping[str, FieldSpec], given: Mapping[str, Any]) -> bool:
    """Return whether a call names standard output as its output."""
    return given.get("output") == "-" and "output" in fields and fields["output"].kind == "path"


class StandardOutput:
    """A folder for the output until its bytes are written. It stays if they cannot be: the output is paid for."""

    def __init__(self, app: App, invocation: Invocation) -> None:
        """Raises InputError if the bytes cannot go to standard output."""
        if invocation.json:
            raise _refused("{output} - cannot be combined with --json: both write to standard output.")
        if sys.stdout is None or sys.stdout.isatty():
            where = "a terminal" if sys.stdout is not None else "closed"
            raise _refused(f"{{output}} - needs standard output, which is {where}.", "Use {output} FILE, or a pipe.")
        self._folder = app.paths.state / "stdout" / os.urandom(6).hex()

    def options(
        self, fields: Mapping[str, FieldSpec], given: Mapping[str, Any], run_options: RunOptions
    ) -> tuple[dict[str, Any], RunOptions]:
        """Return the options of the call that saves the output to the folder."""
        if not run_options.dry_run:
            private_folder(private_folder(self._folder.parent.parent) / self._folder.parent.name)
            private_folder(self._folder)
        path = self._folder / f"output{_extension(fields, given)}"
        return {**given, "output": str(path)}, replace(run_options, one_file=True)

    def close(self) -> None:
        """Remove the folder if there is nothing in it."""
        if self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()

    def write(self, result: Result) -> None:
        """Write the output and remove its file; raises InputError, and the error of a partial result."""
        if result.paths:
            reason = streams.write_file(result.paths[0])
            if reason is not None:
                text = f"Cannot write to standard output: {reason}. The output is kept: {quote_path(result.paths[0])}"
                details = {"path": str(result.paths[0]), "runId": result.run_id}
                raise InputError("OUTPUT_NOT_WRITABLE", text, details=details, may_charge_again=True)
            shutil.rmtree(self._folder, ignore_errors=True)
        if result.error is not None:
            raise result.error


def _extension(fields: Mapping[str, FieldSpec], given: Mapping[str, Any]) -> str:
    """Return the extension of the format that is asked for, or of the usual one of the mode."""
    spec = fields.get("output_format")
    if spec is None:
        return ""
    named = str(given.get("output_format") or spec.default or (spec.choices or (spec.metavar,))[0]).strip().lower()
    return f".{named}" if named.isalnum() else ""


def _refused(text: str, hint: str = "") -> InputError:
    return InputError.of([Problem("output.stdout", ("output",), text, hint=hint)])
