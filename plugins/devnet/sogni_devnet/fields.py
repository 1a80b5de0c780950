"""Read the fields of a JSON object strictly, and collect all problems."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

ABSENT: Any = object()
"""Marks a missing field, since ``None`` is a value."""


class Fields:
    """Reads one object. For a wrong value, a reader adds a problem and returns its default."""

    def __init__(self, values: Mapping[str, Any], place: str, problems: list[str]) -> None:
        self._values = values
        self._place = place
        self.problems = problems

    def problem(self, name: str, text: str) -> None:
        """Add a problem of a field."""
        self.problems.append(f"{self._place}{name} {text}")

    def has(self, name: str) -> bool:
        """Return whether the field is present, even if it is null."""
        return name in self._values

    def foreign(self, names: Iterable[str], why: str) -> None:
        """Add a problem for each of these fields that has a value other than false or null."""
        for name in names:
            if self._values.get(name) not in (None, False):
                self.problem(name, why)

    def constant(self, name: str, value: Any) -> None:
        """Require exactly this value; ``true`` is not 1, and ``[]`` is not null."""
        given = self._values.get(name, ABSENT)
        if given is ABSENT:
            self.problem(name, "is missing")
        elif not _same(given, value):
            self.problem(name, f"is not the constant {value!r}")

    def text(self, name: str, *, optional: bool = False, nullable: bool = False) -> str | None:
        """Read a string; None if it is missing or null, where that is allowed."""
        value = self._take(name, optional)
        if value is ABSENT or (nullable and value is None):
            return None
        if not isinstance(value, str):
            self.problem(name, "is not a string")
            return None
        return value

    def flag(self, name: str, *, optional: bool = False) -> bool:
        """Read a boolean; False if it is missing."""
        value = self._take(name, optional)
        if value is ABSENT:
            return False
        if not isinstance(value, bool):
            self.problem(name, "is not a boolean")
            return False
        return value

    def choice(self, name: str, allowed: Collection[str], *, optional: bool = False) -> str | None:
        """Read one of these strings; None if it is missing or wrong."""
        value = self._take(name, optional)
        if value is ABSENT:
            return None
        if not isinstance(value, str) or value not in allowed:
            self.problem(name, f"must be one of {', '.join(sorted(allowed))}")
            return None
        return value

    def number(
        self, name: str, least: float, largest: float, *, optional: bool = False, whole: bool = False
    ) -> float | None:
        """Read a number between two bounds, inclusive; None if it is missing or wrong."""
        value = self._take(name, optional)
        if value is ABSENT:
            return None
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            self.problem(name, "is not an integer" if whole else "is not a number")
            return None
        if not least <= value <= largest:  # false for NaN too, which Python's JSON accepts
            self.problem(name, f"is not between {least} and {largest}")
            return None
        return value

    def integer(self, name: str, least: int, largest: int, *, optional: bool = False) -> int | None:
        """Read an integer between two bounds, inclusive; None if it is missing or wrong."""
        value = self.number(name, least, largest, optional=optional, whole=True)
        return None if value is None else int(value)

    def items(self, name: str, kind: type | tuple[type, ...], largest: int) -> list[Any]:
        """Read an optional array of 1 to ``largest`` values of a type; empty if it is missing or wrong."""
        value = self._take(name, optional=True)
        if value is ABSENT:
            return []
        if not isinstance(value, list) or not 1 <= len(value) <= largest:
            self.problem(name, f"is not an array of 1 to {largest}")
            return []
        if any(isinstance(item, bool) or not isinstance(item, kind) for item in value):
            self.problem(name, "holds values of a wrong type")
            return []
        return value

    def _take(self, name: str, optional: bool) -> Any:
        value = self._values.get(name, ABSENT)
        if value is ABSENT and not optional:
            self.problem(name, "is missing")
        return value


def _same(given: Any, value: Any) -> bool:
    if isinstance(value, list):
        return isinstance(given, list) and len(given) == len(value) and all(map(_same, given, value))
    if isinstance(value, bool) or isinstance(given, bool) or value is None or given is None:
        return given is value
    return bool(given == value)
