"""Where things are in this repository, and the official plugins that live in it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.plugin_info import PluginInfo
from sogni_core.plugin import ENTRY_POINT_GROUP

ROOT = Path(__file__).resolve().parent.parent
"""Root of the repository."""


@dataclass(frozen=True)
class Official:
    """A plugin of ``plugins/``."""

    entry_point: EntryPoint
    distribution: str
    extra: str
    """Extra of sogni-core that installs it."""


def pyproject(folder: Path) -> dict[str, Any]:
    """Read the ``pyproject.toml`` of a folder."""
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def official() -> list[Official]:
    """List the plugins of ``plugins/``, by name. Raises LookupError for one that no extra installs."""
    extras = {
        requirement_name(requirement): extra
        for extra, requirements in pyproject(ROOT)["project"]["optional-dependencies"].items()
        for requirement in requirements
        if requirement_name(requirement) != "sogni-core"
    }
    found = []
    for file in sorted((ROOT / "plugins").glob("*/pyproject.toml")):
        project = pyproject(file.parent)["project"]
        for name, module in project.get("entry-points", {}).get(ENTRY_POINT_GROUP, {}).items():
            point = EntryPoint(name, module, ENTRY_POINT_GROUP)
            found.append(Official(point, project["name"], extras[project["name"]]))
    return found


def requirement_name(requirement: str) -> str:
    """Return the distribution that a requirement names, normalised."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    if found is None:
        raise ValueError(f"{requirement!r} names no distribution")
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def distribution(plugin: PluginInfo) -> str:
    """Name the distribution of a plugin that :func:`host` loaded."""
    return {one.entry_point.name: one.distribution for one in official()}.get(plugin.name, "sogni-core")


def host() -> PluginHost:
    """Load the core and the official plugins, whatever else is installed. Raises what a plugin raises."""
    made = PluginHost(CORE_PLUGIN, load=lambda: [plugin.entry_point for plugin in official()])
    for plugin in made.plugins:
        for problem in (plugin.failure, *plugin.problems):
            if problem is not None:
                raise problem
    return made
