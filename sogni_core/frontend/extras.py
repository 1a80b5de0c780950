"""The error for a plugin that is not installed, although an extra of sogni-core installs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sogni_core._host.absence import not_installed
from sogni_core.errors import PluginError


def missing_plugin(extra: str, what: str, details: Mapping[str, Any]) -> PluginError:
    """Return the error PLUGIN_NOT_INSTALLED; ``what`` starts its message, such as ``--video comes with``."""
    return not_installed(what, f"sogni-{extra}", extra, details)
