"""Frozen dataclasses that take a third of the time to make.

Of a ``@dataclass(frozen=True)`` Python compiles six methods, up to 3.12 one by one: about half a millisecond for each
class, and a command makes a hundred of them before it does anything. Here only ``__init__`` is compiled; the others
are the same functions for all. ``dataclasses.fields``, ``replace`` and ``asdict`` know no difference, and a class of
others can be derived with ``@dataclass(frozen=True)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")

_PARAMS = "__dataclass_params__"


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a dataclass whose fields are set once, by ``__init__``; compared, hashed and shown by them.

    As ``@dataclass(frozen=True)``: what the class itself defines stays, and so does what ``field`` says of each.
    """

    def make(cls: type[T]) -> type[T]:
        for method in (__setattr__, __delattr__, __eq__, __hash__, __repr__):
            if method.__name__ not in vars(cls):
                setattr(cls, method.__name__, method)
        # Python makes a class frozen or not as its parents are: frozen for those of others, and not for this one alone.
        parents = [vars(base)[_PARAMS] for base in cls.__mro__ if _PARAMS in vars(base)]
        for parent in parents:
            parent.frozen = False
        try:
            made = dataclass(eq=False, repr=False, kw_only=kw_only)(cls)
        finally:
            for parent in parents:
                parent.frozen = True
        vars(made)[_PARAMS].frozen = True
        return made

    return make if cls is None else make(cls)


def __setattr__(self: Any, name: str, value: object) -> None:
    if name in self.__dict__ or name not in self.__dataclass_fields__:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    self.__dict__[name] = value


def __delattr__(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def __eq__(self: Any, other: object) -> bool:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _compared(self) == _compared(other)


def __hash__(self: Any) -> int:
    return hash(_compared(self))


@recursive_repr()
def __repr__(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _compared(self: Any) -> tuple[object, ...]:
    return tuple(getattr(self, one.name) for one in fields(self) if one.compare)
