"""The project that a test belongs to, and the plugins that it registers."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sogni_core.plugin import ENTRY_POINT_GROUP


def plugins_of(test: Path, root: Path) -> list[str]:
    """Return the names of the plugins that a test's project registers in its ``pyproject.toml``; empty if it does not.

    The project is that of the nearest ``pyproject.toml`` with a table ``[project]``, from the test's folder up to
    ``root``.
    """
    for folder in test.parents:
        project = _project(folder / "pyproject.toml")
        if project is not None:
            points = project.get("entry-points", {})
            return sorted(points.get(ENTRY_POINT_GROUP, {})) if isinstance(points, dict) else []
        if folder == root:
            break
    return []


def _project(file: Path) -> dict[str, object] | None:
    try:
        found = tomllib.loads(file.read_text("utf-8")).get("project")
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
