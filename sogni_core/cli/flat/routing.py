"""From flags to a mode and the fields of its request; flags that the mode does not have are problems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sogni_core.errors import InputError, PluginError, Problem
from sogni_core.plugin import Clash

from .scanning import Given, Scan
from .vocabulary import DEFAULT, Reached, Vocabulary, Word

RANK_MISPLACED = 118
"""Of a flag that the mode does not have and that says nothing of its own about it."""

RANK_MORE = 200
"""Of words behind the prompt, which the Node program ignored: everything else is said before it."""


@dataclass(frozen=True)
class Routed:
    """The mode that is meant, and what it is given."""

    mode: Reached
    fields: dict[str, Any]
    problems: tuple[Problem, ...]
    """What is wrong with the call, whatever the mode thinks of its fields."""


def route(scan: Scan, vocabulary: Vocabulary) -> Routed:
    """Find the mode; raises PluginError for a flag that two plugins claim."""
    claims = _claims(scan, vocabulary)
    mode, clashes = _settle(claims, vocabulary)
    problems = [*clashes, *_misplaced(scan, mode, claims, vocabulary)]
    if scan.more:
        word = scan.more[0]
        problems.append(
            Problem(
                f"Unexpected argument: {word}",
                hint="Put quotes around a prompt of several words.",
                details={"arguments": scan.more},
                rank=RANK_MORE,
            )
        )
    fields = _fields(scan, mode)
    if scan.prompt is not None and mode.prompt is not None:
        fields[mode.prompt] = scan.prompt
    return Routed(mode, fields, tuple(problems))


def _claims(scan: Scan, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the modes that are asked for, in order, each with the first flag that did."""
    claims: dict[str, str] = {}
    for given in scan.given:
        owners = given.word.claims
        if len(owners) > 1:
            labels = " and ".join(vocabulary.modes[name].owned.plugin.label for name in owners)
            raise PluginError(
                "PLUGIN_CONFLICT",
                f"The flag {given.word.flag} is claimed by more than one plugin: {labels}.",
                hint=f"Use {' or '.join(f'sogni {name}' for name in owners)}.",
                plugin=labels,
            )
        for name in owners:
            claims.setdefault(name, given.word.flag)
    return claims


def _settle(claims: dict[str, str], vocabulary: Vocabulary) -> tuple[Reached, list[Problem]]:
    """Choose the mode; where several are asked for, the one that says why not, else the first, and a problem."""
    if len(claims) < 2:
        return vocabulary.modes[next(iter(claims), DEFAULT)], []
    for name in claims:
        for clash in vocabulary.modes[name].owned.record.clashes:
            if clash.mode in claims:
                return vocabulary.modes[name], [_problem(clash)]
    first, second = list(claims)[:2]
    general = Clash(second, f"{claims[first]} cannot be combined with {claims[second]}.")
    return vocabulary.modes[first], [_problem(general)]


def _problem(clash: Clash) -> Problem:
    return Problem(clash.message, rank=clash.rank)


def _misplaced(scan: Scan, mode: Reached, claims: dict[str, str], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield a problem for each flag that the mode does not have; one and the same is said once."""
    told: set[str] = set()
    for given in scan.given:
        word = given.word
        if (word.flag, mode.name) in vocabulary.conflicts:
            raise vocabulary.conflicts[word.flag, mode.name]
        if mode.name in word.uses or not word.uses:
            continue
        message, rank = _said(word, mode, claims, vocabulary)
        if message not in told:
            told.add(message)
            yield Problem(message, details={"flag": word.flag}, rank=rank)


def _said(word: Word, mode: Reached, claims: dict[str, str], vocabulary: Vocabulary) -> tuple[str, int]:
    if word.misplaced is not None:
        return word.misplaced.message, word.misplaced.rank
    if DEFAULT in word.uses:
        return f"{word.flag} cannot be combined with {claims[mode.name]}.", RANK_MISPLACED
    ways = [vocabulary.modes[name].owned.record.flat[0] for name in word.uses]
    return f"{word.flag} requires {' or '.join(ways)}.", RANK_MISPLACED


def _fields(scan: Scan, mode: Reached) -> dict[str, Any]:
    """Return the fields that were given: the last value of each counts, all values of a list."""
    fields: dict[str, Any] = {}
    for given in scan.given:
        use = given.word.uses.get(mode.name)
        if use is None:
            continue
        if use.many:
            fields.setdefault(use.field, []).append(given.value)
        else:
            fields[use.field] = _plain(given) if use.const is None else use.const
    return fields


def _plain(given: Given) -> str:
    if given.value is None:
        raise InputError("INVALID_ARGUMENT", f"{given.word.flag} requires a value.")
    return given.value
