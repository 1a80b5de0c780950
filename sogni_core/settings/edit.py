"""Changes ``config.toml`` by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from sogni_core.errors import ConfigError
from sogni_core.files import locked, private_folder, write_atomic
from sogni_core.frozen import frozen
from sogni_core.settings import schema
from sogni_core.settings.config_file import ConfigFile
from sogni_core.settings.keys import join_key, split_key
from sogni_core.settings.layers import Entry
from sogni_core.settings.paths import PROFILES
from sogni_core.settings.profiles import ProfileTable
from sogni_core.settings.section import resolve
from sogni_core.settings.value import Value
from sogni_core.settings.values import Settings


@frozen
class Change:
    """The result of a change."""

    value: Value
    """The value in force now, whichever layer it comes from."""
    changed: bool
    """Whether the file was changed."""
    hidden_by: str = ""
    """Origin of a higher layer whose value takes precedence over the file's; empty if there is none."""
    warnings: tuple[str, ...] = ()


def set_value(settings: Settings, key: str, text: str) -> Change:
    """Write one value, given as text, into ``config.toml``.

    Raises INVALID_CONFIG for an unknown key, an invalid value, or a file that cannot be read; INVALID_STATE if it
    cannot be written.
    """
    section, path = settings.locate(key)
    tried = resolve(section.name, section.model, [[Entry(path, text, "config set", text=True)]])
    wrong = [problem for problem in tried.problems if problem.severity == "error"]
    if wrong:
        details = {"key": section.key(path), "nearest": wrong[0].nearest}
        raise ConfigError("INVALID_CONFIG", str(wrong[0]).replace(" (config set)", ""), details=details)
    values = {
        found: _storable(tried.values, found, said[0].value, schema.is_secret(section.model, found))
        for found, said in tried.said.items()
    }
    parts = (*_place(settings), section.name) if section.name else _place(settings)

    def put(tree: dict[str, Any]) -> bool:
        table = tree
        for name in (*parts, *path)[:-1]:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise ConfigError("INVALID_CONFIG", f"{name} is a single value in the file, not a table.")
        # A table given as a whole replaces the one in the file.
        table[path[-1]] = values[path] if path in values else _below(values, path)
        return True

    return _change(settings, section.key(path), put)


def is_secret(settings: Settings, key: str) -> bool:
    """Whether a key holds a secret; raises INVALID_CONFIG for an unknown key."""
    section, path = settings.locate(key)
    return schema.is_secret(section.model, path)


def unset(settings: Settings, key: str) -> Change:
    """Remove one key, or a whole table, from ``config.toml``.

    An unknown key can be removed too, if it is in the file. Raises INVALID_CONFIG for any other unknown key or a file
    that cannot be read, INVALID_STATE if it cannot be written.
    """

    def take(tree: dict[str, Any]) -> bool:
        parts = (*_place(settings), *split_key(key))
        tables = [tree]
        for name in parts[:-1]:
            inner = tables[-1].get(name)
            if not isinstance(inner, dict):
                return False
            tables.append(inner)
        if parts[-1] not in tables[-1]:
            return False
        del tables[-1][parts[-1]]
        for name, outer, table in reversed(list(zip(parts, tables, tables[1:], strict=False))):
            if not table:
                del outer[name]
        return True

    return _change(settings, key, take)


def _place(settings: Settings) -> tuple[str, ...]:
    """Return the table that is changed: the chosen profile's, or none for the file itself."""
    return (PROFILES, settings.paths.profile) if settings.paths.profile else ()


def _below(values: dict[schema.Path, Any], path: schema.Path) -> dict[str, Any]:
    return schema.tree_of({found[len(path) :]: value for found, value in values.items()})


def _storable(values: BaseModel, path: schema.Path, raw: object, secret: bool) -> Any:
    """Return a value for TOML: as the model converted it, or as it was typed."""
    if secret:
        return raw
    found = to_jsonable_python(schema.value_at(values, path))
    return raw if found is None else found


def _change(settings: Settings, key: str, edit: Callable[[dict[str, Any]], bool]) -> Change:
    import tomli_w

    file = ConfigFile(settings.paths)
    private_folder(file.path.parent)
    with locked(file.path.with_name("config.toml.lock")):
        tree = file.read()
        comments = _has_comments(file)
        changed = edit(tree)
        if changed:
            write_atomic(file.path, tomli_w.dumps(tree))
    now = settings.fresh()
    try:
        value = now.value(key)
    except ConfigError:
        if not changed:
            raise
        value = Value(join_key(split_key(key)), None, "")
    warnings = (f"Comments in {file.origin} were not kept.",) if changed and comments else ()
    written = ProfileTable(file, now.paths.profile).origin if now.paths.profile else file.origin
    return Change(value, changed, _hidden(now, value.key, written), warnings)


def _has_comments(file: ConfigFile) -> bool:
    return any(line.lstrip().startswith("#") for line in file.text().split("\n"))


def _hidden(settings: Settings, key: str, origin: str) -> str:
    try:
        spoken = settings.explain(key)
    except ConfigError:
        return ""  # an unknown key that was removed
    in_file = any(one.origin == origin and not one.problem for one in spoken)
    above = [one.origin for one in spoken if one.used and one.origin not in {origin, "built-in"}]
    return above[0] if above and in_file else ""
