"""A class made by ``frozen`` is what ``@dataclass(frozen=True)`` would have made of it."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import pytest

from sogni_core.frozen import frozen
from sogni_core.project import ImageProject


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


@frozen
class OurBase:
    name: str


@dataclass(frozen=True)
class TheirBase:
    name: str


@dataclass(frozen=True)
class TheirsOfOurs(OurBase):
    more: int = 0


@frozen
class OursOfTheirs(TheirBase):
    more: int = 0


@frozen
class OursOfTheirsOfOurs(TheirsOfOurs):
    last: int = 0


@dataclass(frozen=True)
class TheirsOfTheirs(TheirBase):
    more: int = 0


@pytest.mark.parametrize("made", [TheirsOfOurs, OursOfTheirs, OursOfTheirsOfOurs, Longer, TheirsOfTheirs])
def test_frozen_dataclasses_of_both_kinds_inherit_from_each_other(made: Any) -> None:
    one = made("a", more=1)
    assert one == made("a", more=1) != made("a", more=2)
    assert hash(one) == hash(made("a", more=1))
    assert repr(one).startswith(f"{made.__name__}(name='a'") and "more=1" in repr(one)
    assert dataclasses.replace(one, name="b") == made("b", more=1)
    assert pickle.loads(pickle.dumps(one)) == one
    for name in ("name", "more", "nonsense"):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 3)
        with pytest.raises(FrozenInstanceError):
            delattr(one, name)


@pytest.mark.parametrize("base", [OurBase, TheirBase, TheirsOfOurs, OursOfTheirs])
def test_what_is_not_frozen_cannot_inherit_from_it(base: Any) -> None:
    with pytest.raises(TypeError, match="cannot inherit non-frozen dataclass from a frozen one"):
        dataclass(type("Loose", (base,), {"__annotations__": {"extra": int}}))


def test_it_cannot_inherit_from_what_is_not_frozen() -> None:
    @dataclass
    class Loose:
        name: str

    with pytest.raises(TypeError, match="cannot inherit frozen dataclass from a non-frozen one"):
        frozen(type("Ours", (Loose,), {}))


@pytest.mark.parametrize("base", [OurBase, TheirBase])
def test_a_class_that_only_inherits_may_have_attributes_besides_the_fields(base: Any) -> None:
    class Derived(base):
        pass

    one = Derived("a")
    one.note = 1
    one.note = 2
    assert (one.name, one.note) == ("a", 2)
    del one.note
    assert not hasattr(one, "note")
    with pytest.raises(FrozenInstanceError):
        one.name = "b"
    with pytest.raises(FrozenInstanceError):
        del one.name


@BOTH
def test_it_says_of_itself_what_it_is(made: Any) -> None:
    parameters = made.__dataclass_params__
    assert (parameters.frozen, parameters.eq, parameters.repr) == (True, True, True)


def test_a_record_of_this_package_can_be_the_base_of_a_frozen_dataclass() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Stamp(ImageProject):
        perforated: bool = True

    stamp = Stamp(model="m", prompt="a cat")
    assert stamp.perforated and isinstance(stamp, ImageProject)
    assert dataclasses.replace(stamp, prompt="a dog").prompt == "a dog"
