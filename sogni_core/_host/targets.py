"""Turn ``"module:attribute"`` into the object, and name the plugin when that fails."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from operator import attrgetter
from typing import Any

from sogni_core._host import extras
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.quarantine import quarantine
from sogni_core.errors import PluginError, SogniError
from sogni_core.text import clean

TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
"""Form of a target."""

RESOURCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[\w-]+(\.[\w-]+)*")
"""Form of the name of a file in a package."""

OFFICIAL = frozenset(
    f"sogni-{extra}"
    for extras in (extras.COMMANDS, extras.NETWORKS, extras.OPENCLAW)
    for extra in ("core", *extras.values())
)
"""Distributions of this project."""

strangers: set[str] = set()
"""Distributions of others whose targets were asked for in this process; what their code leaves open is not known."""


def describe(error: BaseException) -> str:
    """Say an exception in one cleaned line."""
    return clean(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


@contextmanager
def blaming(owner: PluginInfo, what: str) -> Iterator[None]:
    """Turn whatever a plugin's code raises into PluginError PLUGIN_HOOK with its name; errors of the tree pass."""
    try:
        yield
    except SogniError:
        raise
    except Exception as error:
        text = f"Plugin {owner.label}: {what} raised {describe(error)}"
        raise PluginError("PLUGIN_HOOK", text, plugin=owner.label) from error


def read_text(owner: PluginInfo, resource: str) -> str:
    """Return the text of a file in a plugin's package, ``"package:file.md"``; raises PluginError PLUGIN_IMPORT."""
    from importlib.resources import files

    package, _, name = resource.partition(":")
    outcome = quarantine(lambda: files(package).joinpath(name).read_text("utf-8"))
    if outcome.error is None:
        return str(outcome.value)
    raise PluginError(
        "PLUGIN_IMPORT",
        f"Plugin {owner.label}: {resource} cannot be read: {describe(outcome.error)}",
        plugin=owner.label,
    ) from outcome.error


def resolve(owner: PluginInfo, target: str) -> Any:
    """Import a target of a plugin; raises PluginError PLUGIN_IMPORT."""
    if owner.distribution not in OFFICIAL:
        strangers.add(owner.distribution)
    module_name, _, attribute = target.partition(":")
    module = sys.modules.get(module_name)
    if module is not None and "." not in attribute and attribute in vars(module):
        return vars(module)[attribute]
    outcome = quarantine(lambda: attrgetter(attribute)(import_module(module_name)))
    if outcome.error is None:
        return outcome.value
    if isinstance(outcome.error, SogniError):
        raise outcome.error
    raise PluginError(
        "PLUGIN_IMPORT",
        f"Plugin {owner.label}: {target} cannot be loaded: {describe(outcome.error)}",
        plugin=owner.label,
    ) from outcome.error
