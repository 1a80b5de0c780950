"""The layers that settings come from, and what a layer is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from sogni_core.settings.paths import Paths

BUILT_IN = "built-in"
"""Origin of a value that no layer gave."""


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class SettingProblem:
    """Something wrong with a setting. The value in question is ignored and the next layer speaks."""

    message: str
    """One sentence that names key and origin."""
    origin: str
    """File or variable."""
    key: str = ""
    """Empty if it concerns a whole file."""
    nearest: str | None = None
    """Known key that was probably meant."""
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


def layers(paths: Paths, environ: Mapping[str, str]) -> list[Layer]:
    """Return the layers, the highest first. Another place to read settings from is one more line here."""
    from sogni_core.settings.configfile import ConfigFile
    from sogni_core.settings.environment import Environment

    return [
        Environment(environ),
        ConfigFile(paths),
    ]
