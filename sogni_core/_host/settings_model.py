"""The model of a settings table, checked where it is loaded, so that what is wrong with it is its plugin's error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sogni_core._host.quarantine import quarantine
from sogni_core._host.registry import Owned
from sogni_core._host.targets import describe, resolve
from sogni_core.errors import PluginError
from sogni_core.plugin import Settings


def settings_model(owned: Owned[Settings]) -> type[BaseModel]:
    """Import the model of a settings table; raises PluginError if it is none, or does not give its defaults."""
    found = resolve(owned.plugin, owned.record.model)
    for reason in unfit(found):
        raise PluginError(
            "PLUGIN_HOOK",
            f"Plugin {owned.plugin.label}: settings [{owned.record.section}]: {owned.record.model} {reason}.",
            plugin=owned.plugin.label,
        )
    return found  # type: ignore[no-any-return]


def unfit(found: Any) -> Iterator[str]:
    """Yield why an object cannot be the model of a settings table."""
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        yield "is not a pydantic model"
        return
    required = [name for name, info in found.model_fields.items() if info.is_required()]
    yield from (f"has no default for {name}" for name in required)
    if not required:
        outcome = quarantine(found)
        if outcome.error is not None:
            yield f"does not give its defaults: {describe(outcome.error)}"
