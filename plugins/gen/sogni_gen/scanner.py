"""Read an argument list the way the Node program does: once, from left to right, each flag with the word behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sogni_core.errors import InputError, PluginError
from sogni_core.frontend.values import number_problem
from sogni_core.frozen import frozen
from sogni_core.text import clean, nearest
from sogni_gen.vocabulary import OWN, Vocabulary, Word, not_installed

AT_ONCE = ("help", "last")
"""What is done where it stands: nothing behind it is looked at."""


@frozen
class Given:
    """A flag as it was typed."""

    word: Word
    value: str | None
    """None for a switch."""


@dataclass
class Scan:
    """What was read so far; all of it, unless something is wrong."""

    given: list[Given] = field(default_factory=list)
    prompt: str | None = None
    more: list[str] = field(default_factory=list)
    """Words behind the prompt that belong to no flag."""
    asked: set[str] = field(default_factory=set)
    """Of :data:`OWN`, what was asked for."""

    def take(self, word: str) -> None:
        """Take a word that belongs to no flag: the first that is not empty is the prompt."""
        if word and self.prompt is None:
            self.prompt = word
        elif word:
            self.more.append(word)


def scan(argv: Sequence[str], vocabulary: Vocabulary, into: Scan) -> None:
    """Read an argument list; ``into`` then holds what stood before the first mistake, which is raised.

    Raises InputError for an unknown flag, a value that is missing, and a number that is none or out of range;
    PluginError for a flag of a plugin that is not installed, broken, or in conflict.
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
    """Take the value of a flag; None for a switch."""
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
    """Whether a word is the path behind a flag that may stand alone, and not the prompt."""
    if not token or token.startswith("-"):
        return False
    return token.lower().endswith(".mp4") or (" " not in token and ("/" in token or "\\" in token))


def _check(word: Word, text: str, vocabulary: Vocabulary) -> None:
    """Refuse a number that is none, or out of range, where it stands; other values wait for the rules.

    So does one that is right for some mode that has the flag: which mode is meant may be said behind it.
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
