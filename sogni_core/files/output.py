"""Where results go: absolute and numbered paths, names that are free, and paths where no file can be written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count as count_from
from pathlib import Path, PurePath, PureWindowsPath
from typing import TypeVar

from sogni_core.errors import InputError
from sogni_core.files.failures import not_writable, translated
from sogni_core.files.names import WINDOWS_DEVICES
from sogni_core.files.part_file import create_beside, mode_for, target_of

PurePathT = TypeVar("PurePathT", bound=PurePath)

_INDEX = "{index}"
"""In a file name, the place of an output among those of its step, from 1."""


def absolute(path: str | os.PathLike[str]) -> Path:
    """Return a path as a person means it: ``~`` expanded, relative to the current folder."""
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111 - must not raise for an unknown user


def numbered(path: PurePathT, count: int) -> list[PurePathT]:
    """Return where ``count`` outputs go: ``[path]`` for one, else ``name-1.png``, ``name-2.png``, …

    A name with ``{index}`` has the numbers there.
    """
    places = range(1, count + 1)
    if _INDEX in path.name:
        return [path.with_name(path.name.replace(_INDEX, str(place))) for place in places]
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{place}{path.suffix}") for place in places]


def free_names(path: PurePathT, count: int, taken: Callable[[PurePathT], bool]) -> list[PurePathT]:
    """Return the first names for ``count`` outputs of which none is taken.

    ``cat.png`` becomes ``cat-2.png``; ``cat-1.png`` and ``cat-2.png`` become ``cat-3.png`` and ``cat-4.png``.
    """
    return next(names for names in _names(path, count) if not any(taken(name) for name in names))


def _names(path: PurePathT, count: int) -> Iterator[list[PurePathT]]:
    first = numbered(path, count)
    yield first
    if _INDEX in path.name or count == 1:
        for number in count_from(2):
            yield [name.with_name(f"{name.stem}-{number}{name.suffix}") for name in first]
    for start in count_from(count + 1):
        yield [path.with_name(f"{path.stem}-{place}{path.suffix}") for place in range(start, start + count)]


def is_taken(path: Path) -> bool:
    """Tell whether there is a file at a path. A link is taken if the file that it points to exists.

    False for folders, devices and pipes: :func:`prepare_output` says what is wrong with them.
    """
    try:
        return target_of(path).is_file()
    except (OSError, ValueError, InputError):
        return False


def prepare_output(path: str | os.PathLike[str]) -> Path:
    """Make sure that a file can be written at ``path``, and return it absolute, ``~`` expanded.

    Missing parent folders are made and a file is created beside the place and removed again, since
    nothing less says for certain that it will work. Raises OUTPUT_NOT_WRITABLE, also for devices and pipes.
    """
    given = Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for an unknown user
    reason = refusal(given)
    if reason:
        raise not_writable(given, reason)
    with translated(given, private=False):
        absolute = given.absolute()
        target = target_of(absolute)
        target.parent.mkdir(parents=True, exist_ok=True)
        mode_for(target, private=False)
        part, descriptor = create_beside(target, 0o600)
        try:
            os.close(descriptor)
        finally:
            part.unlink()
    return absolute


def refusal(path: PurePath) -> str | None:
    """Return why no file can have this path on its system, None if nothing is known against it."""
    if not path.name:
        return "it names a folder"
    if "\0" in str(path):
        return "it contains a NUL character"
    if any("\ud800" <= char <= "\udfff" for char in str(path)):
        return "it is not text"  # bytes of another encoding: neither the journal nor JSON can hold them
    if isinstance(path, PureWindowsPath):
        for part in path.parts[1 if path.anchor else 0 :]:
            if part.partition(".")[0].rstrip().upper() in WINDOWS_DEVICES:
                return f"{part} is the name of a device on Windows"
            if part not in {".", ".."} and part.endswith((" ", ".")):
                return "Windows drops blanks and dots at the end of a name"
            if any(char in '<>:"|?*' or char < " " for char in part):
                return 'Windows allows none of < > : " | ? * in a name'
    return None
