"""Which installed plugins are loaded: the variable ``SOGNI_PLUGINS``."""

from __future__ import annotations

from sogni_core.errors import ConfigError
from sogni_core.frozen import frozen
from sogni_core.text import clean

VARIABLE = "SOGNI_PLUGINS"


@frozen
class Selection:
    """Names to load, or names to leave out."""

    only: frozenset[str] | None = None
    """Names of the plugins to load; None for all."""
    blocked: frozenset[str] = frozenset()
    """Names of the plugins to leave out."""

    @classmethod
    def read(cls, text: str | None) -> Selection:
        """Read ``a,b`` (only these), ``-a,-b`` (all but these), an empty text (none) or None (all).

        Raises ConfigError INVALID_CONFIG if both forms are mixed, or a minus stands alone.
        """
        if text is None:
            return cls()
        names = [name.strip() for name in text.split(",") if name.strip()]
        blocked = [name.removeprefix("-").strip() for name in names if name.startswith("-")]
        only = [name for name in names if not name.startswith("-")]
        if not all(blocked):
            raise _invalid(text, "'-' must be followed by the name of a plugin")
        if blocked and only:
            mixed = f"it both names plugins to load ({', '.join(only)}) and plugins to leave out ({', '.join(blocked)})"
            raise _invalid(text, mixed)
        return cls(blocked=frozenset(blocked)) if blocked else cls(only=frozenset(only))

    def takes(self, name: str) -> bool:
        """Return whether a plugin of this name is loaded."""
        return name not in self.blocked and (self.only is None or name in self.only)

    @property
    def named(self) -> frozenset[str]:
        """Every name in it."""
        return self.blocked | (self.only or frozenset())


def _invalid(text: str, reason: str) -> ConfigError:
    return ConfigError(
        "INVALID_CONFIG",
        f"{VARIABLE} is not valid: {clean(reason)}.",
        hint=f"Use {VARIABLE}=a,b to load only a and b, or {VARIABLE}=-a,-b to load all but a and b.",
        details={"key": VARIABLE, "value": clean(text)},
    )
