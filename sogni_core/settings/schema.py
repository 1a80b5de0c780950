"""The keys of a settings model: which exist, which are tables, and how text becomes a list or a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

Path = tuple[str, ...]

MISSING: Any = object()
"""Marks a value that does not exist."""


def bare(annotation: Any) -> Any:
    """Return an annotation without ``Annotated``, aliases and ``| None``; other unions stay."""
    while True:
        if hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in {Union, UnionType}:
            some = [part for part in get_args(annotation) if part is not type(None)]
            if len(some) != 1:
                return annotation
            annotation = some[0]
        else:
            return annotation


def is_model(annotation: Any) -> bool:
    """Tell whether an annotation is a table with fixed keys."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_mapping(annotation: Any) -> bool:
    """Tell whether an annotation is a table whose keys the user chooses."""
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, Mapping)


def is_list(annotation: Any) -> bool:
    """Tell whether an annotation is a list of values."""
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, Sequence | Set) and not issubclass(origin, str | bytes)


def below(annotation: Any, name: str) -> Any:
    """Return the annotation of a key of a table; MISSING if there is no such key or no table."""
    annotation = bare(annotation)
    if is_model(annotation):
        field = annotation.model_fields.get(name)
        return MISSING if field is None else field.annotation
    if is_mapping(annotation):
        arguments = get_args(annotation)
        return arguments[1] if len(arguments) > 1 else Any
    return MISSING


def at(annotation: Any, path: Path) -> Any:
    """Return the annotation at a path; MISSING if there is no such key."""
    for name in path:
        annotation = below(annotation, name)
        if annotation is MISSING:
            return MISSING
    return annotation


def is_table(annotation: Any) -> bool:
    """Tell whether an annotation is a table of either kind."""
    annotation = bare(annotation)
    return is_model(annotation) or is_mapping(annotation)


def is_secret(model: type[BaseModel], path: Path) -> bool:
    """Tell whether a value must not be shown: a pydantic secret, or ``json_schema_extra={"secret": True}``."""
    annotation: Any = model
    for name in path:
        holder = bare(annotation)
        annotation = below(annotation, name)
        field = holder.model_fields.get(name) if is_model(holder) else None
        extra = field.json_schema_extra if isinstance(field, FieldInfo) else None
        if isinstance(extra, dict) and (extra.get("secret") or extra.get("writeOnly")):
            return True
        if isinstance(bare(annotation), type) and issubclass(bare(annotation), SecretStr | SecretBytes):
            return True
    return False


def known_paths(annotation: Any, prefix: Path = ()) -> Iterator[Path]:
    """Yield the path of every key with a fixed name; a table whose keys the user chooses counts as one."""
    annotation = bare(annotation)
    if is_model(annotation):
        for name in annotation.model_fields:
            yield from known_paths(below(annotation, name), (*prefix, name))
    else:
        yield prefix


def from_text(annotation: Any, text: str) -> object:
    """Parse text as a list or a table, if the annotation is one; return other text unchanged, for pydantic.

    Both may be JSON; the items of a list may also be separated by commas. Raises ValueError for invalid JSON.
    """
    annotation = bare(annotation)
    stripped = text.strip()
    if (is_table(annotation) and stripped) or (is_list(annotation) and stripped.startswith("[")):
        try:
            return json.loads(stripped)
        except (ValueError, RecursionError):
            raise ValueError("should be JSON") from None
    if is_list(annotation):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def leaves(annotation: Any, value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield the single values of a table by path; values of unknown keys are not taken apart."""
    annotation = bare(annotation)
    if isinstance(value, Mapping) and is_table(annotation):
        for name, item in value.items():
            yield from leaves(below(annotation, str(name)), item, (*path, str(name)))
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from leaves(below(type(value), name), getattr(value, name), (*path, name))
    else:
        yield path, value


def value_at(holder: object, path: Path) -> Any:
    """Return the value at a path of a model; MISSING if there is no such key."""
    for name in path:
        if isinstance(holder, BaseModel):
            holder = getattr(holder, name, MISSING)
        elif isinstance(holder, Mapping):
            holder = holder.get(name, MISSING)
        else:
            return MISSING
    return holder


def tree_of(values: Mapping[Path, object]) -> dict[str, Any]:
    """Return values by path as nested tables. No path may be the beginning of another."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        table = tree
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = value
    return tree
