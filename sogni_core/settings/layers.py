"""What a layer of settings is: an environment, a file, a host's configuration; and what it says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, Protocol

from sogni_core.frozen import frozen
from sogni_core.settings.keys import join_key

BUILT_IN = "built-in"
"""Origin of a value that no layer gave."""


@frozen
class Entry:
    """One thing that a layer says about a section."""

    path: tuple[str, ...]
    """Parts of the key below the section."""
    value: object
    """As it was read; a table is a dict."""
    origin: str
    """For people: ``environment SOGNI_VIDEO__FPS``, ``~/.config/sogni/config.toml``."""
    text: bool = False
    """True if everything is text in this layer, so that a list or a table has to be read out of it."""
    foreign: bool = False
    """True if an unknown name here is more likely another program's than a mistake."""
    alias: tuple[str, ...] = ()
    """Parts of the key as this layer spells it, ``defaultFps``; empty if it spells it as everybody does."""
    above: tuple[str, ...] = ()
    """Parts of what ``alias`` stands in; named where something is wrong."""
    shared: bool = False
    """True if the place is another program's too: secrets do not come from there."""
    refused: str = ""
    """Why the layer itself cannot take the value."""

    def origin_of(self, path: tuple[str, ...]) -> str:
        """Return, for people, where the value of a path at or below the entry's own comes from."""
        if not self.alias:
            return self.origin
        return f"{self.origin} {self.spelled(path)}"

    def spelled(self, path: tuple[str, ...], *, whole: bool = False) -> str:
        """Return the key of such a path as this layer spells it, ``whole`` with what it stands in.

        Empty if that is how everybody does.
        """
        above = self.above if whole else ()
        return join_key((*above, *self.alias, *path[len(self.path) :])) if self.alias else ""


@frozen
class SettingProblem:
    """Something wrong with a setting. The value is ignored and the next layer applies."""

    message: str
    """One sentence that names key and origin."""
    origin: str
    """File or variable."""
    key: str = ""
    """Key of the setting, or as OpenClaw's file spells it; empty if it concerns a whole file."""
    nearest: str | None = None
    """Known key that was probably meant, spelled likewise."""
    severity: Literal["error", "note"] = "error"
    """``error``: an error for ``config`` and ``doctor``, a warning elsewhere. ``note``: for ``config`` only."""

    def __str__(self) -> str:
        """Return the message with the suggestion."""
        return f"{self.message} Did you mean {self.nearest}?" if self.nearest else self.message


class Layer(Protocol):
    """A place that settings are read from."""

    def entries(self, section: str, sections: Collection[str]) -> Iterable[Entry]:
        """Return what it says about a section (``""``: the top level); ``sections`` are the names of all."""
        ...

    def problems(self, sections: Collection[str]) -> Iterable[SettingProblem]:
        """Return what is wrong with the whole: it cannot be read, or speaks about sections that are not there."""
        ...
