"""Frames: what is sent can be read, and what cannot be read is dropped."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._protocol import frames
from sogni_core._protocol.frames import Frame

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def wire(payload: object, type: object = "jobState") -> str:
    return json.dumps({"type": type, "data": base64.b64encode(json.dumps(payload).encode()).decode()})


def raw(data: str) -> str:
    return json.dumps({"type": "jobState", "data": base64.b64encode(data.encode()).decode()})


def test_a_frame_is_json_around_base64_of_json() -> None:
    outer = json.loads(frames.encode("changeNetwork", "relaxed"))
    assert outer == {"type": "changeNetwork", "data": base64.b64encode(b'"relaxed"').decode()}


def test_text_that_is_no_unicode_still_makes_a_frame() -> None:
    text = frames.encode("jobRequest", {"positivePrompt": "caf\udce9 \N{CAT} é"})
    text.encode("utf-8")
    assert frames.decode(text) == Frame("jobRequest", {"positivePrompt": "caf\udce9 \N{CAT} é"})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_does_not_have_is_not_sent(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        frames.encode("jobRequest", {"guidanceScale": value})


def test_ids_of_received_payloads_are_in_upper_case() -> None:
    frame = frames.decode(wire({"jobID": "ab-c", "imgID": " d-e ", "workerName": "w", "id": "x"}))
    assert frame == Frame("jobState", {"jobID": "AB-C", "imgID": "D-E", "workerName": "w", "id": "x"})


def test_ids_of_other_types_stay() -> None:
    frame = frames.decode(wire({"jobID": 7, "imgID": None}))
    assert frame is not None
    assert frame.payload == {"jobID": 7, "imgID": None}


def test_padding_may_be_missing_and_bytes_are_text() -> None:
    text = wire({"a": 1}).replace("=", "")
    assert frames.decode(text) == frames.decode(text.encode()) == Frame("jobState", {"a": 1})


def test_a_number_that_is_none_costs_the_number_not_the_frame() -> None:
    assert frames.decode(raw('{"etaSeconds": NaN, "step": 1, "x": -Infinity}')) == Frame(
        "jobState", {"etaSeconds": None, "step": 1, "x": None}
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        b"\xff\xfe",
        '{"type":"jobState"}',
        '{"type":"jobState","data":null}',
        '{"type":"jobState","data":{}}',
        '{"type":"jobState","data":"%%%"}',
        '{"type":"jobState","data":"A"}',
        '{"type":"jobState","data":"é"}',
        '{"type":"","data":"e30="}',
        '{"type":7,"data":"e30="}',
        '{"data":"e30="}',
        raw("{"),
        raw("[" * 100_000),
        raw("[" * 60 + "]" * 60),
        raw("9" * 5000),
        "[" * 100_000,
        wire("x" * frames.LARGEST),
    ],
    ids=lambda text: repr(text[:30]),
)
def test_what_is_no_frame_is_dropped(text: bytes | str) -> None:
    assert frames.decode(text) is None


@given(st.binary() | st.text())
def test_no_bytes_raise(text: bytes | str) -> None:
    frames.decode(text)


@given(JSON)
def test_no_json_raises(value: object) -> None:
    frames.decode(json.dumps(value))
    frames.decode(wire(value, type=value))


@given(st.text(min_size=1), JSON.filter(lambda value: not isinstance(value, dict)))
def test_what_is_encoded_is_decoded(type: str, payload: object) -> None:
    frame = frames.decode(frames.encode(type, payload))
    assert frame == Frame(type, payload)


def test_a_frame_does_not_show_its_payload() -> None:
    assert "secret" not in repr(frames.decode(wire({"uploadUrl": "secret"})))
