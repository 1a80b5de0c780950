"""Safe and paid: what may be made again, and what has no way to be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sogni_core._transport.calls import PaidFrame, Reply, SafeCall, SafeFrame, wait_of
from sogni_core._transport.retry import repeated
from sogni_core.errors import InternalError

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]


def test_a_paid_frame_is_taken_once() -> None:
    frame = PaidFrame("text")
    assert frame.take() == "text"
    with pytest.raises(InternalError):
        frame.take()


async def test_what_is_paid_for_has_no_way_into_the_repeating_function() -> None:
    calls: list[SafeCall] = []

    async def once(call: SafeCall) -> Reply:
        calls.append(call)
        return Reply(200)

    for thing in (PaidFrame("text"), SafeFrame("text"), "text", object()):
        with pytest.raises(TypeError, match="only a SafeCall may be repeated"):
            await repeated(thing, once, pause=asyncio.sleep)  # type: ignore[arg-type]
    assert calls == []


def test_nothing_secret_is_in_a_representation() -> None:
    secret = "canary"
    things = [
        SafeCall("GET", f"https://x/?{secret}", {"authorization": secret}, json={"password": secret}),
        SafeFrame(secret),
        PaidFrame(secret),
        Reply(200, {"set-cookie": secret}, secret.encode()),
    ]
    for thing in things:
        assert secret not in repr(thing)


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        (b'{"retryAfter": 2}', "9", 2.0),
        (b'{"retryAfter": 0}', "9", 0.0),
        (b'{"retryAfter": "2"}', "9", 9.0),
        (b'{"retryAfter": -1}', "", None),
        (b'{"retryAfter": true}', "3", 3.0),
        (b"<html>", "3", 3.0),
        (b"", " 120 ", 120.0),
        (b"", "Thu, 01 Jan 1970 00:01:00 GMT", 50.0),
        (b"", "Thu, 01 Jan 1970 00:00:05 GMT", 0.0),
        (b"", "soon", None),
        (b"", "1.5", None),
        (b"", "", None),
        (b"[" * 100_000, "", None),
    ],
)
def test_how_long_the_service_asks_to_wait(body: bytes, header: str, expected: float | None) -> None:
    assert Reply(429, {"retry-after": header}, body).retry_after(10.0) == expected


@pytest.mark.parametrize("header", ["9" * 400, "٣", "Thu, 01 Jan 99999 00:00:00 GMT", "\x00", "-5"])
def test_a_strange_wait_is_no_exception(header: str) -> None:
    wait_of(header, 0.0)
