"""``config.toml`` as a layer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from sogni_core.errors import ConfigError
from sogni_core.settings.layers import Entry, SettingProblem
from sogni_core.settings.paths import PROFILES, Paths
from sogni_core.settings.text_file import read_text
from sogni_core.text import clean

_LARGEST = 1 << 20
"""Bytes; a larger file is not a configuration."""


class ConfigFile:
    """The user's ``config.toml``; read once, when it is first needed."""

    def __init__(self, paths: Paths) -> None:
        self.path = paths.config_file
        self.origin = paths.shown(paths.config_file)

    def text(self) -> str:
        """Return the text of the file; empty if it is missing. Raises INVALID_CONFIG if it cannot be read."""
        found = read_text(self.path, _LARGEST)
        if found.reason:
            raise self._unreadable(found.reason)
        return found.text

    def read(self) -> dict[str, Any]:
        """Return the whole file; empty if it is missing. Raises INVALID_CONFIG if it cannot be read."""
        text = self.text()
        if not text:
            return {}
        import tomllib

        try:
            return tomllib.loads(text.replace("\r\n", "\n"))
        except RecursionError:
            reason = "it is nested too deeply"
        except tomllib.TOMLDecodeError as error:
            reason = clean(error)
        except ValueError:
            reason = "a number in it has too many digits"  # Python's limit is 4300
        # Raised outside the handlers: from Python 3.14 on the parser's error contains the file.
        raise self._unreadable(reason[:1].lower() + reason[1:])

    def entries(self, section: str, sections: Collection[str]) -> Iterator[Entry]:
        """Return the entries of a section."""
        own = {name: value for name, value in self.tree.items() if name != PROFILES}
        yield from self.entries_of(own, section, sections, self.origin)

    @staticmethod
    def entries_of(tree: Mapping[str, Any], section: str, sections: Collection[str], origin: str) -> Iterator[Entry]:
        """Return the entries of a section in a table that is laid out as the file."""
        if section:
            table = tree.get(section)
            if isinstance(table, dict):
                for name, value in table.items():
                    yield Entry((name,), value, origin)
            return
        for name, value in tree.items():
            if name not in sections:
                # A table of no section may belong to a plugin that is not installed.
                yield Entry((name,), value, origin, foreign=isinstance(value, dict))

    def problems(self, sections: Collection[str]) -> Iterator[SettingProblem]:
        """Return why the file cannot be read, and which tables have a single value instead."""
        _, problem = self._found
        if problem is not None:
            yield problem
        yield from self.misplaced(self.tree, (*sections, PROFILES), self.origin)

    @staticmethod
    def misplaced(tree: Mapping[str, Any], sections: Collection[str], origin: str) -> Iterator[SettingProblem]:
        """Return which tables have a single value instead."""
        for name in sections:
            if name and name in tree and not isinstance(tree[name], dict):
                message = f"{name} in {origin} has to be a table: put its values below a line [{name}]."
                yield SettingProblem(message, origin, name)

    @property
    def tree(self) -> dict[str, Any]:
        """The whole file; empty if it is missing or cannot be read."""
        return self._found[0]

    @cached_property
    def _found(self) -> tuple[dict[str, Any], SettingProblem | None]:
        try:
            return self.read(), None
        except ConfigError as error:
            return {}, SettingProblem(error.message, self.origin, unread="own")

    def _unreadable(self, reason: str) -> ConfigError:
        message = f"Cannot read {self.origin}: {reason}."
        return ConfigError("INVALID_CONFIG", message, details={"path": str(self.path)})
