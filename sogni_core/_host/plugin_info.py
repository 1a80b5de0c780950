"""What the host knows of a plugin, whether it works or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from sogni_core.errors import SogniError


@dataclass
class PluginInfo:
    """One plugin: where it comes from, what it hooks, how long its import took, and what is wrong with it."""

    name: str
    """Name of its entry point; ``core`` for what ships with sogni-core."""
    module_name: str
    distribution: str
    dist: Distribution | None = None
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
        """Version of the distribution; read only when asked for, since it costs a parse of its metadata."""
        if self.dist is not None:
            # Broken metadata may hold none.
            return self.dist.version or "of unknown version"
        from sogni_core import __version__

        return __version__

    @property
    def label(self) -> str:
        """Name, distribution and version, for messages."""
        return f"{self.name} ({self.distribution} {self.version})"

    @property
    def is_core(self) -> bool:
        """Whether it ships with sogni-core."""
        return self.dist is None and self.name == "core"
