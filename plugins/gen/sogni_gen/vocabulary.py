"""The flags: those of every mode that this command line can select, and a few more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sogni_core.errors import PluginError
from sogni_core.field import FieldSpec
from sogni_core.frontend.extras import missing_plugin
from sogni_core.frontend.modes import ModeInfo
from sogni_core.frozen import frozen
from sogni_gen.claims import CLAIMS
from sogni_gen.dialect import BARE

DEFAULT = "image"
"""The mode that is used if no flag selects another one."""

Kind = Literal["switch", "value", "path"]
"""Whether a flag takes the next word: never, always, or only if it looks like a path."""

OWN_FLAGS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("--json",), "json", "Print one JSON object, errors included."),
    (("-q", "--quiet"), "quiet", "Hide progress."),
    (("--balance", "--balances"), "balance", "Show the balance of the account."),
    (("--last",), "last", "Show the file of the last render."),
    (("--version", "-V"), "version", "Print the version."),
    (("--help",), "help", "Show this help."),
)
"""Flags of the command line itself: spellings, name in the code, and help."""

OWN = {flag: name for flags, name, _ in OWN_FLAGS for flag in flags}
"""Spelling to the name of the flag in the code."""


@frozen
class Use:
    """The meaning of a flag in one mode."""

    field: str
    const: bool | None
    """Value of a switch; None for a flag with a value."""
    many: bool
    """Whether all values count; else only the last one does."""


@dataclass
class Word:
    """A flag, and its meaning in each mode."""

    flag: str
    kind: Kind
    bare: str | None = None
    """Value of a flag that is given without one."""
    uses: dict[str, Use] = field(default_factory=dict)
    """Mode to the meaning of the flag there."""
    claims: list[str] = field(default_factory=list)
    """Modes that it selects."""


class Vocabulary:
    """All flags, by spelling."""

    def __init__(self, modes: Mapping[str, ModeInfo], argv: Sequence[str] = ()) -> None:
        """Load every mode that a flag selects, and the default one.

        A mode that cannot be loaded is in ``broken``; its error is raised if one of its flags is used. If two modes
        disagree about whether a flag takes a value, the first counts: that of the core, then modes that ``argv``
        selects, then others by name. The second one is in ``conflicts``, by flag and mode.
        """
        self.modes: dict[str, ModeInfo] = {}
        self.words: dict[str, Word] = {}
        self.broken: dict[str, PluginError] = {}
        self.conflicts: dict[tuple[str, str], PluginError] = {}
        reached = [mode for mode in modes.values() if mode.flat or mode.name == DEFAULT]
        asked = frozenset(argv)
        for mode in sorted(reached, key=lambda one: (not one.is_core, asked.isdisjoint(one.flat), one.qualified_name)):
            try:
                fields = mode.fields
            except PluginError as error:
                self.broken |= dict.fromkeys(mode.flat, error)
                continue
            self.modes[mode.name] = mode
            self._add(mode, fields)

    def claims_of(self, mode: str) -> list[str]:
        """Return the flags that select a mode."""
        return [word.flag for word in self.words.values() if mode in word.claims]

    def _add(self, mode: ModeInfo, fields: Mapping[str, FieldSpec]) -> None:
        for spec in fields.values():
            bare = BARE.get((mode.name, spec.name))
            for flag, use, kind in _spelled(spec, bare):
                word = self._word(mode, flag, kind, bare)
                if word is not None:
                    word.uses[mode.name] = use
        for flag in mode.flat:
            word = self.words.get(flag)
            if word is not None and set(word.uses) - {mode.name}:
                # It is an option of another mode, so it does not select this one.
                if mode.name not in word.uses:
                    self._conflict(mode, flag)
                continue
            if word is None or not word.uses:
                word = self._word(mode, flag, "switch", None)
            if word is not None:
                word.claims.append(mode.name)

    def _word(self, mode: ModeInfo, flag: str, kind: Kind, bare: str | None) -> Word | None:
        if flag not in OWN:
            word = self.words.setdefault(flag, Word(flag, kind, bare))
            if word.kind == kind:
                return word
        self._conflict(mode, flag)
        return None

    def _conflict(self, mode: ModeInfo, flag: str) -> None:
        label = mode.plugin
        self.conflicts[flag, mode.name] = PluginError(
            "PLUGIN_CONFLICT",
            f"The flag {flag} of mode {mode.name!r} of plugin {label} has another meaning in sogni-gen.",
            hint=f"Use sogni {mode.name} instead.",
            plugin=label,
        )


def _spelled(spec: FieldSpec, bare: str | None) -> Iterator[tuple[str, Use, Kind]]:
    if spec.kind == "switch":
        for spelling in spec.flags:
            on, _, off = spelling.partition("/")
            yield on, Use(spec.name, True, False), "switch"
            if off:
                yield off, Use(spec.name, False, False), "switch"
        return
    kind: Kind = "path" if bare is not None else "value"
    yield from ((flag, Use(spec.name, None, spec.many), kind) for flag in spec.flags)


def not_installed(argv: Sequence[str]) -> PluginError | None:
    """Return the error for the first flag that selects a mode of a plugin that is not installed; None without one."""
    for token in argv:
        extra = CLAIMS.get(token)
        if extra is not None:
            return missing_plugin(extra, f"{token} comes with", {"flag": token})
    return None
