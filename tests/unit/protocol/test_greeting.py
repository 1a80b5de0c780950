"""Greeting, balances, models, network: read whatever is there."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._protocol import greeting
from sogni_core._protocol.greeting import Balance, Greeting

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TOKENS = {"sogni": {"net": "10", "settled": "10"}, "spark": {"net": "100.500", "premiumCredit": "0"}}


def test_the_whole_greeting() -> None:
    told = greeting.read_authenticated({
        "username": "test\x1b[31muser",
        "address": "0xeC31",
        "tokens": TOKENS,
        "activeProjects": [{"id": "ab", "status": "active"}, {"id": "cd", "jobType": "llm"}, {"status": "x"}, 7],
        "unclaimedCompletedProjects": [{"id": "ef"}, {"id": "gh", "model": {"type": "llm"}}, {"id": "AB"}],
        "isMainnet": True,
    })
    assert told.active == ({"id": "ab", "status": "active"},)
    assert told.projects == {"AB": {"id": "AB"}, "EF": {"id": "ef"}}


def test_a_balance() -> None:
    assert greeting.read_balance(TOKENS) == Balance(spark=Decimal("100.5"), sogni=Decimal(10))
    assert greeting.read_balance({"spark": 7}) == Balance()


@pytest.mark.parametrize("payload", [None, [], "x", 7, {}, {"tokens": [], "activeProjects": {}, "username": {}}])
def test_a_greeting_of_nothing(payload: object) -> None:
    assert greeting.read_authenticated(payload) == Greeting()


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("999.650", Decimal("999.65")),
        ("-1", Decimal(-1)),
        (12, Decimal(12)),
        (0.1, Decimal("0.1")),
        ("NaN", None),
        ("Infinity", None),
        (float("nan"), None),
        ("", None),
        ("ten", None),
        (True, None),
        (None, None),
        ([], None),
        ("1" * 65, None),
        (10**100, None),
    ],
)
def test_amounts(value: object, amount: Decimal | None) -> None:
    assert greeting.amount(value) == amount


def test_models_with_workers() -> None:
    told = {"z_image_turbo_bf16": 12, "flux": "3", "bad": None, "worse": -1, "float": 2.0, "half": 0.5}
    assert greeting.read_models(told) == {"z_image_turbo_bf16": 12, "flux": 3, "float": 2}


@given(JSON)
def test_nothing_raises(payload: object) -> None:
    greeting.read_authenticated({"activeProjects": payload, "unclaimedCompletedProjects": [payload]})
    greeting.read_balance({"spark": payload, "sogni": {"net": payload}})
    greeting.read_authenticated(payload)
    greeting.read_models(payload)
    greeting.read_models({"x": payload})
