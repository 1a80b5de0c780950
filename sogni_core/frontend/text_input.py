"""Text fields of a command line that are read from a file (``@prompt.txt``) or from standard input (``-``)."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO, Any

from sogni_core.errors import InputError
from sogni_core.field import FieldSpec
from sogni_core.files import absolute
from sogni_core.problem import Problem
from sogni_core.text import quote_path

LONGEST_TEXT = 64 * 1024
"""Bytes. A longer file was not meant as a prompt."""


def read_texts(
    fields: Mapping[str, FieldSpec], given: Mapping[str, Any], literal: Collection[str] = ()
) -> dict[str, Any]:
    """Return the given values, with texts that name a source replaced by what it contains.

    Only free text is looked at: arguments and options of kind ``text`` whose metavar is ``TEXT``. ``literal``: values
    that are taken as they are, since they were typed after ``--``. Line breaks at the end of a source are dropped.
    Raises InputError MISSING_FILE or INVALID_ARGUMENT.
    """
    found = dict(given)
    from_stdin: list[str] = []
    for name, value in given.items():
        spec = fields.get(name)
        if spec is None or not is_free_text(spec) or not isinstance(value, str) or value in literal:
            continue
        if value == "-":
            from_stdin.append(name)
            if len(from_stdin) > 1:
                raise _problem("text.twice", from_stdin, "Only one option can read standard input.")
            found[name] = _decoded(name, "Standard input", _stdin(name))
        elif value.startswith("@") and len(value) > 1:
            path = absolute(value[1:])
            found[name] = _decoded(name, quote_path(path), _file(name, path))
    return found


def is_free_text(spec: FieldSpec) -> bool:
    """Return whether a field takes free text, such as a prompt, and may therefore name a source."""
    return spec.kind == "text" and not spec.many and not spec.separator and (spec.positional or spec.metavar == "TEXT")


def _file(name: str, path: Path) -> bytes:
    hint = "Put -- before a text that begins with @." if path.name else ""
    try:
        if not path.is_file():
            reason = "it is not a file" if path.exists() else "it does not exist"
            raise _problem("text.missing", [name], "Cannot read {path}: " + f"{reason}.", path=path, hint=hint)
        with path.open("rb") as stream:
            return _bounded(stream)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "the path is not valid").lower()
        raise _problem("text.missing", [name], "Cannot read {path}: " + f"{reason}.", path=path, hint=hint) from None


def _stdin(name: str) -> bytes:
    stream = sys.stdin
    if stream is None or stream.closed:
        raise _problem("text.stdin", [name], "There is no standard input to read {" + name + "} from.")
    return _bounded(stream.buffer)


def _bounded(stream: IO[bytes]) -> bytes:
    return stream.read(LONGEST_TEXT + 1)


def _decoded(name: str, source: str, content: bytes) -> str:
    if len(content) > LONGEST_TEXT:
        text = "{source} is too long for {" + name + "}: at most {max} bytes."
        raise _problem("text.long", [name], text, source=source, max=LONGEST_TEXT)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _problem("text.encoding", [name], "{source} is not text in UTF-8.", source=source) from None
    if "\0" in text:
        raise _problem("text.encoding", [name], "{source} is not text: it contains a NUL character.", source=source)
    return text.replace("\r\n", "\n").rstrip("\n")


def _problem(rule: str, fields: Collection[str], text: str, *, hint: str = "", **facts: Any) -> InputError:
    if "path" in facts:
        facts["path"] = quote_path(facts["path"])
    code = "MISSING_FILE" if rule == "text.missing" else "INVALID_ARGUMENT"
    return InputError.of([Problem(rule, tuple(fields), text, facts, code=code, hint=hint)])
