"""The value of one setting, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr

from sogni_core.frozen import frozen
from sogni_core.settings.layers import BUILT_IN

_MASK = "********"
"""Shown in place of a secret."""


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
            return _MASK
        return _json_types(self.value)


def _json_types(value: object) -> object:
    """Return a value in JSON's types."""
    if isinstance(value, BaseModel):
        return {name: _json_types(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {str(name): _json_types(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json_types(item) for item in value]
    if isinstance(value, SecretStr | SecretBytes):
        return _MASK
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
