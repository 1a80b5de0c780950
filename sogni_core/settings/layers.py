"""A layer of settings, such as the environment or a file; its entries, and its problems."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, Protocol

from sogni_core.frozen import frozen
from sogni_core.settings.keys import join_key

BUILT_IN = "built-in"
"""Origin of a value that no layer sets."""


@frozen
class Entry:
    """One value, or one table of values, that a layer sets in a section."""

    path: tuple[str, ...]
    """Parts of the key below the section."""
    value: object
    """As it was read; a table is a dict."""
    origin: str
    """Where it comes from, for people: ``environment SOGNI_VIDEO__FPS``, ``~/.config/sogni/config.toml``."""
    text: bool = False
    """Whether all values of this layer are text, so that lists and tables have to be parsed."""
    foreign: bool = False
    """Whether an unknown name in this layer is more likely another program's than a mistake."""
    alias: tuple[str, ...] = ()
    """Parts of the key as this layer spells it, ``defaultFps``; empty if it has the usual spelling."""
    above: tuple[str, ...] = ()
    """Keys of the objects around ``alias``; shown in problems."""
    shared: bool = False
    """Whether another program uses the layer too, so that no secrets may come from it."""
    refused: str = ""
    """Why the layer itself refuses the value; empty if it does not."""

    def origin_of(self, path: tuple[str, ...]) -> str:
        """Return where the value of a path comes from, for people. The path is the entry's own, or below it."""
        if not self.alias:
            return self.origin
        return f"{self.origin} {self.spelled(path)}"

    def spelled(self, path: tuple[str, ...], *, whole: bool = False) -> str:
        """Return the key of such a path as this layer spells it; empty if it has the usual spelling.

        ``whole``: with the keys of the objects around it.
        """
        above = self.above if whole else ()
        return join_key((*above, *self.alias, *path[len(self.path) :])) if self.alias else ""


@frozen
class SettingProblem:
    """Something wrong with a setting. Its value is ignored, and the next layer applies."""

    message: str
    """One sentence with key and origin."""
    origin: str
    """File or variable."""
    key: str = ""
    """Key of the setting, as its layer spells it; empty if a whole file is meant."""
    nearest: str | None = None
    """Known key that was probably meant, in the same spelling; None if there is none."""
    severity: Literal["error", "note"] = "error"
    """``error``: an error in ``config`` and ``doctor``, a warning elsewhere. ``note``: shown by ``config`` only."""
    unread: Literal["", "own", "host"] = ""
    """Whether a whole file could not be read, so that what it sets is unknown: the user's own, or that of a host."""

    def __str__(self) -> str:
        """Return the message with the suggestion."""
        return f"{self.message} Did you mean {self.nearest}?" if self.nearest else self.message


class Layer(Protocol):
    """A source of settings."""

    def entries(self, section: str, sections: Collection[str]) -> Iterable[Entry]:
        """Return the entries of a section (``""``: the top level); ``sections`` are the names of all sections."""
        ...

    def problems(self, sections: Collection[str]) -> Iterable[SettingProblem]:
        """Return what is wrong with the layer as a whole: it cannot be read, or has sections that do not exist."""
        ...
