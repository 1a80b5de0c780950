"""The garbage collector of a process that runs one command.

A command imports some hundred thousand objects, and all of them live as long as the process. By default the collector
looks through them dozens of times while they are created, and twice more when the interpreter ends.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

ALLOCATIONS = 200_000
"""Objects that are created before the collector looks for garbage; Python's own value is 700."""


def collect_rarely() -> None:
    """Let the collector run only once many objects were created. Garbage is still found where it gathers."""
    gc.set_threshold(ALLOCATIONS)


def skip_last_collections(files_before: frozenset[int] | None) -> None:
    """Keep the collector from looking through all objects while the interpreter ends. Call it when the command is done.

    Exit handlers, finalizers and threads are not affected. What modules hold is: it is not released, and of a file
    that is open, what was not yet written would be lost. So nothing is done if more is open than ``files_before``,
    which :func:`open_files` returned when the process started, whoever opened it.
    """
    files = open_files()
    if files is not None and files_before is not None and files <= files_before:
        gc.freeze()


def open_files() -> frozenset[int] | None:
    """Return the descriptors of open files, sockets and pipes; None where they are not listed, such as on Windows."""
    try:
        listed = [int(entry.name) for entry in Path("/dev/fd").iterdir()]
    except OSError:
        return None
    return frozenset(filter(_is_open, listed))


def _is_open(descriptor: int) -> bool:
    # The list has the descriptor with which the folder was read, too.
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
