"""What is different between the project that a run submitted and the one that its workflow makes when it is resumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MEASURED = ("content_type", "size", "width", "height", "seconds")
"""What says of two files without a digest whether they are the same; the place of a file says nothing."""

_CARRIED = frozenset({"source", "path", "sha256", *_MEASURED})
"""Fields of an asset."""


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields that differ, both projects in JSON types; a field that one of them has not is no difference."""
    return tuple(sorted(name for name in before.keys() & now.keys() if not _same(before[name], now[name])))


def _same(before: Any, now: Any) -> bool:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        if before.keys() >= _CARRIED and now.keys() >= _CARRIED:
            return _same_file(before, now)
        return not changes(before, now)
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(map(_same, before, now))
    return bool(before == now)


def _same_file(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    if not now["content_type"]:
        return True  # it is gone, and nobody needs it any more
    if before["sha256"] and now["sha256"]:
        return bool(before["sha256"] == now["sha256"])
    return all(before[name] == now[name] for name in _MEASURED)
