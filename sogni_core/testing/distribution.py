"""A distribution as an installer leaves it: files, and a ``.dist-info`` folder with entry points and metadata."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sogni_core.plugin import ENTRY_POINT_GROUP


def write_distribution(
    site: Path,
    name: str,
    *,
    version: str = "1.0",
    plugins: Mapping[str, str],
    files: Mapping[str, str] | None = None,
    requires: Sequence[str] = (),
) -> Path:
    """Write a distribution into a folder of the module path; returns its ``.dist-info`` folder.

    ``plugins``: entry points of the group ``sogni.plugins``, name to module. ``files``: path inside ``site``
    to text. ``requires``: requirements, such as ``"sogni-core>=0.1,<0.2"``.
    """
    for path, text in (files or {}).items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    (info / "METADATA").write_text("\n".join(metadata) + "\n", encoding="utf-8")
    points = [f"[{ENTRY_POINT_GROUP}]", *(f"{point} = {value}" for point, value in plugins.items())]
    (info / "entry_points.txt").write_text("\n".join(points) + "\n", encoding="utf-8")
    importlib.invalidate_caches()
    return info


@contextlib.contextmanager
def on_path(site: Path) -> Iterator[Path]:
    """Put a folder on the module path; at the end it is taken off, and what was imported from it is forgotten."""
    folder = str(site.absolute())
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        yield site
    finally:
        sys.path.remove(folder)
        for name, module in list(sys.modules.items()):
            places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
            if any(place is not None and str(place).startswith(folder) for place in places):
                del sys.modules[name]
        importlib.invalidate_caches()
