"""Run the garbage collector less often in a process that runs one command.

A command creates 26,000 objects for help and 90,000 for an image, and nearly all of them live as long as the process.
By default, the collector scans them dozens of times while they are created, and twice when the interpreter exits.

Bench ``ablation``: without ``collect_rarely``, ``sogni --help`` takes 7 ms more (of 118) and one image needs 50 ms more
processor time. Without ``skip_last_collections``, help takes 19 ms more and one image 120 ms more (of 676), which
misses the goal of bench ``image``.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

ALLOCATIONS = 200_000
"""New objects before the collector runs; Python's default is 700."""


def collect_rarely() -> None:
    """Let the collector run only after many new objects. A long run still collects its garbage."""
    gc.set_threshold(ALLOCATIONS)


def skip_last_collections(files_before: frozenset[int] | None) -> None:
    """Skip the collector's scans while the interpreter exits. Call it when the command is done.

    Exit handlers, ``weakref.finalize`` and threads work as usual. Objects that modules refer to are not released,
    however, so buffered data of a file that is still open would be lost. Therefore this does nothing if any file is
    open that was not in ``files_before``, the result of :func:`open_files` at the start of the process.
    """
    files = open_files()
    if files is not None and files_before is not None and files <= files_before:
        gc.freeze()


def open_files() -> frozenset[int] | None:
    """Return the descriptors of open files, sockets and pipes; None where they cannot be listed, as on Windows."""
    try:
        listed = [int(entry.name) for entry in Path("/dev/fd").iterdir()]
    except OSError:
        return None
    return frozenset(filter(_is_open, listed))


def _is_open(descriptor: int) -> bool:
    # The list includes the descriptor that was used to read it.
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
