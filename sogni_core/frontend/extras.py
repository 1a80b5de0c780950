"""What an installation could have besides: flags and commands of distributions that an extra of sogni-core brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sogni_core._host import extras
from sogni_core.errors import PluginError

FLAT_FLAGS: Mapping[str, str] = extras.CLAIMS
"""Flag of a command line without subcommands to the extra that brings its mode."""


def missing_plugin(extra: str, what: str, details: Mapping[str, Any]) -> PluginError:
    """Make the error PLUGIN_NOT_INSTALLED; ``what`` begins its sentence: ``--video comes with``."""
    distribution = f"sogni-{extra}"
    return PluginError(
        "PLUGIN_NOT_INSTALLED",
        f"{what} the plugin {distribution}, which is not installed.",
        hint=f'Install it with: pip install "sogni-core[{extra}]"',
        details={**details, "distribution": distribution},
        plugin=distribution,
    )
