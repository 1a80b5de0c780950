"""Find the plugins that are installed, in an order that does not depend on the file system."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sogni_core._host import extras
from sogni_core._host.plugin_info import PluginInfo, metadata
from sogni_core._startup.distributions import Distribution, EntryPoint, entry_points
from sogni_core.errors import PluginError
from sogni_core.plugin import ENTRY_POINT_GROUP

EntryPoints = Callable[[], Iterable[EntryPoint]]

_REQUIRES_CORE = re.compile(r"^Requires-Dist:\s*sogni[-_.]core\s*(?:\[[^\]]*\])?\s*\(?([^;)\n]*)", re.I | re.M)

_NAME = re.compile(r"^Name:[ \t]*(\S+)", re.I | re.M)

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def installed() -> Iterable[EntryPoint]:
    """Read the entry points of the plugins in this environment."""
    return entry_points(ENTRY_POINT_GROUP)


def find(load: EntryPoints) -> list[PluginInfo]:
    """List the installed plugins by name."""
    found: dict[tuple[str, str, str], PluginInfo] = {}
    for point in load():
        distribution = _name(point.dist) if point.dist is not None else ""
        # One distribution can be on the path twice (an editable install beside a copy): the first one counts.
        found.setdefault(
            (point.name, point.value, distribution),
            PluginInfo(point.name, point.value, distribution or point.value.partition(".")[0], dist=point.dist),
        )
    return [found[key] for key in sorted(found)]


def _name(dist: Distribution) -> str:
    named = _NAME.search(metadata(dist))
    return named[1] if named is not None else ""


def check_entry_point(plugin: PluginInfo) -> None:
    """Raise PLUGIN_IMPORT if the entry point does not name a module."""
    if not _MODULE.fullmatch(plugin.module_name):
        raise PluginError(
            "PLUGIN_IMPORT",
            f"Plugin {plugin.label}: its entry point must name a module, not {plugin.module_name!r:.80}.",
            plugin=plugin.label,
        )


def check_compatible(plugin: PluginInfo, core_version: str) -> None:
    """Raise PLUGIN_INCOMPATIBLE if the distribution asks for another version of sogni-core than this one.

    The installer enforces it too, unless it was told not to; then the failure would come later and look
    like a bug. The range that this project recommends is known by heart, so that the common case needs
    no parser of version specifiers.
    """
    if plugin.dist is None:
        return
    for wanted in _REQUIRES_CORE.findall(metadata(plugin.dist)):
        parts = ",".join(sorted(part.strip() for part in wanted.split(",") if part.strip()))
        if parts in ("", extras.COMPATIBLE):
            continue
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            fits = SpecifierSet(parts).contains(core_version, prereleases=True)
        except InvalidSpecifier:
            fits = False
        if not fits:
            raise PluginError(
                "PLUGIN_INCOMPATIBLE",
                f"Plugin {plugin.label} needs sogni-core {wanted.strip()}, this is {core_version}.",
                plugin=plugin.label,
            )
