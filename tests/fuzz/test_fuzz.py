"""Whatever bytes come, nothing but our own errors leaves the code that reads them, and none takes long.

Hypothesis makes the bytes: JSON of any shape, samples with pieces changed, and noise. ``make fuzz`` goes on where this
ends, guided by what the code does.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from .targets import SEEDS, TARGETS

pytestmark = pytest.mark.slow

SLOWEST = 20_000
"""Milliseconds that one input may take: what tells a hang from a busy machine."""

_NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([-(10**400), 10**400, 2**63, -1, 0, float("inf"), 1e308])
)
_VALUES = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_DEEP = st.sampled_from([b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900, b'{"exp":-' + b"9" * 4000 + b"}"])


@st.composite
def _changed_json(draw: st.DrawFn, seed: bytes) -> bytes:
    """A sample with the value of some names replaced, at any depth."""
    start = max(seed.find(b"{"), 0)

    def changed(value: object) -> object:
        if draw(st.integers(0, 5)) == 0:
            return draw(_VALUES)
        if isinstance(value, dict):
            return {name: changed(inner) for name, inner in value.items()}
        return [changed(inner) for inner in value] if isinstance(value, list) else value

    return seed[:start] + json.dumps(changed(json.loads(seed[start:]))).encode()


@st.composite
def _spliced(draw: st.DrawFn, seed: bytes) -> bytes:
    """A sample with one piece of it replaced, repeated or left out."""
    first, last = sorted((draw(st.integers(0, len(seed))), draw(st.integers(0, len(seed)))))
    piece = draw(st.one_of(st.binary(max_size=16), st.just(seed[first:last] * 2), st.just(b"")))
    return seed[:first] + piece + seed[last:]


def _is_json(seed: bytes) -> bool:
    try:
        json.loads(seed[max(seed.find(b"{"), 0) :])
    except ValueError:
        return False
    return True


def _inputs(name: str) -> st.SearchStrategy[bytes]:
    ways: list[st.SearchStrategy[bytes]] = [st.binary(max_size=200), _DEEP]
    for seed in SEEDS[name]:
        ways += [st.just(seed), _spliced(seed), *([_changed_json(seed)] if _is_json(seed) else [])]
    return st.one_of(ways)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_our_errors(name: str) -> None:
    @settings(max_examples=120, deadline=SLOWEST, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(_inputs(name))
    @example(b"")
    def runs(data: bytes) -> None:
        TARGETS[name](data)

    runs()


@pytest.mark.parametrize("name", TARGETS)
def test_the_samples_are_read(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)
