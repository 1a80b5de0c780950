"""From flags to a mode and the fields of its request; flags that the mode does not have are problems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sogni_core._engine.conversion import flag_of
from sogni_core.cli.flat.scanner import Scan
from sogni_core.cli.flat.vocabulary import DEFAULT, Reached, Vocabulary, Word
from sogni_core.errors import PluginError, Problem
from sogni_core.frozen import frozen
from sogni_core.plugin import Clash

RANK_MISPLACED = 118
"""Of a flag that the mode does not have and that says nothing of its own about it."""

RANK_MORE = 200
"""Of words behind the prompt, which the Node program ignored: everything else is said before it."""


@frozen
class Routed:
    """The mode that is meant, and what it is given."""

    mode: Reached
    fields: dict[str, Any]
    problems: tuple[Problem, ...]
    """What is wrong with the call, whatever the mode thinks of its fields."""
    others: tuple[tuple[Reached, dict[str, Any]], ...] = ()
    """Other modes that flags ask for or belong to, and what they are given: the call is refused, and what is wrong
    with it there may come before that."""


def route(scan: Scan, vocabulary: Vocabulary) -> Routed:
    """Find the mode; raises PluginError for a flag that two plugins claim."""
    claims = _claims(scan, vocabulary)
    mode, clashes = _settle(claims, vocabulary)
    strays = [given.word for given in scan.given if given.word.uses and mode.name not in given.word.uses]
    problems = [*clashes, *_misplaced(scan, mode, claims, vocabulary)]
    if scan.more:
        problems.append(
            Problem(
                f"Unexpected argument: {' '.join(scan.more)}",
                hint="Put quotes around a prompt of several words.",
                details={"arguments": scan.more},
                rank=RANK_MORE,
            )
        )
    others = [vocabulary.modes[name] for name in claims if name != mode.name]
    if any(DEFAULT in word.uses for word in strays):
        others.append(vocabulary.modes[DEFAULT])
    return Routed(mode, _fields(scan, mode), tuple(problems), tuple((one, _fields(scan, one)) for one in others))


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
    """Choose the mode, the first that is asked for; where others are too, it is a problem, in words of their own."""
    mode = vocabulary.modes[next(iter(claims), DEFAULT)]
    if len(claims) < 2:
        return mode, []
    clashes = [
        clash for name in claims for clash in vocabulary.modes[name].owned.record.clashes if clash.mode in claims
    ]
    if not clashes:
        first, second = list(claims)[:2]
        clashes = [Clash(second, f"{claims[first]} cannot be combined with {claims[second]}.")]
    return mode, [Problem(clash.message, rank=clash.rank) for clash in clashes]


def _misplaced(scan: Scan, mode: Reached, claims: dict[str, str], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield a problem for each flag that the mode does not have; one and the same is said once."""
    told: set[str] = set()
    for given in scan.given:
        word = given.word
        if (word.flag, mode.name) in vocabulary.conflicts:
            raise vocabulary.conflicts[word.flag, mode.name]
        if not word.uses or any(name in word.uses for name in (mode.name, *claims)):
            continue
        message, rank = _said(word, mode, claims, vocabulary)
        if message not in told:
            told.add(message)
            yield Problem(message, details={"flag": word.flag}, rank=rank)


def _said(word: Word, mode: Reached, claims: dict[str, str], vocabulary: Vocabulary) -> tuple[str, int]:
    if word.misplaced is not None:
        return word.misplaced.message, word.misplaced.rank
    if DEFAULT in word.uses:
        field = word.uses[DEFAULT].field
        long = flag_of(field, dict(vocabulary.modes[DEFAULT].model.markers())[field])
        both = word.flag if word.flag.startswith("--") else f"{word.flag}/{long}"
        return f"{both} cannot be combined with {claims[mode.name]}.", RANK_MISPLACED
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
            fields[use.field] = given.value if use.const is None else use.const
    if scan.prompt is not None and mode.prompt is not None:
        fields[mode.prompt] = scan.prompt
    return fields
