"""The records of which the tables are made: a call as it is typed, and what must come of it.

``argv`` is a command line as a shell reads it. ``error`` may be a compiled pattern where the reference leaves a choice
of words; ``why`` then says which. ``config`` is the object of OpenClaw's entry. Details, fields and lines are what must
be there at least: new ones may stand between them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

Words = str | re.Pattern[str]

INVALID = "INVALID_ARGUMENT"


@dataclass(frozen=True)
class Row:
    """A call."""

    argv: str

    @property
    def words(self) -> list[str]:
        """The arguments."""
        return shlex.split(self.argv)


@dataclass(frozen=True)
class Refused(Row):
    """A call that fails before anything is sent."""

    error: Words
    details: Mapping[str, Any] | None = None
    hint: Words | None = None
    code: str = INVALID
    config: Mapping[str, Any] | None = None
    why: str = ""


@dataclass(frozen=True)
class Sent(Row):
    """A call that sends projects; the devnet refuses them, so that nothing is rendered."""

    frame: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the first project's key frame; None: not there, or null."""
    project: Mapping[str, Any] = field(default_factory=dict)
    """Fields beside the key frame."""
    lines: tuple[str, ...] = ()
    """Lines of stderr, in this order."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the error object's context."""
    config: Mapping[str, Any] | None = None
    count: int = 1
    """Number of projects."""
    why: str = ""


def parametrize(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """Make each row a case that is named as it is typed."""
    return pytest.mark.parametrize("row", list(rows), ids=lambda row: row.argv or "nothing")


def fits(found: Any, wanted: Words) -> bool:
    """Tell whether a text is the wanted one."""
    if isinstance(wanted, str):
        return bool(found == wanted)
    return isinstance(found, str) and wanted.search(found) is not None


def in_order(wanted: Iterable[Any], found: Iterable[Any]) -> bool:
    """Tell whether all that is wanted is found in this order, with anything between."""
    rest = iter(found)
    return all(any(one == other for other in rest) for one in wanted)


def part_of(wanted: Mapping[str, Any], found: Any) -> None:
    """Assert that an object has these fields; None stands for null and for not there."""
    assert isinstance(found, dict), found
    assert {name: found.get(name) for name in wanted} == dict(wanted)
