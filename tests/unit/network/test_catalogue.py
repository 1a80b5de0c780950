"""The catalogue's file: what is kept, what makes it old, what cannot be read."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from sogni_core._network import catalogue
from sogni_core._network.catalogue import Catalogue

SOCKET = "wss://socket.example.test"
MODELS = [
    {"id": "z", "name": "Z-Image", "SID": 100, "tier": "fast", "media": "image"},
    {"id": "old", "name": "", "SID": 101, "tier": "legacy", "media": "image"},
    {"id": "lost", "name": "Lost", "SID": 102, "tier": "none", "media": "video"},
]
TIERS = {"fast": {"type": "image", "steps": {"min": 4, "max": 10, "default": 8}}, "legacy": {}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of the file as the catalogue names it, with something fresh in it."""
    found = Catalogue(tmp_path, SOCKET).path
    assert found is not None
    write(found)
    return found


def write(file: Path, **change: object) -> None:
    file.write_text(json.dumps({"asked": time.time() - 60, "models": MODELS, "tiers": TIERS, **change}))


def test_what_was_kept_is_known_without_asking(file: Path) -> None:
    known = Catalogue(file.parent, SOCKET)
    assert known.fresh
    assert known.age == pytest.approx(60, abs=10)
    assert [model.name for model in known.models.values()] == ["Z-Image", "old", "Lost"]
    tier, old = known.tier("z"), known.tier("old")
    assert tier is not None
    assert old is not None
    assert (tier.sampling, tier.limits) == ("comfy", {"steps": (4, 10)})
    assert old.sampling == "legacy"
    assert known.tier("lost") is None
    assert known.tier("unheard of") is None


def test_each_service_has_its_file(file: Path) -> None:
    assert Catalogue(file.parent, "ws://127.0.0.1:1").models == {}


@pytest.mark.parametrize("age", [-100, catalogue.FRESH_SECONDS + 1])
def test_age_makes_it_old_but_not_useless(file: Path, age: float) -> None:
    write(file, asked=time.time() - age)
    known = Catalogue(file.parent, SOCKET)
    assert not known.fresh
    assert known.tier("z") is not None


def test_a_model_that_serves_and_is_not_known_makes_it_old(file: Path) -> None:
    known = Catalogue(file.parent, SOCKET)
    known.counted({"z": 3})
    assert known.fresh
    known.counted({"z": 3, "new": 1})
    assert not known.fresh
    known.counted(None)
    assert known.fresh


def test_a_model_that_the_list_lacked_when_it_was_asked_is_no_news(file: Path) -> None:
    write(file, absent=["new"])
    known = Catalogue(file.parent, SOCKET)
    known.counted({"z": 3, "new": 1})
    assert known.fresh


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b'{"models": 7, "asked": 1}',
        b'{"models": [], "tiers": {}, "asked": 1e9}',
        b'{"models": [{"id": 7}], "asked": 1}',
    ],
)
def test_what_cannot_be_read_is_as_if_it_were_not_there(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    known = Catalogue(file.parent, SOCKET)
    assert (known.models, known.age, known.fresh, known.tier("z")) == ({}, None, False, None)


def test_nonsense_in_parts_leaves_the_rest(file: Path) -> None:
    write(file, models=[None, 7, *MODELS, MODELS[0] | {"name": "twice"}], asked="x", absent=[None, {}], tiers=[])
    known = Catalogue(file.parent, SOCKET)
    assert len(known.models) == 3
    assert known.models["z"].name == "Z-Image"
    assert (known.fresh, known.tier("z")) == (False, None)


def test_a_file_that_is_too_large_is_not_read(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b" " * (catalogue.LARGEST_FILE - file.stat().st_size + 1))
    assert Catalogue(file.parent, SOCKET).models == {}


def test_without_a_folder_nothing_is_kept() -> None:
    known = Catalogue(None, SOCKET)
    assert (known.kept, known.models, known.fresh) == (False, {}, False)
