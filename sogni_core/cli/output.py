"""Standard output and the last words on standard error: exactly one JSON object, or text.

Everything that comes from servers, files and plugins was cleaned where it came in; what is written here
is cleaned again, since an error message may quote any of them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any, cast

from sogni_core.cli.invocation import Invocation
from sogni_core.errors import InputError, PartialError, SogniError
from sogni_core.text import clean, clean_block


def prepare_streams() -> None:
    """Make both streams take any text, whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A lone surrogate becomes \udcxx, which is what JSON writes for it too.
            reconfigure(encoding="utf-8", errors="backslashreplace")


def write(text: str) -> None:
    """Write to standard output; a reader that has gone away is no error.

    Raises InputError OUTPUT_NOT_WRITABLE, and from then on each time: nothing more can be said there.
    """
    reason = _write(sys.stdout, text)
    if reason is not None:
        sys.stdout = cast("IO[str]", None)
        raise InputError("OUTPUT_NOT_WRITABLE", f"Cannot write to standard output: {reason}.", details={"path": "-"})


def note(text: str) -> None:
    """Write a line to standard error. Where that fails, nobody is left to tell, and nothing is lost but the line."""
    _write(sys.stderr, text + "\n")


def _write(stream: IO[str] | None, text: str) -> str | None:
    """Write; returns why it cannot be written, None if it could or if its reader has had enough."""
    if stream is None:
        return "it is closed"  # Python's way to say that the process was started without it
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _drop(stream)
    except OSError as error:
        _drop(stream)
        return (error.strerror or "it cannot be written").lower()
    return None


def _drop(stream: IO[str]) -> None:
    # Python would complain once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_json(fields: Mapping[str, Any]) -> None:
    """Write one JSON object on one line."""
    write(json.dumps(fields, ensure_ascii=False, default=str) + "\n")


def write_lines(lines: Iterable[str]) -> None:
    """Write lines of text."""
    write("".join(f"{clean_block(line, limit=100_000, lines=10_000)}\n" for line in lines))


def write_error(error: SogniError, invocation: Invocation) -> None:
    """Write an error: one object with ``--json``, else lines on standard error."""
    if invocation.json:
        write_json(error_fields(error))
        return
    problems = error.problems if isinstance(error, InputError) else ()
    if len(problems) > 1:
        for problem in problems:
            note(f"Error: {clean_block(problem.message)}")
            if problem.hint:
                note(f"Hint: {clean_block(problem.hint)}")
        return
    note(f"Error: {clean_block(error.message)}")
    if error.hint:
        note(f"Hint: {clean_block(error.hint)}")
    for project in error.details.get("projects", ()):
        note(f"Project {project['projectId']}: {project['state']}")


def shown(text: str) -> str:
    """Clean a text of several lines."""
    return clean_block(text)


def error_fields(error: SogniError) -> dict[str, Any]:
    """Return the JSON object of an error."""
    fields: dict[str, Any] = {"success": False, "error": clean_block(error.message), "errorCode": error.code}
    if error.details:
        fields["errorDetails"] = error.details
    if error.hint:
        fields["hint"] = clean_block(error.hint)
    if isinstance(error, InputError) and len(error.problems) > 1:
        fields["problems"] = [
            {
                "error": clean_block(problem.message),
                "errorCode": problem.code,
                "field": problem.field,
                **({"hint": problem.hint} if problem.hint else {}),
            }
            for problem in error.problems
        ]
    fields["retryable"] = error.retryable
    fields["mayChargeAgain"] = error.may_charge_again
    if error.plugin is not None:
        fields["plugin"] = clean(error.plugin)
    return fields


def partial_fields(error: PartialError) -> dict[str, Any]:
    """Return what a partial result's object says about what is missing."""
    fields = error_fields(error)
    del fields["success"]
    return fields
