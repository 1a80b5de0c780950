"""Settings in layers, with the origin of every value; credentials; and the folders of this installation.

The names of this package are public; its modules are not. Layers, highest first: flags (the engine handles them),
``SOGNI_*`` environment, OpenClaw's ``sogni-gen`` entry, ``~/.config/sogni/config.toml``, built-in values. Names are
imported when they are first used, so that reading a path does not import pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sogni_core.settings.core import CoreSettings, ExistingFiles
    from sogni_core.settings.credentials import Credentials, CredentialsOrder
    from sogni_core.settings.layers import SettingProblem
    from sogni_core.settings.paths import Paths
    from sogni_core.settings.value import Value
    from sogni_core.settings.values import Settings

__all__ = [
    "CoreSettings",
    "Credentials",
    "CredentialsOrder",
    "ExistingFiles",
    "Paths",
    "SettingProblem",
    "Settings",
    "Value",
]

_HOMES = {
    "CoreSettings": "core",
    "Credentials": "credentials",
    "CredentialsOrder": "credentials",
    "ExistingFiles": "core",
    "Paths": "paths",
    "SettingProblem": "layers",
    "Settings": "values",
    "Value": "value",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
