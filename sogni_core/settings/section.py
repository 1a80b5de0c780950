"""Merges the layers of one section.

Each layer is validated alone first, so that every invalid value is reported with its origin, even if a higher layer
sets the key too. An invalid value is ignored, and the next layer applies to that key. Tables are merged key by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sogni_core.errors import PluginError
from sogni_core.frozen import frozen
from sogni_core.settings import schema
from sogni_core.settings.keys import join_key
from sogni_core.settings.layers import BUILT_IN, Entry, SettingProblem
from sogni_core.settings.schema import MISSING, Path
from sogni_core.text import clean, nearest, read_number

T = TypeVar("T")


@frozen
class Said:
    """The value that one layer sets for one key."""

    value: object = field(repr=False)
    origin: str
    problem: str = ""
    """Why it is ignored; empty if it is valid."""
    key: str = ""
    """The key as its layer spells it; empty if it has the usual spelling."""
    place: str = ""
    """File or variable, if ``origin`` says more than that."""


@dataclass
class Section:
    """A section and its values."""

    name: str
    model: type[BaseModel]
    values: BaseModel
    said: dict[Path, list[Said]] = field(default_factory=dict)
    """Values by path, highest layer first, ignored ones included."""
    problems: list[SettingProblem] = field(default_factory=list)

    def key(self, path: Path) -> str:
        """Return the whole key of a path."""
        return join_key((self.name, *path) if self.name else path)

    def origin(self, path: Path) -> str:
        """Return the origin of the value in force."""
        return next((said.origin for said in self.said.get(path, ()) if not said.problem), BUILT_IN)


class _ByPath(dict[Path, T]):
    """Values by path; no path is the beginning of another. Fast for thousands of keys, which other programs may
    write."""

    def __init__(self) -> None:
        self._tables: set[Path] = set()

    def put(self, path: Path, value: T) -> None:
        """Set a value. A table replaces a single value at its path, and a single value a table."""
        for size in range(1, len(path)):
            self.pop(path[:size], None)
            self._tables.add(path[:size])
        if path in self._tables:
            self._tables.remove(path)
            for other in [other for other in self if len(other) > len(path) and other[: len(path)] == path]:
                del self[other]
        self[path] = value


def resolve(name: str, model: type[BaseModel], layers: Iterable[Iterable[Entry]]) -> Section:
    """Merge the layers of a section, highest first. Raises PLUGIN_HOOK if the model has no defaults."""
    try:
        section = Section(name, model, model())
    except ValidationError as error:
        raise _broken(name, error.errors()[0]["msg"]) from error
    # Keys in a table are merged with the built-in content of the table.
    base = {path: value for path, value in schema.leaves(model, section.values) if len(path) > 1}
    valid = [_layer(section, base, list(layer)) for layer in layers]
    while True:
        merged: _ByPath[Said] = _ByPath()
        for layer in reversed(valid):
            for path, said in layer.items():
                merged.put(path, said)
        section.values, refused = _validated(section, base, merged)
        if not refused:
            return section
        for path, (said, reason) in refused.items():
            # Valid alone, but not together with values of other layers: a rule about several keys.
            for layer in valid:
                if layer.get(path) is said:
                    del layer[path]
            spoken = section.said[path]
            spoken[spoken.index(said)] = replace(said, problem=reason)
            section.problems.append(_problem(section, path, said, reason))


def unknown_key(section: Section, path: Path) -> str | None:
    """Return the existing key that is nearest to an unknown one; None if none is near."""
    known = {section.key(found): found for found in schema.known_paths(section.model)}
    return nearest(section.key(path), known)


def _sibling(section: Section, path: Path, entry: Entry) -> str | None:
    """Return the nearest key of the same table; None if none is near."""
    table = schema.bare(schema.at(section.model, path[:-1]))
    near = nearest(path[-1], table.model_fields) if schema.is_model(table) else None
    if near is None or (entry.alias and len(path) == len(entry.path)):
        return None  # a plugin feeds a setting that does not exist: the user misspelled nothing
    return entry.spelled((*path[:-1], near)) or section.key((*path[:-1], near))


def _layer(section: Section, base: Mapping[Path, object], entries: list[Entry]) -> dict[Path, Said]:
    """Return the values of one layer that are valid alone; adds all of its values to the section."""
    values: _ByPath[Said] = _ByPath()
    refused: dict[Path, tuple[Said, str]] = {}
    for entry in entries:
        for path, value in _leaves(section, entry):
            annotation = schema.at(section.model, path)
            said = Said(value, entry.origin_of(path), key=entry.spelled(path, whole=True), place=entry.origin)
            if annotation is MISSING:
                section.problems.append(_unknown(section, path, entry))
                continue
            if reason := _unfit(section, entry, path):
                section.said.setdefault(path, []).append(replace(said, problem=reason))
                section.problems.append(_ignored(section, path, said, reason))
                continue
            if entry.text and isinstance(value, str):
                try:
                    value = schema.from_text(annotation, value)
                except ValueError as error:
                    refused[path] = (said, str(error))
                    continue
            values.put(path, replace(said, value=value))
    instance, invalid = _validated(section, base, values)
    refused |= invalid
    for path, said in list(values.items()):
        reason = _wrong_kind(said.value, schema.value_at(instance, path))
        if reason and path not in refused:
            refused[path] = (said, reason)
    for path, (said, reason) in refused.items():
        values.pop(path, None)
        section.said.setdefault(path, []).append(replace(said, problem=reason))
        section.problems.append(_problem(section, path, said, reason))
    for path, said in values.items():
        section.said.setdefault(path, []).append(said)
    return values


def _unfit(section: Section, entry: Entry, path: Path) -> str:
    """Return why a value is not considered at all; empty if it is."""
    if entry.shared and schema.is_secret(section.model, path):
        return "secrets do not belong there"
    if any("\ud800" <= char <= "\udfff" for part in path for char in part):
        return "its name is not text"  # the model would report the whole table
    return entry.refused


def _leaves(section: Section, entry: Entry) -> Iterator[tuple[Path, object]]:
    value = entry.value
    if entry.text and isinstance(value, str):
        annotation = schema.at(section.model, entry.path)
        if annotation is not MISSING and schema.is_table(annotation):
            try:
                value = schema.from_text(annotation, value)
            except ValueError:
                yield entry.path, value
                return
    for path, leaf in schema.leaves(schema.at(section.model, entry.path), value):
        yield (*entry.path, *path), leaf


def _validated(
    section: Section, base: Mapping[Path, object], values: dict[Path, Said]
) -> tuple[BaseModel, dict[Path, tuple[Said, str]]]:
    """Validate; invalid values are removed from ``values`` until the rest is valid."""
    refused: dict[Path, tuple[Said, str]] = {}
    while True:
        merged: _ByPath[Any] = _ByPath()
        for path, value in (*base.items(), *((path, said.value) for path, said in values.items())):
            merged.put(path, value)
        try:
            return section.model.model_validate(schema.tree_of(merged), by_name=True), refused
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
        whole = dict(values)
        for detail in details:
            for path in _blamed(tuple(str(part) for part in detail["loc"]), whole):
                if values.pop(path, None) is not None:
                    refused[path] = (whole[path], _reason(detail["type"], detail["msg"]))
        if len(values) == len(whole):
            raise _broken(section.name, details[0]["msg"])


def _broken(name: str, reason: str) -> PluginError:
    what = f"The settings model of [{name}]" if name else "The settings model of the top level"
    return PluginError("PLUGIN_HOOK", f"{what} does not accept its own defaults: {clean(reason)}.")


def _blamed(location: Path, values: Mapping[Path, object]) -> list[Path]:
    """Return the paths that an error at a location concerns: those at, above or below it, else those next to it."""
    for size in range(len(location), 0, -1):
        if location[:size] in values:
            return [location[:size]]
    while True:
        size = len(location)
        found = [path for path in values if path[:size] == location[: len(path)]]
        if found or not location:
            return found
        location = location[:-1]


def _wrong_kind(raw: object, result: object) -> str:
    """Return why a value that pydantic accepts as a number is not one: ``0x10``, ``1_000``, ``nan``, true."""
    if isinstance(result, bool) or not isinstance(result, int | float):
        return ""
    if isinstance(raw, bool) or (isinstance(raw, str) and read_number(raw) is None):
        return "should be a decimal number"
    return "should be a finite number" if result in {float("inf"), float("-inf")} or result != result else ""


def _reason(kind: str, message: str) -> str:
    if kind in {"dict_type", "model_type"}:
        return "should be a table"  # pydantic would name a class
    text = clean(message, 300).removeprefix("Value error, ").removeprefix("Input ").removesuffix(".")
    return text[:1].lower() + text[1:]


def _problem(section: Section, path: Path, said: Said, reason: str) -> SettingProblem:
    if schema.is_secret(section.model, path):
        reason = "it does not have the required form"  # a model's message may contain the value
    return _ignored(section, path, said, reason)


def _ignored(section: Section, path: Path, said: Said, reason: str) -> SettingProblem:
    key, place = said.key or section.key(path), said.place or said.origin
    return SettingProblem(f"{key} ({place}) is not valid: {reason}.", place, key)


def _unknown(section: Section, path: Path, entry: Entry) -> SettingProblem:
    key = entry.spelled(path, whole=True) or section.key(path)
    message = f"{key} ({entry.origin}) is not a known setting."
    if entry.foreign and isinstance(entry.value, dict):
        message = f"No installed plugin has the table [{key}] ({entry.origin})."
    near = _sibling(section, path, entry) or (None if entry.alias else unknown_key(section, path))
    return SettingProblem(message, entry.origin, key, near, "note" if entry.foreign else "error")
