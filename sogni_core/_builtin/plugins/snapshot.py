"""The commands ``plugins freeze`` and ``plugins restore``: the installed plugins as a list, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sogni_core import __version__
from sogni_core._builtin.plugins.installation import DryRun, install
from sogni_core._builtin.plugins.requirement import requirement_of
from sogni_core._core_app import CoreApp
from sogni_core._host.plugin_info import PluginInfo
from sogni_core.errors import InputError
from sogni_core.files import absolute
from sogni_core.result import Report
from sogni_core.text import clean, quote_path

LARGEST = 1_000_000
"""Characters of a list; more is some other file."""


def freeze(app: CoreApp) -> Report:
    """List the installed plugins with their versions, one requirement a line, for plugins restore."""
    plugins = {one.distribution: one for one in (*app.host.plugins, *app.host.left_out) if one.dist is not None}
    rows = [
        {"distribution": name, "version": plugin.version, "requirement": requirement_for(plugin)}
        for name, plugin in sorted(plugins.items())
    ]
    files = [str(plugin.file) for plugin in app.host.plugins if plugin.file is not None]
    text = [f"# Plugins of sogni-core {__version__}. Install them with: sogni plugins restore FILE"]
    text += [row["requirement"] for row in rows]
    text += [f"# Not installed, a file: {quote_path(file)}" for file in files]
    return Report({"type": "plugins-freeze", "core": __version__, "plugins": rows, "files": files}, text)


async def restore(
    app: CoreApp,
    file: Annotated[str, typer.Argument(help="A list that plugins freeze wrote, as text or JSON.", metavar="FILE")],
    dry_run: DryRun = False,
) -> Report:
    """Install the plugins of a list with the installer of this environment."""
    requirements = list(_requirements(absolute(file)))
    if not requirements:
        raise InputError("INVALID_ARGUMENT", f"{quote_path(file)} lists no plugin.", details={"path": file})
    return await install(app, "plugins-restore", requirements, dry_run=dry_run)


def requirement_for(plugin: PluginInfo) -> str:
    """Return what to install for the same plugin again: a version, or the place that it was installed from."""
    text = plugin.dist.read_text("direct_url.json") if plugin.dist is not None else None
    try:
        origin: dict[str, Any] = json.loads(text) if text else {}
        url = str(origin["url"])
    except (ValueError, LookupError, TypeError):
        return f"{plugin.distribution}=={plugin.version}"
    vcs = origin.get("vcs_info")
    if isinstance(vcs, dict):
        url = f"{vcs.get('vcs')}+{url}@{vcs.get('commit_id')}"
    if origin.get("subdirectory"):
        url += f"#subdirectory={origin['subdirectory']}"
    return f"{plugin.distribution} @ {url}"


def _requirements(file: Path) -> Iterator[str]:
    """Read the requirements of a list; raises InputError."""
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = clean(getattr(error, "strerror", None) or error).lower()
        raise InputError("MISSING_FILE", f"Cannot read {quote_path(file)}: {reason}.", hint="Check the path.") from None
    if len(text) > LARGEST:
        raise InputError("INVALID_ARGUMENT", f"{quote_path(file)} is too large for a list of plugins.")
    if text.lstrip().startswith("{"):
        try:
            lines = [str(entry["requirement"]) for entry in json.loads(text)["plugins"]]
        except (ValueError, LookupError, TypeError):
            raise InputError("INVALID_ARGUMENT", f"{quote_path(file)} is not a list of plugins freeze.") from None
    else:
        lines = [line.partition(" #")[0].strip() for line in text.splitlines() if not line.lstrip().startswith("#")]
    yield from (requirement_of(line) for line in lines if line)
