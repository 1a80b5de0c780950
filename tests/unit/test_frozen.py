"""A class made by ``frozen`` is what ``@dataclass(frozen=True)`` would have made of it."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import pytest

from sogni_core.frozen import frozen


@frozen
class Ours:
    name: str
    sizes: tuple[int, ...] = ()
    secret: str = field(default="s", repr=False)
    note: str = field(default="", compare=False)


@dataclass(frozen=True)
class Theirs:
    name: str
    sizes: tuple[int, ...] = ()
    secret: str = field(default="s", repr=False)
    note: str = field(default="", compare=False)


@frozen(kw_only=True)
class Named:
    """Has its own way to be shown."""

    name: str

    def __repr__(self) -> str:
        return "shown"


@frozen
class Longer(Ours):
    more: int = 0


BOTH = pytest.mark.parametrize("made", [Ours, Theirs])


@BOTH
def test_it_is_shown_by_its_fields(made: Any) -> None:
    assert repr(made("a", (1,))) == f"{made.__name__}(name='a', sizes=(1,), note='')"


@BOTH
def test_it_is_compared_and_hashed_by_its_fields(made: Any) -> None:
    one, same, other = made("a", note="x"), made("a", note="y"), made("a", secret="t")
    assert one == same and hash(one) == hash(same)
    assert one != other and len({one, same, other}) == 2
    assert one != ("a", (), "s") and one.__eq__(3) is NotImplemented


def test_classes_do_not_mix() -> None:
    assert Ours("a") != Longer("a") != Theirs("a")
    assert Longer("a", more=1) == Longer("a", more=1) != Longer("a", more=2)
    assert repr(Longer("a")).startswith("Longer(name='a'") and repr(Longer("a")).endswith("more=0)")


@BOTH
def test_nothing_can_be_set_or_deleted(made: Any) -> None:
    one = made("a")
    for name in ("name", "nonsense"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(one, name, "b")
        with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(one, name)
    assert one.name == "a"


@BOTH
def test_it_can_be_changed_copied_and_kept(made: Any) -> None:
    one = made("a", (1, 2))
    assert dataclasses.replace(one, name="b") == made("b", (1, 2))
    assert dataclasses.asdict(one) == {"name": "a", "sizes": (1, 2), "secret": "s", "note": ""}
    assert copy.deepcopy(one) == one == pickle.loads(pickle.dumps(one))


@dataclass(frozen=True, kw_only=True)
class Derived(Longer):
    own: int = 0


def test_a_frozen_dataclass_of_others_can_be_derived() -> None:
    one = Derived(name="a", own=1)
    assert one == Derived(name="a", own=1) != Derived(name="a", own=2)
    assert hash(one) == hash(dataclasses.replace(one))
    assert dataclasses.replace(one, name="b", more=3) == Derived(name="b", more=3, own=1)
    for name in ("name", "more", "own"):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, "b")
    with pytest.raises(TypeError, match="frozen"):
        dataclass(type("Open", (Ours,), {"__annotations__": {"own": "int"}}))


def test_what_a_class_defines_stays() -> None:
    assert repr(Named(name="a")) == "shown"
    with pytest.raises(TypeError):
        Named("a")  # type: ignore[misc]


def test_what_contains_itself_can_be_shown() -> None:
    inner: list[Any] = []
    one = Ours("a", inner)  # type: ignore[arg-type]
    inner.append(one)
    assert repr(one) == "Ours(name='a', sizes=[...], note='')"
