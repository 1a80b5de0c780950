"""The manifest ``openclaw.plugin.json``: the keys that OpenClaw accepts for this program, and their values.

Its form is described in docs/plugins/manifest.md of OpenClaw's repository. Plugins declare keys in
:attr:`sogni_core.plugin.Settings.openclaw`. The settings that a key feeds determine its values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_jsonable_python

from sogni_core import __version__
from sogni_core._builtin.openclaw.ranges import JsonSchema, intersection, of_field
from sogni_core._builtin.skill.frontmatter import NAME, description
from sogni_core._builtin.skill.modes import ModeText
from sogni_core._core_app import CoreApp
from sogni_core._engine.resolver import request_class
from sogni_core._host.registry import LIVE_NETWORKS
from sogni_core.errors import SogniError
from sogni_core.plugin import Mode, Network, Settings
from sogni_core.settings.keys import join_key, split_key
from sogni_core.text import clean

FILE = "openclaw.plugin.json"
"""File name that OpenClaw expects."""


@dataclass
class _Key:
    """One key, with the rules of the settings that it feeds."""

    rules: JsonSchema
    descriptions: list[str] = field(default_factory=list)
    defaults: list[Any] = field(default_factory=list)

    def schema(self) -> JsonSchema:
        """Return its schema, with a default if all settings have the same one."""
        about = {**self.rules, "description": " ".join(dict.fromkeys(filter(None, self.descriptions)))}
        first = self.defaults[0]
        if all(value == first for value in self.defaults) and first not in (None, {}, []):
            about["default"] = first
        return about


def manifest(app: CoreApp, modes: Iterable[ModeText], warnings: list[str]) -> dict[str, Any]:
    """Return the manifest for the installed plugins. Settings that cannot be loaded become warnings."""
    return {
        "id": NAME,
        "name": "Sogni",
        "description": description(modes),
        "version": __version__,
        "skills": ["."],
        "configSchema": _config(_keys(app, warnings), warnings),
    }


def _keys(app: CoreApp, warnings: list[str]) -> dict[str, _Key]:
    found: dict[str, _Key] = {}
    for section, owned in app.registry.settings().items():
        record: Settings = owned.record
        if not record.openclaw:
            continue
        try:
            model = app.host.resolve(owned, record.model)
            for key, fed in record.openclaw.items():
                for name in (fed,) if isinstance(fed, str) else fed:
                    _add(app, found, key, model, section, tuple(name.split(".")))
        except SogniError as error:
            warnings.append(error.message)
        except Exception as error:  # noqa: BLE001 - a plugin's model may raise anything
            warnings.append(clean(f"OpenClaw's keys for [{section}] of {owned.plugin.label} are left out: {error}"))
    return found


def _add(app: CoreApp, found: dict[str, _Key], key: str, model: Any, section: str, path: tuple[str, ...]) -> None:
    rules, said = of_field(model, path)
    whole = join_key((section, *path) if section else path)
    choices = _choices(app, whole)
    if choices:
        rules = intersection(rules, {"enum": choices})
    known = found.get(key)
    if known is None:
        known = found[key] = _Key(rules)
    known.rules = intersection(known.rules, rules)
    known.descriptions.append(said)
    known.defaults.append(to_jsonable_python(app.settings.builtin(whole)))


def _choices(app: CoreApp, key: str) -> list[str]:
    """Return the allowed values of a setting that names a network or a workflow; empty for other settings."""
    if key == "network":
        return [*LIVE_NETWORKS, *(owned.record.name for owned in app.registry.usable(Network))]
    for owned in app.registry.usable(Mode):
        for spec in request_class(owned).specs().values():
            if spec.names_workflow and spec.setting == key:
                return [one.record.name for one in app.registry.workflows(owned)]
    return []


def _config(keys: dict[str, _Key], warnings: list[str]) -> JsonSchema:
    """Return the schema of all keys, nested at their dots."""
    root: JsonSchema = {"type": "object", "additionalProperties": False, "properties": {}}
    for key, known in keys.items():
        *above, last = split_key(key)
        table = root
        for name in above:
            table = table["properties"].setdefault(
                name, {"type": "object", "additionalProperties": False, "properties": {}}
            )
            if "properties" not in table:
                break
        if "properties" not in table or last in table["properties"]:
            warnings.append(f"OpenClaw's key {clean(key)} is left out: another key has the same place.")
        else:
            table["properties"][last] = known.schema()
    return root
