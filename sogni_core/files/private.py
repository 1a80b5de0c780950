"""Folders and locks that the program keeps for itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sogni_core.errors import ConfigError
from sogni_core.files.failures import translated
from sogni_core.text import quote_path


def private_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder for this user alone (mode 0700) with its parents, and return it.

    A folder that is already there keeps its mode: it may be one that the user chose and shares.
    Raises INVALID_STATE.
    """
    folder = Path(path)
    with translated(folder, private=True):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def locked(path: str | os.PathLike[str], seconds: float = 10.0) -> Iterator[None]:
    """Hold the lock file ``path`` against other processes; the system frees it if this one dies.

    Raises INVALID_STATE if it cannot be had within ``seconds``.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=seconds, mode=0o600)
    with translated(Path(path), private=True):
        try:
            lock.acquire()
        except Timeout:
            raise ConfigError(
                "INVALID_STATE",
                f"Another process has held {quote_path(path)} for {seconds:g} seconds.",
                hint="Wait for other sogni commands to end.",
                details={"path": str(path)},
            ) from None
    try:
        yield
    finally:
        lock.release()
