"""What a workflow returned: checked at once, since a mistake in it must not cost what was paid for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sogni_core.errors import SogniError
from sogni_core.json_value import json_value
from sogni_core.problem import Notice
from sogni_core.result import Artifact, Outcome, Result


def checked_result(result: object) -> Result:
    """Return a result whose sequences are tuples, with the artifacts of its outcomes if it names none.

    Raises TypeError, whose text goes on after the name of the workflow, for what is no such result.
    """
    if not isinstance(result, Result):
        raise TypeError(f"returned {type(result).__name__}, not a Result")
    found = replace(
        result,
        outcomes=_all(result, "outcomes", Outcome),
        artifacts=_all(result, "artifacts", Artifact),
        notices=_all(result, "notices", Notice),
        named=_named(result),
    )
    if not isinstance(found.type, str):
        raise _wrong("type", "text", found.type)
    if found.error is not None and not isinstance(found.error, SogniError):
        raise _wrong("error", "a SogniError or None", found.error)
    if not isinstance(found.extra, Mapping):
        raise _wrong("extra", "a mapping", found.extra)
    try:
        found = replace(found, extra=json_value(found.extra))
    except RecursionError:
        raise TypeError("returned a Result whose extra contains itself") from None
    if not found.artifacts:
        found = replace(found, artifacts=tuple(one for outcome in found.outcomes for one in outcome.artifacts))
    return found


def _all(result: Result, name: str, kind: type[Any]) -> tuple[Any, ...]:
    items = getattr(result, name)
    if not isinstance(items, list | tuple):
        raise _wrong(name, f"a tuple of {kind.__name__}", items)
    for item in items:
        if not isinstance(item, kind):
            raise _wrong(name, f"a tuple of {kind.__name__}", item)
    return tuple(items)


def _named(result: Result) -> tuple[tuple[str, Artifact], ...]:
    pairs: object = result.named
    if isinstance(pairs, Mapping):
        pairs = [*pairs.items()]
    if not isinstance(pairs, list | tuple):
        raise _wrong("named", "a tuple of pairs", pairs)
    for pair in pairs:
        match pair:
            case (str(), Artifact()):
                continue
        raise _wrong("named", "a tuple of pairs of a name and an Artifact", pair)
    return tuple((name, artifact) for name, artifact in pairs)


def _wrong(name: str, wanted: str, value: object) -> TypeError:
    return TypeError(f"returned a Result whose {name} must be {wanted}, not {type(value).__name__}")
