"""Ids a client makes."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._protocol import ids


@given(st.binary(min_size=16, max_size=16))
def test_sixteen_bytes_make_an_upper_case_uuid_of_version_4(random: bytes) -> None:
    made = ids.make(random)
    assert ids.is_project_id(made)
    assert made == str(uuid.UUID(bytes=random, version=4)).upper()
    assert uuid.UUID(made).version == 4


def test_ids_of_one_seed_are_one_and_others_differ() -> None:
    assert ids.make(b"0123456789abcdef") == "30313233-3435-4637-B839-616263646566"
    assert ids.make() != ids.make()


def test_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="16-char"):
        ids.make(b"short")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30313233-3435-4637-b839-616263646566",
        "30313233-3435-1637-B839-616263646566",
        "30313233-3435-4637-7839-616263646566",
        "30313233343546378839616263646566",
        "30313233-3435-4637-B839-616263646566\n",
    ],
)
def test_what_is_no_project_id(text: str) -> None:
    assert not ids.is_project_id(text)


@pytest.mark.parametrize(
    ("text", "valid"),
    [("sogni-core-1", True), ("ä" * 256, True), ("", False), ("a" * 257, False), (" a", False), ("a\n", False)],
)
def test_app_ids_are_printable_and_trimmed(text: str, valid: bool) -> None:
    assert ids.is_app_id(text) is valid
