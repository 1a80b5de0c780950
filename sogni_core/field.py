"""The description of a field of a request, from which flags, JSON Schema, tools and documentation are generated."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, Union, get_args, get_origin

from sogni_core.frozen import frozen

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


Kind = Literal["text", "integer", "number", "switch", "choice", "path", "asset", "time", "secret", "other"]
"""Kind of a value; ``other`` is a value that cannot be typed as one word, such as a table."""


class Marker(Protocol):
    """Marks a field of a request, as an argument or an option."""

    @property
    def help(self) -> str:
        """One sentence."""
        ...

    @property
    def metavar(self) -> str:
        """Name of the value in help; empty to derive it from the type."""
        ...

    @property
    def kind(self) -> str:
        """For assets: what the file has to be."""
        ...

    @property
    def required(self) -> bool:
        """Whether the rules of the mode refuse a request without it."""
        ...


class Group(enum.StrEnum):
    """Headings for the options that modes share, in the order in which help shows them."""

    PROMPT = "Prompt"
    OUTPUT = "Output"
    MODEL = "Model and size"
    SEED = "Seed"
    PAYMENT = "Payment and network"
    RUN = "Run"


@frozen
class FieldSpec:
    """One field of a mode's request: its names, its values, and its help."""

    name: str
    """Name in Python, and in problems."""
    kind: Kind
    many: bool
    """Whether it takes several values."""
    help: str
    """One sentence."""
    required: bool
    """Whether a request needs it. Another option may fill it in (:attr:`fills`)."""
    positional: bool
    """Whether it is a positional argument on a command line."""
    flags: tuple[str, ...] = ()
    """Spellings on a command line, ``"--filter/--no-filter"`` for a switch with both; empty for an argument."""
    metavar: str = ""
    """Name of the value in help; empty for a switch."""
    choices: tuple[str, ...] = ()
    """Allowed words of a choice."""
    least: float | None = None
    """Smallest value of a number."""
    most: float | None = None
    """Largest value of a number."""
    default: Any = None
    """Default of the request itself; None if it has none, or if a setting or the engine fills it in."""
    default_text: str = ""
    """Description of a default that the engine works out, such as ``depends on the model``."""
    setting: str | None = None
    """Key of the setting that provides it."""
    json: str = ""
    """Name in JSON output."""
    media: str = ""
    """For assets: ``image``, ``audio`` or ``video``."""
    separator: str = ""
    """For several values: separator in one text."""
    missing: str = ""
    """Message if it is missing; empty for a general one."""
    fills: str = ""
    """For a switch: the asset field that it fills with the last render's image."""
    plans: bool = False
    """For a switch: whether it asks for a plan instead of a run."""
    names_workflow: bool = False
    """Whether the value is the name of a workflow."""
    group: str = ""
    """Heading under which help lists it; empty for the mode's own options, which come first."""
    hidden: bool = False
    """Whether it works without being shown: help, schemas and suggestions leave it out."""
    deprecated: str = ""
    """What to use instead; empty if it is not deprecated."""

    @property
    def flag(self) -> str:
        """The flag to show: the first long one. For an argument, its metavar."""
        if self.positional:
            return self.metavar
        long = [flag for flag in self.flags if flag.startswith("--")]
        return (long or list(self.flags) or [self.name])[0].partition("/")[0]

    @property
    def numeric(self) -> bool:
        """Whether text is converted to a number."""
        return self.kind in ("integer", "number")


def camel(name: str) -> str:
    """Return the name of a field in JSON."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def spec_of(name: str, info: FieldInfo, mark: Marker) -> FieldSpec:
    """Return the description of a field, from its type, constraints and marker."""
    parts = leaves(info.annotation)
    kind, choices = _kind(parts), _choices(parts)
    flags: tuple[str, ...] = getattr(mark, "flags", ())
    positional = not hasattr(mark, "flags")
    plain = info.default if not info.is_required() else None
    return FieldSpec(
        name,
        kind,
        many=_is_many(info.annotation),
        help=mark.help,
        required=mark.required or _has_no_value(info, mark),
        positional=positional,
        flags=flags,
        metavar=_metavar(name, kind, choices, mark, positional),
        choices=choices,
        least=_bound(info, "ge"),
        most=_bound(info, "le"),
        default=plain,
        default_text=getattr(mark, "shown", ""),
        setting=getattr(mark, "setting", None),
        json=getattr(mark, "json", "") or camel(name),
        media=mark.kind if kind == "asset" else "",
        separator=getattr(mark, "separator", ""),
        missing=getattr(mark, "missing", ""),
        fills=getattr(mark, "fills", ""),
        plans=getattr(mark, "plans", False),
        names_workflow=getattr(mark, "names_workflow", False),
        group=getattr(mark, "group", ""),
        hidden=getattr(mark, "hidden", False),
        deprecated=getattr(mark, "deprecated", ""),
    )


def _has_no_value(info: FieldInfo, mark: Marker) -> bool:
    """Whether a field has no value if it is not given: no default, no setting, and none that the engine works out."""
    return info.is_required() and getattr(mark, "setting", None) is None and not getattr(mark, "shown", "")


def leaves(annotation: Any) -> frozenset[Any]:
    """Return the types and literals in an annotation, without unions, tuples and lists."""
    if hasattr(annotation, "__value__"):  # of a type statement, from Python 3.12 on
        return leaves(annotation.__value__)
    origin = get_origin(annotation)
    if origin is Annotated:
        return leaves(get_args(annotation)[0])
    if origin in (Union, types.UnionType, tuple, list, set, frozenset, Sequence):
        inner = (part for part in get_args(annotation) if part not in (Ellipsis, types.NoneType))
        return frozenset[Any]().union(*(leaves(part) for part in inner))
    return frozenset((annotation,))


def _is_many(annotation: Any) -> bool:
    parts = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    return any(get_origin(part) in (tuple, list, set, frozenset, Sequence) for part in parts)


@cache
def _types() -> tuple[tuple[type | tuple[type, ...], Kind], ...]:
    from sogni_core.project import Asset  # not for the help of the program, which needs no request

    return (
        (bool, "switch"),
        (enum.Enum, "choice"),
        (int, "integer"),
        ((float, Decimal), "number"),
        (PurePath, "path"),
        (Asset, "asset"),
        ((datetime, date, time, timedelta), "time"),
        (Mapping, "other"),
    )


def _kind(parts: frozenset[Any]) -> Kind:
    kinds = {_kind_of(part) for part in parts}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind_of(part: Any) -> Kind:
    if get_origin(part) is Literal:
        return "choice"
    plain = get_origin(part) or part
    if not isinstance(plain, type):
        return "text"
    for known, kind in _types():
        if issubclass(plain, known):
            return kind
    if hasattr(plain, "get_secret_value"):
        return "secret"
    return "other" if hasattr(plain, "model_fields") else "text"


def _choices(parts: frozenset[Any]) -> tuple[str, ...]:
    words = [part for part in sorted(parts, key=str) if get_origin(part) is Literal]
    named = [part for part in sorted(parts, key=str) if isinstance(part, type) and issubclass(part, enum.Enum)]
    return tuple(
        [str(word) for part in words for word in get_args(part)] + [str(one.value) for part in named for one in part]
    )


def _metavar(name: str, kind: Kind, choices: Sequence[str], mark: Marker, positional: bool) -> str:
    if mark.metavar:
        return mark.metavar
    if positional:
        return name.upper()
    if kind == "switch":
        return ""
    return "|".join(choices) or {"integer": "INTEGER", "number": "NUMBER", "path": "PATH", "time": "TIME"}.get(
        kind, "TEXT"
    )


def _bound(info: FieldInfo, which: str) -> Any:
    said = (getattr(mark, which, None) for mark in info.metadata)
    return next((bound for bound in said if bound is not None), None)
