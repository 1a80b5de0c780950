"""Path options as a person means them: ``~`` is a home, and a relative path starts at the current folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sogni_core.field import leaves
from sogni_core.files import absolute
from sogni_core.request import Request


def expand_paths(model: type[Request], values: dict[str, Any]) -> None:
    """Make the paths among values absolute before the model looks at them; it may ask whether a file exists."""
    for name in path_fields(model):
        if name in values:
            values[name] = _each(values[name], _expanded)


def with_absolute_paths(request: Request) -> Request:
    """Return a request whose paths are absolute, those that its model has as defaults too."""
    update = {name: _each(getattr(request, name), _absolute) for name in path_fields(type(request))}
    return request.model_copy(update=update) if update else request


def path_fields(model: type[Request]) -> Iterator[str]:
    """Yield the fields of a request that hold paths."""
    for name, info in model.model_fields.items():
        parts = leaves(info.annotation)
        # A pure path may be one of another machine.
        if parts and all(isinstance(part, type) and issubclass(part, Path) for part in parts):
            yield name


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(change(item) for item in value)
    return change(value)


def _expanded(value: Any) -> Any:
    """Expand a text or path that names something; what ends with a separator still does."""
    if not isinstance(value, str | Path) or not str(value):
        return value
    found = str(absolute(value))
    ends = isinstance(value, str) and value.endswith(tuple(filter(None, (os.sep, os.altsep))))
    return os.path.join(found, "") if ends else found  # noqa: PTH118 - a Path drops the separator


def _absolute(value: Any) -> Any:
    # An empty path names nothing: a request may have it to say that the place is worked out later.
    return type(value)(absolute(value)) if isinstance(value, Path) and value != Path() else value
