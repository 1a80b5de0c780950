"""Which medium a project belongs to: looked up by its class, checked once for each class, ready for use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from operator import attrgetter
from typing import Any

from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import blaming, resolve
from sogni_core._protocol.medium import Load, LoadedMedium
from sogni_core.errors import InputError, PluginError
from sogni_core.plugin import Medium
from sogni_core.project import Project


class Media:
    """The media of a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._loaded: dict[type[Project], LoadedMedium] = {}

    def of(self, project: Project) -> LoadedMedium:
        """Return the medium of a project: that of its class, else of the nearest parent that has one.

        Raises InputError INVALID_ARGUMENT if there is none, and for a class with fields that the parent's medium does
        not send; PluginError PLUGIN_CONFLICT if two plugins claim the class, PLUGIN_IMPORT if a target is missing.
        """
        kind = type(project)
        if kind not in self._loaded:
            self._loaded[kind] = self._load(kind)
        return self._loaded[kind]

    def _load(self, kind: type[Project]) -> LoadedMedium:
        registered: dict[type[Any], Owned[Medium]] = {}
        for owned in (*self._registry.usable(Medium), *self._registry.every(Medium)):
            if (found := _imported(owned.record.project)) is not None:
                registered.setdefault(found, owned)
        parent = next((base for base in kind.__mro__ if base in registered), None)
        if parent is None:
            raise self._unknown(kind)
        owned = self._registry.require_owned(registered[parent])
        if added := [info.name for info in fields(kind) if info.name not in {one.name for one in fields(parent)}]:
            raise _unsent(kind, parent, owned.record.name, added)
        return LoadedMedium(owned.record, owned.plugin.label, _loader(owned.plugin))

    def _unknown(self, kind: type[Project]) -> InputError:
        names = sorted(owned.record.project.rpartition(":")[2] for owned in self._registry.usable(Medium))
        return InputError(
            "INVALID_ARGUMENT",
            f"{kind.__name__} projects cannot be sent. Available: {', '.join(names)}.",
            hint=f"Submit one of these, or register a Medium for {kind.__name__} in sogni_media.",
            details={"class": f"{kind.__module__}.{kind.__qualname__}", "allowed": names},
        )


def _imported(target: str) -> Any:
    """Return what a target names if its module was imported. A project's class was; nothing else need be."""
    module_name, _, attribute = target.partition(":")
    module = sys.modules.get(module_name)
    try:
        return attrgetter(attribute)(module) if module is not None else None
    except AttributeError:
        return None


def _unsent(kind: type[Project], parent: type[Project], medium: str, added: list[str]) -> InputError:
    named = ", ".join(added)
    what = f"the fields {named}" if len(added) > 1 else f"the field {named}"
    return InputError(
        "INVALID_ARGUMENT",
        f"{kind.__name__} adds {what} to {parent.__name__}, which the medium {medium!r} does not send.",
        hint=f"Register a Medium for {kind.__name__} in sogni_media, or remove what it adds.",
        details={"class": f"{kind.__module__}.{kind.__qualname__}", "fields": added, "medium": medium},
    )


def _loader(owner: PluginInfo) -> Load:
    def load(target: str, returns: type) -> Callable[..., Any]:
        function = resolve(owner, target)

        @wraps(function)
        def call(*arguments: Any) -> Any:
            with blaming(owner, target):
                value = function(*arguments)
            if not isinstance(value, returns):
                text = f"Plugin {owner.label}: {target} returned {type(value).__name__}, not {returns.__name__}"
                raise PluginError("PLUGIN_HOOK", f"{text}.", plugin=owner.label)
            return value

        return call

    return load
