"""What the host knows of a plugin, whether it works or not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sogni_core.text import quote_path

if TYPE_CHECKING:
    from sogni_core._startup.distributions import Distribution
    from sogni_core.errors import SogniError

_VERSION = re.compile(r"^Version:[ \t]*(\S+)", re.I | re.M)


@dataclass
class PluginInfo:
    """One plugin: where it comes from, what it hooks, how long its import took, and what is wrong with it."""

    name: str
    """Name of its entry point or file; ``core`` for what ships with sogni-core."""
    module_name: str
    """Module that targets name; of a one-file plugin the file's name without ``.py``."""
    distribution: str
    """Empty for a one-file plugin."""
    dist: Distribution | None = None
    file: Path | None = None
    """The file of a one-file plugin."""
    module: ModuleType | None = None
    hooks: tuple[str, ...] = ()
    import_ms: float = 0.0
    failure: SogniError | None = None
    """Why all of its records are left out."""
    problems: list[SogniError] = field(default_factory=list)
    """Why single records are left out."""
    warnings: list[str] = field(default_factory=list)

    @property
    def version(self) -> str:
        """Version of the distribution, read only when asked for; empty for a one-file plugin."""
        if self.file is not None:
            return ""
        if self.dist is not None:
            said = _VERSION.search(metadata(self.dist))
            return said[1] if said is not None else "of unknown version"  # broken metadata may hold none
        from sogni_core import __version__

        return __version__

    @property
    def label(self) -> str:
        """Name with distribution and version, or with the file, for messages."""
        origin = quote_path(self.file) if self.file is not None else f"{self.distribution} {self.version}"
        return f"{self.name} ({origin})"

    @property
    def is_core(self) -> bool:
        """Whether it ships with sogni-core."""
        return self.dist is None and self.file is None and self.name == "core"


def metadata(dist: Distribution) -> str:
    """Return the core metadata of a distribution as text; empty if there are none."""
    return dist.read_text("METADATA") or dist.read_text("PKG-INFO") or ""
