"""The value of one setting, and how it is shown."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from sogni_core.frozen import frozen
from sogni_core.json_value import MASK, json_value
from sogni_core.settings.layers import BUILT_IN


@frozen
class Value:
    """The value of one key: the one in force, or that of one layer."""

    key: str
    value: Any = field(repr=False)
    """As the section's model converted it; as it was written, for a value that is not in force."""
    origin: str
    """``environment SOGNI_VIDEO__FPS``, ``~/.openclaw/openclaw.json defaultFps``, ``~/.config/sogni/config.toml``,
    ``built-in``."""
    secret: bool = False
    used: bool = True
    """Whether this is the value in force."""
    problem: str = ""
    """Why it is ignored; empty if it is valid."""

    @property
    def built_in(self) -> bool:
        """Whether no layer sets it."""
        return self.origin == BUILT_IN

    @property
    def shown(self) -> object:
        """The value for people and programs, in JSON's types, a secret masked."""
        if self.secret and self.value is not None:
            return MASK
        return json_value(self.value)
