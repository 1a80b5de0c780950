"""Call ``sogni`` in this process and keep what it wrote."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from sogni_core.frozen import frozen

if TYPE_CHECKING:
    from sogni_core.testing.memory.network import MemoryNetwork

PROGRAM = "sogni_core.cli:main"
"""The console script. Named and not imported: this room stands below the command line, and tests it from outside."""

FLAT_PROGRAM = "sogni_gen:main"
"""The console script ``sogni-gen``."""


@frozen
class Called:
    """What one call came to."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output; fails if there is anything else."""
        try:
            found = json.loads(self.stdout)
        except ValueError:
            found = None
        assert isinstance(found, dict), f"expected one JSON object on stdout, got {self.stdout!r}; {self.stderr!r}"
        return found


def call(
    argv: Sequence[str], *, stdin: str = "", program: str = PROGRAM, network: MemoryNetwork | None = None
) -> Called:
    """Run ``sogni`` with these arguments, or another program; it is the very function that the installed script calls.

    ``network``: for every run that names none. A command that renders opens an event loop, so it cannot be called
    from inside one: use ``sogni_app`` there.
    """
    module, _, name = program.partition(":")
    main = cast("Callable[[Sequence[str]], int]", getattr(import_module(module), name))
    with _streams(stdin) as (out, err), network.default() if network is not None else contextlib.nullcontext():
        exit_code = main([str(argument) for argument in argv])
        sys.stdout.flush()
        sys.stderr.flush()
    return Called(exit_code, out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8"))


@contextlib.contextmanager
def _streams(stdin: str) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Put real text streams over bytes instead of the standard ones, so that encoding is seen too."""
    out, err = io.BytesIO(), io.BytesIO()
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8")), encoding="utf-8")
    try:
        with (
            contextlib.redirect_stdout(io.TextIOWrapper(out, encoding="ascii", write_through=True)) as text,
            contextlib.redirect_stderr(io.TextIOWrapper(err, encoding="ascii", write_through=True)) as notes,
        ):
            try:
                yield out, err
            finally:
                # Detached, the wrappers do not close the bytes when they are collected.
                for stream in (text, notes):
                    stream.flush()
                    stream.detach()
    finally:
        sys.stdin = before
