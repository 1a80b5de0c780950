"""Standard output and standard error of a command: exactly one JSON object, or text.

Everything that comes from servers, files and plugins was cleaned where it came in; what is written here
is cleaned again, since an error message may quote any of them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any, cast

from sogni_core.errors import InputError
from sogni_core.json_value import json_value
from sogni_core.text import clean_block


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
    write(json.dumps(json_value(fields), ensure_ascii=False) + "\n")


def write_lines(lines: Iterable[str]) -> None:
    """Write lines of text."""
    write("".join(f"{clean_block(line, limit=100_000, lines=10_000)}\n" for line in lines))


def shown(text: str) -> str:
    """Clean a text of several lines."""
    return clean_block(text)
