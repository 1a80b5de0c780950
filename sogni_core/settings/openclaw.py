"""OpenClaw's ``sogni-gen`` entry as a layer. Plugins register which of its keys feeds which setting."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from sogni_core.frozen import frozen
from sogni_core.settings.host_file import HostConfig, no_object, read_host_config
from sogni_core.settings.keys import join_key
from sogni_core.settings.layers import Entry, SettingProblem
from sogni_core.settings.paths import Paths
from sogni_core.text import clean, nearest

_MOST = 20
"""Unknown keys that are reported one by one."""

_MISSING = object()


@frozen
class OpenClawKeys:
    """OpenClaw's keys, as plugins registered them."""

    fed: Mapping[str, Mapping[str, str | tuple[str, ...]]] = field(default_factory=dict)
    """Section to its keys, and the field or fields that each feeds; as :attr:`sogni_core.plugin.Settings.openclaw`."""
    absent: Mapping[str, str] = field(default_factory=dict)
    """Key to the distribution whose plugin it belongs to, if that is not installed."""
    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Setting to the names that it may have; any other is refused."""


class OpenClaw:
    """OpenClaw's configuration; read once, when it is first needed."""

    def __init__(self, paths: Paths, environ: Mapping[str, str], keys: OpenClawKeys) -> None:
        self._paths = paths
        self._environ = environ
        self._keys = keys
        self._known = {tuple(key.split(".")) for fed in keys.fed.values() for key in fed}

    @cached_property
    def found(self) -> HostConfig:
        """The configuration that was found."""
        return read_host_config(self._paths, self._environ)

    def entries(self, section: str, sections: Collection[str]) -> Iterator[Entry]:
        """Return the entries of a section."""
        found = self.found
        for key, fed in self._keys.fed.get(section, {}).items():
            alias = tuple(key.split("."))
            value = _at(found.config, alias)
            if value is _MISSING:
                continue
            for name in (fed,) if isinstance(fed, str) else fed:
                path = tuple(name.split("."))
                refused = self._refusal(join_key((section, *path) if section else path), value)
                yield Entry(path, value, found.origin, alias=alias, above=found.above, shared=True, refused=refused)

    def problems(self, sections: Collection[str]) -> Iterator[SettingProblem]:
        """Return why it cannot be read, and which of its keys are unknown."""
        found = self.found
        if found.problem is not None:
            yield found.problem
        strange = list(self._strange(found.config or {}, ()))
        for parts in strange[:_MOST]:
            yield self._unknown(parts) if not self._holds(parts) else no_object((*found.above, *parts), found.origin)
        if len(strange) > _MOST:
            message = f"{len(strange) - _MOST} more keys ({found.origin}) are unknown."
            yield SettingProblem(message, found.origin, join_key(found.above))

    def _refusal(self, setting: str, value: object) -> str:
        """Return why a name is refused; empty if it is not."""
        names = self._keys.names.get(setting)
        if names is None or not isinstance(value, str) or value in names:
            return ""
        *others, last = map(repr, names)
        return f"should be {', '.join(others)} or {last}" if others else f"should be {last}"

    def _strange(self, table: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the unknown keys, and those whose value should be an object with known keys."""
        for name, value in table.items():
            parts = (*above, name)
            if parts in self._known:
                continue
            if self._holds(parts) and isinstance(value, dict):
                yield from self._strange(value, parts)
            else:
                yield parts

    def _holds(self, parts: tuple[str, ...]) -> bool:
        return any(known[: len(parts)] == parts for known in self._known)

    def _unknown(self, parts: tuple[str, ...]) -> SettingProblem:
        origin, key = self.found.origin, clean(join_key((*self.found.above, *parts)))
        for absent, distribution in self._keys.absent.items():
            if tuple(absent.split("."))[: len(parts)] == parts:
                message = f"{key} ({origin}) comes with the plugin {distribution}, which is not installed."
                return SettingProblem(message, origin, key, severity="note")
        near = nearest(".".join(parts), [*map(".".join, sorted(self._known)), *self._keys.absent])
        return SettingProblem(f"{key} ({origin}) is not a known setting.", origin, key, near)


def _at(value: Any, parts: tuple[str, ...]) -> Any:
    for name in parts:
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value
