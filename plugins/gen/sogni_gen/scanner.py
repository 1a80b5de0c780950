"""Read the arguments like the Node program: once, from left to right, each flag with the next word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sogni_core.errors import InputError, PluginError
from sogni_core.frontend.values import number_problem
from sogni_core.frozen import frozen
from sogni_core.text import clean, nearest
from sogni_gen.vocabulary import OWN, Vocabulary, Word, not_installed

AT_ONCE = ("help", "last")
"""Flags that end the scan: everything after them is ignored."""


@frozen
class Given:
    """A flag as it was typed."""

    word: Word
    value: str | None
    """None for a switch."""


@dataclass
class Scan:
    """What was read so far."""

    given: list[Given] = field(default_factory=list)
    prompt: str | None = None
    more: list[str] = field(default_factory=list)
    """Words after the prompt that belong to no flag."""
    asked: set[str] = field(default_factory=set)
    """Names in :data:`OWN` that were given."""

    def take(self, word: str) -> None:
        """Add a word that belongs to no flag. The first one that is not empty is the prompt."""
        if word and self.prompt is None:
            self.prompt = word
        elif word:
            self.more.append(word)


def scan(argv: Sequence[str], vocabulary: Vocabulary, into: Scan) -> None:
    """Read an argument list into ``into``. Raises the first mistake; ``into`` then has everything before it.

    Raises InputError for an unknown flag, a missing value, and a number that is invalid or out of range, and
    PluginError for a flag of a plugin that is missing, broken, or in conflict.
    """
    rest = list(argv)
    while rest:
        token = rest.pop(0)
        if token == "--":  # noqa: S105 - not a password
            for after in rest:
                into.take(after)
            return
        if not token.startswith("-"):
            into.take(token)
            continue
        if token in OWN:
            into.asked.add(OWN[token])
            if OWN[token] in AT_ONCE:
                return
            continue
        flag, equals, attached = token.partition("=")
        word = vocabulary.words.get(flag)
        if word is None or (equals and word.kind == "switch"):
            raise _unknown(token, argv, vocabulary)
        value = attached if equals else _value(word, rest)
        if value is not None:
            _check(word, value, vocabulary)
        into.given.append(Given(word, value))


def _value(word: Word, rest: list[str]) -> str | None:
    """Return the value of a flag and remove it from ``rest``; None for a switch."""
    match word.kind:
        case "switch":
            return None
        case "path" if not (rest and _is_path(rest[0])):
            return word.bare
        case _ if not rest:
            hint = "For help use --help." if word.flag == "-h" else None
            raise InputError(
                "INVALID_ARGUMENT", f"{word.flag} requires a value.", hint=hint, details={"flag": word.flag}
            )
        case _:
            return rest.pop(0)


def _is_path(token: str) -> bool:
    """Whether the word after a flag with an optional path is that path, and not the prompt."""
    if not token or token.startswith("-"):
        return False
    return token.lower().endswith(".mp4") or (" " not in token and ("/" in token or "\\" in token))


def _check(word: Word, text: str, vocabulary: Vocabulary) -> None:
    """Refuse a number that is invalid or out of range. Other values are checked by the rules.

    A number that is valid for some mode with this flag is accepted, since the mode may be selected later.
    """
    problems = []
    for mode, use in word.uses.items():
        found = number_problem(vocabulary.modes[mode].request, use.field, text)
        if found is None:
            return
        problems.append(found)
    problem = problems[0]
    details = {**problem.facts, "flag": word.flag, "value": text[:200]}
    raise InputError("INVALID_ARGUMENT", problem.said(lambda field: word.flag), details=details)


def _unknown(token: str, argv: Sequence[str], vocabulary: Vocabulary) -> InputError | PluginError:
    trouble = vocabulary.broken.get(token) or not_installed([token, *argv])
    if trouble is not None:
        return trouble
    close = nearest(token, [*vocabulary.words, *OWN])
    return InputError(
        "INVALID_ARGUMENT",
        f"Unknown option: {clean(token, 200)}",
        hint="Use --help to see supported options.",
        details={"nearest": close} if close else None,
    )
