"""Find the distributions that name plugins, without importlib.metadata.

importlib.metadata gives the same answer, but it imports an e-mail parser and archive formats, and parses the entry
points of every distribution. Bench ``ablation``: with it, ``sogni --help`` takes 23 ms more (of 118), which misses the
goal of bench ``startup``. It is used where metadata may be elsewhere than in folders: for archives on the module path,
for eggs, and for third-party finders.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Protocol

from sogni_core.frozen import frozen


class Distribution(Protocol):
    """What is asked of a distribution, importlib.metadata's or one of these."""

    def read_text(self, filename: str) -> str | None:
        """Return a file of its metadata; None if there is none."""


class EntryPoint(Protocol):
    """A plugin as a distribution names it, in importlib.metadata's words or these."""

    @property
    def name(self) -> str:
        """What stands before the equals sign."""

    @property
    def value(self) -> str:
        """What stands behind it: a module."""

    @property
    def dist(self) -> Distribution | None:
        """Who says so."""


@frozen
class Folder:
    """A distribution's metadata on disk, ``name-version.dist-info`` or ``name.egg-info``."""

    path: Path

    def read_text(self, filename: str) -> str | None:
        """Return a file of its metadata; None if it cannot be read."""
        try:
            return (self.path / filename).read_bytes().decode("utf-8", "replace")
        except OSError:
            return None


@frozen
class Named:
    """One entry point."""

    name: str
    value: str
    dist: Folder


def entry_points(group: str) -> Iterable[EntryPoint]:
    """Give the entry points of a group; of several distributions of one name the first on the module path counts."""
    if not all(map(_is_plain, sys.path)) or any(map(_knows_more, sys.meta_path)):
        from importlib import metadata

        return metadata.entry_points(group=group)
    return _in_folders(group)


def _is_plain(place: str) -> bool:
    # An egg, folder or archive, keeps its metadata inside; any other file may be an archive.
    try:
        return Path(place).suffix.lower() != ".egg" and not Path(place).is_file()
    except (OSError, ValueError):
        return True  # nobody can look into it


def _knows_more(finder: object) -> bool:
    return finder is not PathFinder and hasattr(finder, "find_distributions")


def _in_folders(group: str) -> Iterator[Named]:
    seen: set[str] = set()
    for place in sys.path:
        try:
            children = list(Path(place).iterdir())  # an empty place is this folder
        except (OSError, ValueError):
            continue
        for child in children:
            if child.suffix.lower() not in (".dist-info", ".egg-info"):
                continue
            name = re.sub(r"[-_.]+", "_", child.stem.partition("-")[0]).lower()
            if name not in seen:
                seen.add(name)
                yield from _of(Folder(child), group)


def _of(folder: Folder, group: str) -> Iterator[Named]:
    text = folder.read_text("entry_points.txt") or ""
    if f"[{group}]" not in text:
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line.strip("[]")
        elif line and not line.startswith("#") and section == group:
            # A line without an equals sign names no module, which is said of the plugin where it is loaded.
            name, _, value = line.partition("=")
            yield Named(name.strip(), value.strip(), folder)
