"""Install files into a folder of a host without touching files of others.

Everything is checked before the first byte is written. Neither the folder nor anything in it may be a link, since its
target belongs to others.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from sogni_core._builtin.openclaw import record
from sogni_core.errors import InputError
from sogni_core.files import prepare_output, write_atomic
from sogni_core.frozen import frozen
from sogni_core.problem import Problem, literal
from sogni_core.text import quote_path

Action = Literal["write", "update", "remove", "keep"]
"""Action for a file: create, replace, delete, or leave unchanged."""

_CODE = "OUTPUT_NOT_WRITABLE"


@frozen
class Change:
    """The action for one file."""

    name: str
    action: Action


@frozen
class Placing:
    """Files for a folder, and the action for each."""

    folder: Path
    files: Mapping[str, bytes]
    """Path in the folder, with ``/`` between its parts, to content."""
    changes: tuple[Change, ...]
    known: record.Hashes
    """Content of the record in the folder."""

    def carry_out(self) -> None:
        """Write and delete the files. If the process is killed, the record lets the next one continue."""
        written = {name: (record.digest(content),) for name, content in self.files.items()}
        paths = [prepare_output(self.folder / change.name) for change in self.changes if change.action in _WRITTEN]
        between = {name: (*self.known.get(name, ()), *written.get(name, ())) for name in {*self.known, *written}}
        record.write(self.folder, between)
        for path, change in zip(paths, (one for one in self.changes if one.action in _WRITTEN), strict=True):
            write_atomic(path, self.files[change.name], None)
        for change in self.changes:
            if change.action == "remove":
                (self.folder / change.name).unlink(missing_ok=True)
        record.write(self.folder, written)


_WRITTEN = ("write", "update")


def place(folder: Path, files: Mapping[str, bytes]) -> Placing:
    """Determine the action for each file. Raises OUTPUT_NOT_WRITABLE with everything that prevents it."""
    problems = [*_way(folder)]
    if problems:
        raise InputError.of(problems)
    known = record.read(folder)
    changes: list[Change] = []
    for name in [*files, *(name for name in known if name not in files)]:
        found = _found(folder, name)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        wanted = files.get(name)
        if found is None:
            if wanted is not None:
                changes.append(Change(name, "write"))
        elif found == wanted:
            changes.append(Change(name, "keep"))
        elif record.digest(found) in known.get(name, ()):
            changes.append(Change(name, "remove" if wanted is None else "update"))
        else:
            problems.append(_stranger(folder / name, changed=name in known))
    if problems:
        raise InputError.of(problems)
    return Placing(folder, files, tuple(changes), known)


def _way(folder: Path) -> Iterator[Problem]:
    """Check the folder itself, or the nearest existing parent."""
    if folder.is_symlink():
        yield _problem(folder, "it is a link to another place", "Remove the link, or choose another folder.")
        return
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if not there.is_dir():
        yield _problem(there, "it is not a folder", "Move it, or choose another folder.")
    elif not os.access(there, os.W_OK | os.X_OK):
        yield _problem(there, "permission denied", "Allow writing there, or choose another folder.")


def _found(folder: Path, name: str) -> bytes | Problem | None:
    """Return the content of a file, None if it does not exist, or the problem if it cannot be used."""
    path = folder
    for part in name.split("/"):
        path /= part
        last = path == folder / name
        try:
            found = path.lstat()
            ours = stat.S_ISREG(found.st_mode) and found.st_size <= record.LARGEST
            if not (ours if last else stat.S_ISDIR(found.st_mode)):
                return _stranger(path, changed=False)
            if last:
                return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            return _problem(path, (error.strerror or "it cannot be read").lower(), "Fix its permissions.")
    return None


def _stranger(path: Path, *, changed: bool) -> Problem:
    reason = "it was changed after it was written" if changed else "it was not written by this program"
    return _problem(path, reason, f"Move it, then install again: {_moving(path)}")


def _moving(path: Path) -> str:
    return f"mv {quote_path(path)} {quote_path(f'{path}.old')}"


def _problem(path: Path, reason: str, hint: str) -> Problem:
    text = literal(f"Cannot write {quote_path(path)}: {reason}.")
    return Problem("openclaw.file", (), text, {"path": str(path)}, _CODE, literal(hint))
