"""Find the mode and the fields of its request. Flags that the mode does not have are problems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sogni_core.errors import PluginError
from sogni_core.frontend.modes import ModeInfo
from sogni_core.frozen import frozen
from sogni_core.problem import Problem
from sogni_gen.dialect import CLASHES, MISPLACED, REFUSED, TABLE
from sogni_gen.scanner import Scan
from sogni_gen.vocabulary import DEFAULT, Vocabulary, Word


@frozen
class Routed:
    """The selected mode, and its fields."""

    mode: ModeInfo
    fields: dict[str, Any]
    problems: tuple[Problem, ...]
    """Problems of the call, independent of the rules of the mode."""
    others: tuple[tuple[ModeInfo, dict[str, Any]], ...] = ()
    """Other modes that flags select or belong to, and their fields. The call is refused, but problems of these modes
    may come first."""


def route(scan: Scan, vocabulary: Vocabulary) -> Routed:
    """Find the mode; raises PluginError for a flag that two plugins claim."""
    claims = _claims(scan, vocabulary)
    mode, clashes = _settle(claims, vocabulary)
    strays = [given.word for given in scan.given if given.word.uses and mode.name not in given.word.uses]
    problems = [*clashes, *_misplaced(scan, mode, claims, vocabulary)]
    if scan.more:
        problems.append(
            Problem(
                "flag.more",
                (),
                "Unexpected argument: {words}",
                {"words": " ".join(scan.more), "arguments": scan.more},
                hint="Put quotes around a prompt of several words.",
            )
        )
    others = [vocabulary.modes[name] for name in claims if name != mode.name]
    if any(DEFAULT in word.uses for word in strays):
        others.append(vocabulary.modes[DEFAULT])
    return Routed(mode, _fields(scan, mode), tuple(problems), tuple((one, _fields(scan, one)) for one in others))


def _claims(scan: Scan, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the selected modes in order, each with the first flag that selects it."""
    claims: dict[str, str] = {}
    for given in scan.given:
        owners = given.word.claims
        if len(owners) > 1:
            labels = " and ".join(vocabulary.modes[name].plugin for name in owners)
            raise PluginError(
                "PLUGIN_CONFLICT",
                f"More than one plugin has the flag {given.word.flag}: {labels}.",
                hint=f"Use {' or '.join(f'sogni {name}' for name in owners)}.",
                plugin=labels,
            )
        for name in owners:
            claims.setdefault(name, given.word.flag)
    return claims


def _settle(claims: dict[str, str], vocabulary: Vocabulary) -> tuple[ModeInfo, list[Problem]]:
    """Return the first selected mode, and a problem if there are several."""
    mode = vocabulary.modes[next(iter(claims), DEFAULT)]
    if len(claims) < 2:
        return mode, []
    clashes = [said for pair, said in CLASHES.items() if pair <= set(claims)]
    if not clashes:
        first, second = list(claims)[:2]
        clashes = [(f"{claims[first]} cannot be combined with {claims[second]}.", 104)]
    return mode, [Problem("flag.clash", (), "{text}", {"text": text, "place": place}) for text, place in clashes]


def _misplaced(scan: Scan, mode: ModeInfo, claims: dict[str, str], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield a problem for each flag that the mode does not have, each message once."""
    told: set[str] = set()
    for given in scan.given:
        word = given.word
        if (word.flag, mode.name) in vocabulary.conflicts:
            raise vocabulary.conflicts[word.flag, mode.name]
        if not word.uses or any(name in word.uses for name in (mode.name, *claims)):
            continue
        text, place = _said(word, mode, claims, vocabulary)
        if text not in told:
            told.add(text)
            yield Problem("flag.misplaced", (), "{text}", {"flag": word.flag, "text": text, "place": place})


def _said(word: Word, mode: ModeInfo, claims: dict[str, str], vocabulary: Vocabulary) -> tuple[str, float]:
    place = TABLE["flag.misplaced"].place
    for owner, use in word.uses.items():
        said = REFUSED.get((mode.name, use.field)) or MISPLACED.get((owner, use.field))
        if said is not None:
            return said
    if DEFAULT in word.uses:
        long = vocabulary.modes[DEFAULT].fields[word.uses[DEFAULT].field].flag
        both = word.flag if word.flag.startswith("--") else f"{word.flag}/{long}"
        return f"{both} cannot be combined with {claims[mode.name]}.", place
    ways = [vocabulary.modes[name].flat[0] for name in word.uses]
    return f"{word.flag} requires {' or '.join(ways)}.", place


def _fields(scan: Scan, mode: ModeInfo) -> dict[str, Any]:
    """Return the given fields: the last value of each, or all values of a list."""
    fields: dict[str, Any] = {}
    for given in scan.given:
        use = given.word.uses.get(mode.name)
        if use is None:
            continue
        if use.many:
            fields.setdefault(use.field, []).append(given.value)
        else:
            fields[use.field] = given.value if use.const is None else use.const
    if scan.prompt is not None and mode.argument is not None:
        fields[mode.argument.name] = scan.prompt
    return fields
