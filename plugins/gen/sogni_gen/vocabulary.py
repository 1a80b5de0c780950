"""Which flags there are: those of every mode that this command line reaches, and a few of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sogni_core.errors import PluginError
from sogni_core.field import FieldSpec
from sogni_core.frontend.extras import FLAT_FLAGS, missing_plugin
from sogni_core.frontend.modes import ModeInfo
from sogni_core.frozen import frozen
from sogni_gen.dialect import BARE

DEFAULT = "image"
"""The mode of a call in which no flag claims another."""

Kind = Literal["switch", "value", "path"]
"""Whether a flag takes the next word: never, always, or if it looks like a path."""

OWN_FLAGS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("--json",), "json", "Print one JSON object, errors included."),
    (("-q", "--quiet"), "quiet", "Hide progress."),
    (("--balance", "--balances"), "balance", "Show what the account can spend."),
    (("--last",), "last", "Show the last render's file as it is."),
    (("--version", "-V"), "version", "Print the version, after all checks."),
    (("--help",), "help", "Show all flags."),
)
"""Flags of this command line itself: spellings, what each is called here, and a sentence."""

OWN = {flag: name for flags, name, _ in OWN_FLAGS for flag in flags}
"""Spelling to what the flag is called here."""


@frozen
class Use:
    """What a flag means to one mode."""

    field: str
    const: bool | None
    """Value of a switch; None for a flag with a value."""
    many: bool
    """Whether values are gathered instead of the last one counting."""


@dataclass
class Word:
    """A flag, and what it means to whom."""

    flag: str
    kind: Kind
    bare: str | None = None
    """Value of a flag that may stand alone."""
    uses: dict[str, Use] = field(default_factory=dict)
    """By mode."""
    claims: list[str] = field(default_factory=list)
    """Modes that it asks for."""


class Vocabulary:
    """All flags, by spelling."""

    def __init__(self, modes: Mapping[str, ModeInfo], argv: Sequence[str] = ()) -> None:
        """Load every mode that a flag claims, and the default one.

        A mode that does not load is left out; it is in ``broken``, to be raised when one of its flags is used. Of two
        meanings of a flag that differ in whether it takes a value the first counts: the core's, then those of modes
        that ``argv`` asks for, then those of others by name. The second is in ``conflicts``, by flag and mode.
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
        """Return the flags that ask for a mode."""
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
                # An option of another mode: whoever gives it there does not ask for this one.
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
            f"The flag {flag} of mode {mode.name!r} of plugin {label} means something else to sogni-gen already.",
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
    """Return the error for a flag among these that asks for a mode of a plugin that is not there."""
    for token in argv:
        extra = FLAT_FLAGS.get(token)
        if extra is not None:
            return missing_plugin(extra, f"{token} comes with", {"flag": token})
    return None
