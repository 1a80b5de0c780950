"""Turn ``"module:attribute"`` into the object, and name the plugin when that fails."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from operator import attrgetter
from typing import Any

from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.quarantine import quarantine
from sogni_core.errors import PluginError, SogniError, UnregisteredCodeError
from sogni_core.text import clean

TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
"""Form of a target."""

RESOURCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[\w-]+(\.[\w-]+)*")
"""Form of the name of a file in a package."""


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
        raise blame(owner, f"Plugin {owner.label}: {what}", error) from error


def blame(owner: PluginInfo, subject: str, error: BaseException) -> PluginError:
    """Make the error of what a plugin's code raised, PLUGIN_HOOK: ``subject`` and what it raised."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # a group says nothing of itself
    if isinstance(error, UnregisteredCodeError):
        return unregistered(owner, error.code)
    return PluginError("PLUGIN_HOOK", f"{subject} raised {describe(error)}", plugin=owner.label)


def unregistered(owner: PluginInfo, code: str) -> PluginError:
    """Make the error of a plugin that uses a code which nobody registered."""
    text = f"Plugin {owner.label} {UnregisteredCodeError(clean(code, 80))}."
    return PluginError("PLUGIN_HOOK", text, plugin=owner.label)


def read_text(owner: PluginInfo, resource: str) -> str:
    """Return the text of a file in a plugin's package, ``"package:file.md"``; raises PluginError PLUGIN_IMPORT.

    For a one-file plugin it is a file next to it.
    """
    from importlib.resources import files

    package, _, name = resource.partition(":")
    folder = owner.file.parent if owner.file is not None and package == owner.module_name else None
    outcome = quarantine(lambda: (folder or files(package)).joinpath(name).read_text("utf-8"))
    if outcome.error is None:
        return str(outcome.value)
    raise PluginError(
        "PLUGIN_IMPORT",
        f"Plugin {owner.label}: {resource} cannot be read: {describe(outcome.error)}",
        plugin=owner.label,
    ) from outcome.error


def resolve(owner: PluginInfo, target: str) -> Any:
    """Import a target of a plugin; raises PluginError PLUGIN_IMPORT."""
    module_name, _, attribute = target.partition(":")
    # A plugin file cannot be imported by its name, which may be that of another module.
    own = owner.module if owner.file is not None and module_name == owner.module_name else None
    module = own or sys.modules.get(module_name)
    if module is not None and "." not in attribute and attribute in vars(module):
        return vars(module)[attribute]
    outcome = quarantine(lambda: attrgetter(attribute)(own or import_module(module_name)))
    if outcome.error is None:
        return outcome.value
    if isinstance(outcome.error, SogniError):
        raise outcome.error
    raise PluginError(
        "PLUGIN_IMPORT",
        f"Plugin {owner.label}: {target} cannot be loaded: {describe(outcome.error)}",
        plugin=owner.label,
    ) from outcome.error
