"""The plugins that this installation has had, kept in the state folder.

An upgrade or a reinstallation of a tool environment (uv tool, pipx) may leave plugins out without a word. What was
there is remembered, so that ``sogni doctor`` can say what is gone, a command of a plugin that is gone is answered with
the plugin to install, and nothing is paid for without the rules of a plugin that is gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sogni_core.errors import SogniError
from sogni_core.frozen import frozen

FILE = "plugins.json"
"""Name of the file in the state folder."""


@frozen
class KnownPlugin:
    """A plugin as it was when it was last loaded."""

    distribution: str
    name: str
    version: str
    words: tuple[str, ...] = ()
    """First words of its modes and commands."""
    networks: tuple[str, ...] = ()
    rules: bool = True
    """Whether it has rules for what other plugins' modes submit."""

    @property
    def label(self) -> str:
        """Name with distribution and version, for messages."""
        return f"{self.name} ({self.distribution} {self.version})"


class PluginMemory:
    """Reads and writes the file. What cannot be read or written is no error: no run may depend on it."""

    def __init__(self, state: Callable[[], Path]) -> None:
        """``state``: returns the state folder; called when the file is first needed."""
        self._state = state

    def read(self) -> tuple[KnownPlugin, ...]:
        """Return what is remembered, by distribution and name."""
        try:
            found = json.loads((self._state() / FILE).read_text("utf-8"))
            return tuple(_known(entry) for entry in found["plugins"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return ()

    def remember(self, plugins: Iterable[KnownPlugin]) -> None:
        """Add plugins, each in the place of what was known of it."""
        self._change(self.read(), plugins, ())

    def forget(self, distributions: Iterable[str]) -> None:
        """Drop every plugin of these distributions."""
        self._change(self.read(), (), frozenset(distributions))

    def _change(self, before: tuple[KnownPlugin, ...], added: Iterable[KnownPlugin], dropped: Iterable[str]) -> None:
        found = {(one.distribution, one.name): one for one in (*before, *added) if one.distribution not in dropped}
        after = tuple(found[key] for key in sorted(found))
        if after == before:
            return
        entries = [
            {"distribution": one.distribution, "name": one.name, "version": one.version,
             "words": list(one.words), "networks": list(one.networks), "rules": one.rules}
            for one in after
        ]  # fmt: skip
        from sogni_core.files import private_folder, write_atomic

        try:
            folder = private_folder(self._state())
            write_atomic(folder / FILE, json.dumps({"schemaVersion": 1, "plugins": entries}, indent=2) + "\n")
        except (OSError, SogniError):
            return


def _known(entry: Any) -> KnownPlugin:
    return KnownPlugin(
        distribution=str(entry["distribution"]),
        name=str(entry["name"]),
        version=str(entry["version"]),
        words=tuple(map(str, entry.get("words", ()))),
        networks=tuple(map(str, entry.get("networks", ()))),
        rules=entry.get("rules") is not False,
    )
