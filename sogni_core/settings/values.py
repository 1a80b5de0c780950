"""Settings by section and by key, with the origin of every value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from sogni_core.errors import ConfigError, SogniError
from sogni_core.settings import schema
from sogni_core.settings.config_file import ConfigFile
from sogni_core.settings.core import CoreSettings
from sogni_core.settings.environment import Environment
from sogni_core.settings.keys import join_key, split_key
from sogni_core.settings.layers import BUILT_IN, Layer, SettingProblem
from sogni_core.settings.openclaw import OpenClaw, OpenClawKeys
from sogni_core.settings.paths import Paths
from sogni_core.settings.profiles import ProfileTable
from sogni_core.settings.section import Section, resolve, unknown_key
from sogni_core.settings.value import Value
from sogni_core.text import clean, nearest

SectionT = TypeVar("SectionT", bound=BaseModel)


class Settings:
    """The settings of one command. Each section is read once, when it is first needed."""

    def __init__(
        self,
        sections: Mapping[str, Callable[[], type[BaseModel]]],
        *,
        paths: Paths,
        environ: Mapping[str, str],
        openclaw: OpenClawKeys = OpenClawKeys(),  # noqa: B008 - it cannot be changed
        targets: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Prepare the settings; nothing is read yet.

        ``sections``: name of a table to a function that imports its model, as plugins registered them; the core's own
        is added. ``paths``, ``environ``: where to read from. ``openclaw``: which keys of OpenClaw feed which settings.
        ``targets``: name of a table to the target of its model, so that :meth:`of` need not import the other models.
        """
        self.paths = paths
        self.environ = environ
        self.sections: dict[str, Callable[[], type[BaseModel]]] = {"": lambda: CoreSettings, **sections}
        self._keys = openclaw
        self._targets = targets
        file = ConfigFile(paths)
        profile = [ProfileTable(file, paths.profile)] if paths.profile else []
        self._layers: list[Layer] = [Environment(environ), OpenClaw(paths, environ, openclaw), *profile, file]
        """The highest first."""
        self._read: dict[str, Section] = {}

    def fresh(self) -> Settings:
        """Return the same settings, to be read again."""
        return Settings(
            self.sections, paths=self.paths, environ=self.environ, openclaw=self._keys, targets=self._targets
        )

    def section(self, name: str) -> Any:
        """Return the values of a table, an instance of its model; ``""`` is the top level.

        Raises INVALID_CONFIG for an unknown table, and what its plugin raises on import.
        """
        return self._section(name).values

    def of(self, model: type[SectionT]) -> SectionT:
        """Return the values of the table that was registered with this model.

        Raises INVALID_CONFIG if no table was.
        """
        target = f"{model.__module__}:{model.__qualname__}"
        for name in sorted(self.sections, key=lambda name: self._targets.get(name) != target):
            try:
                section = self._section(name)
            except SogniError:
                if name not in self._read and name:
                    continue  # another plugin's error, reported where all settings are read
                raise
            if section.model is model:
                return cast("SectionT", section.values)
        raise ConfigError("INVALID_CONFIG", f"No plugin registered {model.__qualname__} for its settings.")

    @property
    def core(self) -> CoreSettings:
        """The values of the top level."""
        return cast("CoreSettings", self.section(""))

    @cached_property
    def located(self) -> Paths:
        """The paths, with the files of the settings ``credentials_path`` and ``last_render_path``.

        An invalid setting changes nothing here: code that is about to pay with the credentials calls :meth:`require`.
        """

        def named(text: str | None) -> Path | None:
            return None if text is None else self.paths.expanded(text)

        core = self.core
        return replace(
            self.paths,
            credentials_file=named(core.credentials_path),
            last_render_file=named(core.last_render_path),
        )

    @property
    def openclaw(self) -> OpenClaw:
        """The layer with OpenClaw's configuration."""
        return next(layer for layer in self._layers if isinstance(layer, OpenClaw))

    def require(self, key: str) -> Value:
        """Return the value in force of a key, unless the highest layer that sets it has an invalid value.

        For keys such as the network: with a lower layer's value, the user would pay elsewhere or otherwise than meant.
        Raises INVALID_CONFIG.
        """
        spoken = self.explain(key)[0]
        if spoken.problem:
            raise ConfigError(
                "INVALID_CONFIG",
                f"{spoken.key} ({spoken.origin}) is not valid: {spoken.problem}.",
                details={"key": spoken.key, "origin": spoken.origin, "value": spoken.shown},
            )
        return self.value(key)

    def value(self, key: str) -> Value:
        """Return the value in force and its origin. The origin of a table is that of its highest value.

        Raises INVALID_CONFIG for an unknown key. A key that the user may choose and has not set has the value None.
        """
        section, path = self.locate(key)
        return self._value(section, path)

    def builtin(self, key: str) -> Any:
        """Return the built-in value of a key. Raises INVALID_CONFIG for an unknown key."""
        section, path = self.locate(key)
        found = schema.value_at(section.model(), path)
        return None if found is schema.MISSING else found

    def explain(self, key: str) -> list[Value]:
        """Return the values of a key in every layer that sets it, highest first, the built-in value last.

        For a table, those of each key in it. Raises INVALID_CONFIG for an unknown key.
        """
        section, path = self.locate(key)
        secret = schema.is_secret(section.model, path)
        spoken: list[Value] = []
        for found, said in section.said.items():
            if found[: len(path)] != path:
                continue
            origin = section.origin(found)
            for one in said:
                used = not one.problem and one.origin == origin
                value = schema.value_at(section.values, found) if used else one.value
                spoken.append(Value(section.key(found), value, one.origin, secret, used, one.problem))
        built_in = Value(section.key(path), self.builtin(key), BUILT_IN, secret, not any(one.used for one in spoken))
        return [*spoken, built_in]

    def all(self) -> list[Value]:
        """Return every value in force, by section, in the order of the models. Every section is read.

        A section whose model cannot be imported is left out; :meth:`check` reports it.
        """
        return [self._value(section, path) for section in self._sections() for path, _ in _shown_leaves(section.values)]

    @property
    def problems(self) -> tuple[SettingProblem, ...]:
        """The problems of the layers, and of the sections that have been read."""
        names = tuple(self.sections)
        whole = [problem for layer in self._layers for problem in layer.problems(names)]
        found = [*whole, *(problem for section in self._read.values() for problem in section.problems)]
        distinct: dict[tuple[str, str], SettingProblem] = {}
        for one in found:
            # A key of OpenClaw may feed several settings, but it is one mistake.
            distinct.setdefault((one.origin, one.key or one.message), one)
        return tuple(distinct.values())

    def check(self) -> tuple[SettingProblem, ...]:
        """Return the problems of the layers and of all sections; every section is read."""
        broken: list[SettingProblem] = []
        for _ in self._sections(broken):
            pass
        return (*self.problems, *broken)

    def require_valid(self) -> None:
        """Raise INVALID_CONFIG with all problems of severity ``error``, if there are any."""
        wrong = [problem for problem in self.check() if problem.severity == "error"]
        if wrong:
            more = f" ({len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise ConfigError(
                "INVALID_CONFIG",
                f"{wrong[0]}{more}",
                details={
                    "problems": [
                        {"message": one.message, "origin": one.origin, "key": one.key, "nearest": one.nearest}
                        for one in wrong
                    ]
                },
            )

    def require_read(self, *, hosts: bool = True) -> None:
        """Raise INVALID_CONFIG if a file with settings could not be read; ``hosts``: that of a host counts too.

        For paid work: network, currency, account and limits are never guessed, and the file may have set them.
        """
        counted = ("own", "host") if hosts else ("own",)
        unread = next((problem for problem in self.problems if problem.unread in counted), None)
        if unread is not None:
            raise ConfigError(
                "INVALID_CONFIG",
                f"{unread.message} It may set the network, the currency or a limit, so nothing is paid for.",
                hint="Correct the file or move it away; sogni config path shows where it is.",
                details={"origin": unread.origin},
            )

    def locate(self, key: str) -> tuple[Section, schema.Path]:
        """Return the section of a key, and the path below it. Raises INVALID_CONFIG for an unknown key."""
        try:
            parts = split_key(key)
        except ValueError as error:
            raise ConfigError("INVALID_CONFIG", f"{clean(error)}.", details={"key": clean(key)}) from None
        named = len(parts) > 1 and parts[0] in self.sections
        section = self._section(parts[0] if named else "")
        path = parts[1:] if named else parts
        if schema.at(section.model, path) is schema.MISSING:
            if parts[0] in self.sections:
                near = unknown_key(self._section(parts[0]), parts[1:])
            else:
                # Of other sections only the names are compared, so that a typing error imports no plugin.
                near = unknown_key(section, path) or nearest(parts[0], (name for name in self.sections if name))
            raise ConfigError(
                "INVALID_CONFIG",
                f"{join_key(parts)} is not a known setting.",
                hint=f"Did you mean {near}?" if near else None,
                details={"key": join_key(parts), "nearest": near},
            )
        return section, path

    def _section(self, name: str) -> Section:
        if name not in self._read:
            if name not in self.sections:
                near = nearest(name, self.sections)
                raise ConfigError(
                    "INVALID_CONFIG",
                    f"No installed plugin has the table [{clean(name)}].",
                    hint=f"Did you mean {near}?" if near else None,
                    details={"key": clean(name), "nearest": near},
                )
            names = tuple(self.sections)
            self._read[name] = resolve(
                name, self.sections[name](), (layer.entries(name, names) for layer in self._layers)
            )
        return self._read[name]

    def _sections(self, broken: list[SettingProblem] | None = None) -> Iterator[Section]:
        for name in self.sections:
            try:
                section = self._section(name)
            except SogniError as error:
                if broken is not None:
                    # It is named, and costs its own values only.
                    broken.append(SettingProblem(error.message, f"plugin of [{name}]", name, severity="note"))
                continue
            yield section

    def _value(self, section: Section, path: schema.Path) -> Value:
        value = schema.value_at(section.values, path)
        origin = section.origin(path)
        if origin == BUILT_IN and isinstance(value, BaseModel | Mapping):
            # The values of a table may come from several layers; its origin is the highest of them.
            below = [found for found in section.said if found[: len(path)] == path]
            origin = next((one for one in map(section.origin, below) if one != BUILT_IN), BUILT_IN)
        secret = schema.is_secret(section.model, path)
        return Value(section.key(path), None if value is schema.MISSING else value, origin, secret)


def _shown_leaves(values: BaseModel) -> Iterator[tuple[schema.Path, object]]:
    """Yield the single values of a section; an empty table counts as one."""
    for name in type(values).model_fields:
        found = list(schema.leaves(schema.below(type(values), name), getattr(values, name), (name,)))
        yield from found or [((name,), None)]
