"""Which flags there are: those of every mode that the flat command line reaches, and a few of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sogni_core._engine.conversion import is_many, leaves
from sogni_core._engine.resolver import request_class
from sogni_core._host import extras
from sogni_core._host.registry import Owned, Registry
from sogni_core.errors import PluginError
from sogni_core.frozen import frozen
from sogni_core.plugin import Mode
from sogni_core.request import Argument, Misplaced, Option, Request

DEFAULT = "image"
"""The mode of a call in which no flag claims another."""

Kind = Literal["switch", "value", "path"]
"""Whether a flag takes the next word: never, always, or if it looks like a path."""

OWN_FLAGS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("--json",), "json", "Print one JSON object, errors included."),
    (("-q", "--quiet"), "quiet", "No progress."),
    (("--balance", "--balances"), "balance", "Show what the account can spend."),
    (("--last",), "last", "Show the last render's file as it is."),
    (("--version", "-V"), "version", "Print the version, after all checks."),
    (("--help",), "help", "Show all flags."),
)
"""Flags of the flat command line itself: spellings, what each is called here, and a sentence."""

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
    misplaced: Misplaced | None = None


@frozen
class Reached:
    """A mode that the flat command line reaches."""

    owned: Owned[Mode]
    model: type[Request]

    @property
    def name(self) -> str:
        """Its name."""
        return self.owned.record.name

    @property
    def prompt(self) -> str | None:
        """The field that the positional argument fills."""
        return next((name for name, mark in self.model.markers() if isinstance(mark, Argument)), None)


class Vocabulary:
    """All flags, by spelling."""

    def __init__(self, registry: Registry) -> None:
        """Load every mode that a flag claims, and the default one.

        A mode that does not load is left out; it is in ``broken``, to be raised when one of its flags is used. Of two
        meanings of a flag that differ in whether it takes a value the first counts: the core's, then an official
        plugin's, then that of others by name; the second is in ``conflicts``, by flag and mode.
        """
        self.modes: dict[str, Reached] = {}
        self.words: dict[str, Word] = {}
        self.broken: dict[str, PluginError] = {}
        self.conflicts: dict[tuple[str, str], PluginError] = {}
        for owned in sorted(_reached(registry), key=_precedence):
            try:
                reached = Reached(owned, request_class(owned))
            except PluginError as error:
                self.broken |= dict.fromkeys(owned.record.flat, error)
                continue
            self.modes[reached.name] = reached
            self._add(reached)

    def claims_of(self, mode: str) -> list[str]:
        """Return the flags that ask for a mode."""
        return [word.flag for word in self.words.values() if mode in word.claims]

    def _add(self, mode: Reached) -> None:
        for name, mark in mode.model.markers():
            if isinstance(mark, Option):
                for flag, use, kind in _spelled(mode.model, name, mark):
                    word = self._word(mode, flag, kind, mark.bare)
                    if word is not None:
                        word.uses[mode.name] = use
                        word.misplaced = word.misplaced or mark.misplaced
        for flag in mode.owned.record.flat:
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

    def _word(self, mode: Reached, flag: str, kind: Kind, bare: str | None) -> Word | None:
        if flag not in OWN:
            word = self.words.setdefault(flag, Word(flag, kind, bare))
            if word.kind == kind:
                return word
        self._conflict(mode, flag)
        return None

    def _conflict(self, mode: Reached, flag: str) -> None:
        label = mode.owned.plugin.label
        self.conflicts[flag, mode.name] = PluginError(
            "PLUGIN_CONFLICT",
            f"The flag {flag} of mode {mode.name!r} of plugin {label} means something else to sogni-gen already.",
            hint=f"Use sogni {mode.name} instead.",
            plugin=label,
        )


def _reached(registry: Registry) -> Iterator[Owned[Mode]]:
    return (owned for owned in registry.usable(Mode) if owned.record.flat or owned.record.name == DEFAULT)


def _precedence(owned: Owned[Mode]) -> tuple[bool, bool, str]:
    official = owned.plugin.distribution in {f"sogni-{extra}" for extra in extras.CLAIMS.values()}
    return not owned.plugin.is_core, not official, owned.plugin.name


def _spelled(model: type[Request], name: str, mark: Option) -> Iterator[tuple[str, Use, Kind]]:
    info = model.model_fields[name]
    if leaves(info.annotation) == {bool}:
        for spelling in mark.flags:
            on, _, off = spelling.partition("/")
            yield on, Use(name, True, False), "switch"
            if off:
                yield off, Use(name, False, False), "switch"
        return
    kind: Kind = "path" if mark.bare is not None else "value"
    yield from ((flag, Use(name, None, is_many(info)), kind) for flag in mark.flags)


def not_installed(argv: Sequence[str]) -> PluginError | None:
    """Return the error for a flag among these that asks for a mode of an official plugin that is not there."""
    for token in argv:
        extra = extras.CLAIMS.get(token)
        if extra is not None:
            return PluginError(
                "PLUGIN_NOT_INSTALLED",
                f"{token} comes with the plugin sogni-{extra}, which is not installed.",
                hint=f'Install it with: pip install "sogni-core[{extra}]"',
                details={"flag": token, "distribution": f"sogni-{extra}"},
                plugin=f"sogni-{extra}",
            )
    return None
