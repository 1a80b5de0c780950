"""A field is described once, by its type, its constraints and its marker."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field, SecretStr

from sogni_core.field import Kind
from sogni_core.project import Asset
from sogni_core.request import Argument, ImageOptions, Option, Request


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


def option(**more: Any) -> Option:
    return Option("-x", "--xx", help="X.", **more)


class Sheet(Request):
    words: Annotated[tuple[str, ...], Argument("Words.", metavar="WORD...")] = ()
    count: Annotated[int, Field(ge=1, le=4), option()] = 2
    share: Annotated[float | None, option(shown="by model")] = None
    money: Annotated[Decimal, option()] = Decimal(1)
    loud: Annotated[bool, Option("--loud/--soft", help="Loud.")] = False
    side: Annotated[Literal["left", "right"] | None, option()] = None
    colour: Annotated[Colour, option()] = Colour.RED
    place: Annotated[Path | None, option()] = None
    sound: Annotated[Asset | None, option(kind="audio")] = None
    pictures: Annotated[tuple[Asset, ...], option(json="images")] = ()
    when: Annotated[datetime | None, option()] = None
    key: Annotated[SecretStr | None, option()] = None
    id: Annotated[UUID | None, option()] = None
    table: Annotated[dict[str, int], Field(default_factory=dict), option()]
    size: Annotated[int, option(setting="image.width")]


KINDS: dict[str, tuple[Kind, bool, str]] = {
    "words": ("text", True, "WORD..."),
    "count": ("integer", False, "INTEGER"),
    "share": ("number", False, "NUMBER"),
    "money": ("number", False, "NUMBER"),
    "loud": ("switch", False, ""),
    "side": ("choice", False, "left|right"),
    "colour": ("choice", False, "red|green"),
    "place": ("path", False, "PATH"),
    "sound": ("asset", False, "TEXT"),
    "pictures": ("asset", True, "TEXT"),
    "when": ("time", False, "TIME"),
    "key": ("secret", False, "TEXT"),
    "id": ("text", False, "TEXT"),
    "table": ("other", False, "TEXT"),
    "size": ("integer", False, "INTEGER"),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_a_field_takes(name: str) -> None:
    spec = Sheet.specs()[name]
    assert (spec.kind, spec.many, spec.metavar) == KINDS[name]


def test_what_else_is_known_of_a_field() -> None:
    specs = Sheet.specs()
    assert (specs["count"].least, specs["count"].most, specs["count"].default) == (1, 4, 2)
    assert (specs["share"].default, specs["share"].default_text) == (None, "by model")
    assert (specs["size"].setting, specs["size"].required) == ("image.width", False)
    assert (specs["sound"].media, specs["pictures"].json, specs["count"].json) == ("audio", "images", "count")
    assert (specs["loud"].flag, specs["count"].flag, specs["words"].flag) == ("--loud", "--xx", "WORD...")


def test_every_field_is_described_in_the_order_of_help() -> None:
    assert list(ImageOptions.specs()) == [name for name, _ in ImageOptions.markers()]
    assert list(Sheet.specs()) == list(KINDS)
