"""The value of one setting, and how it is shown."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from sogni_core.frozen import frozen
from sogni_core.json_value import MASK, json_value
from sogni_core.settings.layers import BUILT_IN


@frozen
class Value:
    """The value of one key in one layer."""

    key: str
    value: Any = field(repr=False)
    """As the section's model has it; as it was written where a layer below or a refused value is explained."""
    origin: str
    """``environment SOGNI_VIDEO__FPS``, ``~/.openclaw/openclaw.json defaultFps``, ``~/.config/sogni/config.toml``,
    ``built-in``."""
    secret: bool = False
    used: bool = True
    """Whether this is the value in force."""
    problem: str = ""
    """Why it was ignored; empty if it is valid."""

    @property
    def built_in(self) -> bool:
        """Whether no layer gave it."""
        return self.origin == BUILT_IN

    @property
    def shown(self) -> object:
        """The value to show to people and programs, JSON types only, a secret masked."""
        if self.secret and self.value is not None:
            return MASK
        return json_value(self.value)
