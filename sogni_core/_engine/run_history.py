"""The journal's entries as public records, without what only the journal needs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from sogni_core import history
from sogni_core._journal import entries
from sogni_core.problem import Notice

T = TypeVar("T")


def run_of(entry: entries.Run) -> history.Run:
    """Return a run as everybody sees it."""
    return _same(
        history.Run,
        entry,
        options=dict(entry.request.get("options") or {}),
        warnings=tuple(Notice.from_json(kept).said() for kept in entry.warnings),
        steps=tuple(map(_step_of, entry.steps)),
    )


def _step_of(entry: entries.Step) -> history.Step:
    attempts = tuple(_same(history.Attempt, attempt) for attempt in entry.attempts)
    return _same(history.Step, entry, attempts=attempts)


def found_project_of(entry: entries.FoundProject) -> history.FoundProject:
    """Return a found project as everybody sees it."""
    return _same(history.FoundProject, entry)


def _same(kind: type[T], entry: Any, **others: Any) -> T:
    """Make a record of an entry whose fields have the same names."""
    names = [one.name for one in fields(kind) if one.name not in others]  # type: ignore[arg-type]
    return kind(**{name: getattr(entry, name) for name in names}, **others)
