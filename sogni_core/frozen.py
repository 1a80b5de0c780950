"""Frozen dataclasses whose classes take a third of the time to create.

For ``@dataclass(frozen=True)``, Python compiles six methods, up to 3.12 one by one. That takes 0.5 ms per class, and
``sogni image`` creates about a hundred. Here only ``__init__`` is compiled; all classes share the other methods.
Bench ``ablation``: with dataclasses, ``sogni --help`` takes 10 ms more (of 118), ``sogni image --help`` 24 ms more (of
300), and one image 56 ms more (of 676). Python 3.15 compiles the methods when they are first called, so this module can
be deleted when 3.15 is the oldest supported version.

It works with ``dataclasses`` of Python 3.11 to 3.14. It uses one undocumented attribute, ``__dataclass_params__``, in
which ``dataclass`` looks up whether a base class is frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a dataclass whose fields cannot be set after ``__init__``.

    It does the same as ``@dataclass(frozen=True)``, and classes of both kinds can inherit from each other. Methods that
    the class defines are kept. Raises TypeError if a base class is a dataclass that is not frozen.
    """

    def make(cls: type[T]) -> type[T]:
        inherits = any(map(is_dataclass, cls.__bases__))
        shared = (__eq__, __hash__, __repr__) if inherits else (__setattr__, __delattr__, __eq__, __hash__, __repr__)
        for method in shared:
            if method.__name__ not in vars(cls):
                setattr(cls, method.__name__, method)
        # Only a frozen dataclass can inherit from one. For the few that do, two more methods are compiled.
        made = dataclass(eq=False, repr=False, frozen=inherits, kw_only=kw_only)(cls)
        parameters = vars(made)["__dataclass_params__"]
        parameters.eq = parameters.repr = parameters.frozen = True
        return made

    return make if cls is None else make(cls)


def __setattr__(self: Any, name: str, value: object) -> None:
    is_field = name in self.__dataclass_fields__
    if is_field and name not in self.__dict__:
        self.__dict__[name] = value
    elif is_field or _is_made(self):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    else:
        object.__setattr__(self, name, value)


def __delattr__(self: Any, name: str) -> None:
    if name in self.__dataclass_fields__ or _is_made(self):
        raise FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


def _is_made(self: object) -> bool:
    """Tell whether the class itself is a dataclass; a plain subclass may have more attributes."""
    return "__dataclass_fields__" in vars(type(self))


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
