"""The origin of a value in a request, as data, so that no code depends on its wording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

from sogni_core.frozen import frozen

Kind = Literal["given", "setting", "workflow", "model", "extension", "last-render", "random", "prompt-hash", "default"]
"""The source of a value: the caller, a setting, the workflow, the model, the extension of the output, the last render,
chance, the hash of the request (for a seed), or the default."""


@frozen
class Origin:
    """The origin of one value."""

    kind: Kind
    key: str = ""
    """Key of the setting, or name of the workflow or model."""
    built_in: bool = False
    """Whether a setting has its built-in value, since it was not set anywhere."""
    source: str = ""
    """Where the setting was set, as text: ``environment SOGNI_COUNT``, ``~/.config/sogni/config.toml``."""

    @property
    def chosen(self) -> bool:
        """Whether the value was chosen by a person, now or in a setting, or by the last render."""
        return self.kind in ("given", "extension", "last-render") or (self.kind == "setting" and not self.built_in)

    def __str__(self) -> str:
        """Return it as text: ``setting image.width, ~/.config/sogni/config.toml``."""
        words = f"{_WORDS[self.kind]} {self.key}".strip()
        return f"{words}, {self.source}" if self.source else words

    def as_json(self) -> dict[str, Any]:
        """Return the form that the journal stores."""
        named = {"kind": self.kind, "key": self.key, "builtIn": self.built_in, "source": self.source}
        return {name: value for name, value in named.items() if value}

    @classmethod
    def from_json(cls, kept: object) -> Origin:
        """Return an origin from the form that the journal stores; an unreadable one is the default."""
        facts = kept if isinstance(kept, Mapping) else {}
        kind = facts.get("kind")
        if kind not in get_args(Kind):
            return DEFAULT
        key, source = str(facts.get("key", "")), str(facts.get("source", ""))
        return cls(cast("Kind", kind), key, bool(facts.get("builtIn")), source)


_WORDS: Mapping[Kind, str] = {
    "given": "given",
    "setting": "setting",
    "workflow": "workflow",
    "model": "model",
    "extension": "extension of the output",
    "last-render": "last render",
    "random": "random",
    "prompt-hash": "prompt hash",
    "default": "default",
}

GIVEN = Origin("given")
DEFAULT = Origin("default")
EXTENSION = Origin("extension")
LAST_RENDER = Origin("last-render")
