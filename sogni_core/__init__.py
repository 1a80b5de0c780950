"""A framework that turns prompts and reference media into images and videos on the Sogni Supernet."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sogni_core.app import App, open
    from sogni_core.errors import SogniError
    from sogni_core.result import Artifact, Outcome, Plan, Progress, Result

__version__ = "0.1.0"

__all__ = ["App", "Artifact", "Outcome", "Plan", "Progress", "Result", "SogniError", "__version__", "open"]

_HOMES = {
    "App": "sogni_core.app",
    "open": "sogni_core.app",
    "SogniError": "sogni_core.errors",
    "Artifact": "sogni_core.result",
    "Outcome": "sogni_core.result",
    "Plan": "sogni_core.result",
    "Progress": "sogni_core.result",
    "Result": "sogni_core.result",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that importing the package costs nothing."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
