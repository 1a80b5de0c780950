"""Standard output and standard error of a command: one JSON object, or text.

Text from servers, files and plugins was cleaned when it was received. It is cleaned again here, since an error message
may quote any of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from sogni_core.errors import InputError
from sogni_core.json_value import json_value
from sogni_core.text import clean_block


def prepare_streams() -> None:
    """Let both streams accept any text, independent of the locale."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A lone surrogate is written as \udcxx, as JSON does.
            reconfigure(encoding="utf-8", errors="backslashreplace")


@contextlib.contextmanager
def reserved_stdout() -> Iterator[None]:
    """Keep standard output for the answer: what plugins and their child processes write meanwhile goes to stderr."""
    with contextlib.redirect_stdout(sys.stderr), _descriptor():
        yield


@contextlib.contextmanager
def _descriptor() -> Iterator[None]:
    """Point file descriptor 1, which child processes inherit, to standard error."""
    if sys.__stdout__ is None:
        yield  # the process was started without it: the descriptor may be anything by now
        return
    try:
        kept = os.dup(1)
    except OSError:
        yield  # somebody has closed it
        return
    try:
        if sys.__stderr__ is not None:
            os.dup2(2, 1)
        else:  # descriptor 2 may be anything by now, the journal too
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def write(text: str) -> None:
    """Write to standard output. A closed pipe is not an error.

    Raises InputError OUTPUT_NOT_WRITABLE, and raises it again for every later call.
    """
    reason = _write(sys.stdout, text)
    if reason is not None:
        sys.stdout = cast("IO[str]", None)
        raise InputError("OUTPUT_NOT_WRITABLE", f"Cannot write to standard output: {reason}.", details={"path": "-"})


def write_file(path: Path) -> str | None:
    """Write the bytes of a file to standard output; returns the reason if it fails, also for a closed pipe."""
    stream = sys.stdout
    if stream is None:
        return "it is closed"
    try:
        stream.flush()
        with path.open("rb") as file:
            shutil.copyfileobj(file, stream.buffer)
        stream.buffer.flush()
    except OSError as error:
        _drop(stream)
        return (error.strerror or "it cannot be written").lower()
    return None


def note(text: str) -> None:
    """Write a line to standard error. A failure is ignored, since it cannot be reported anywhere."""
    _write(sys.stderr, text + "\n")


def _write(stream: IO[str] | None, text: str) -> str | None:
    """Write a text; returns the reason if it fails, None if it works or if the pipe is closed."""
    if stream is None:
        return "it is closed"  # None means that the process was started without it
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
    # Else Python reports it again when it flushes the stream at exit.
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
