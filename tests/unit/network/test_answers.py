"""What an HTTP answer means: success with and without envelope, errors as JSON, text and pages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._network import replies
from sogni_core._transport.calls import Reply
from sogni_core.errors import SogniError, TransportError


def test_the_rest_host_wraps_and_the_socket_host_does_not() -> None:
    assert replies.read(Reply(200, {}, b'{"status":"success","data":{"a":1}}'), envelope=True) == {"a": 1}
    assert replies.read(Reply(200, {}, b'[{"id":"x"}]'), envelope=False) == [{"id": "x"}]
    assert replies.read(Reply(200, {}, b"null"), envelope=False) is None


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "code", "message", "facts"),
    [
        (401, b'{"status":"error","message":"Invalid API key","errorCode":101}', {}, "AuthError",
         "AUTHENTICATION_ERROR", "Invalid API key", {"status": 401, "errorCode": 101}),
        (403, b"", {}, "AuthError", "AUTHENTICATION_ERROR", "The service does not allow this account to do that.",
         {"status": 403, "errorCode": 403}),
        (404, b'{"message":"Project not found"}', {}, "ServiceError", "SERVICE_ERROR", "Project not found",
         {"status": 404, "errorCode": 404}),
        (423, b"{}", {}, "ServiceError", "SERVICE_ERROR", "The service is busy with an equal request.",
         {"status": 423}),
        (429, b'{"message":"Slow","retryAfter":2}', {"retry-after": "9"}, "ServiceError", "RATE_LIMITED", "Slow",
         {"retryAfter": 2.0}),
        (429, b"Too many requests", {"retry-after": "9"}, "ServiceError", "RATE_LIMITED", "Too many requests",
         {"retryAfter": 9.0}),
        (400, b"Not enough \x1b[31mcredits\x07", {}, "ServiceError", "SERVICE_ERROR", "Not enough credits", {}),
        (502, b"<html><head><title>502 Bad Gateway</title></head></html>", {}, "ServiceError", "SERVICE_ERROR",
         "The service answered with status 502.", {"status": 502}),
        (500, b"<h1>oops</h1>", {"content-type": "text/html"}, "ServiceError", "SERVICE_ERROR",
         "The service answered with status 500.", {}),
        (503, b'{"message":{"nested":1},"errorCode":"7"}', {}, "ServiceError", "SERVICE_ERROR",
         "The service answered with status 503.", {"errorCode": 7}),
    ],
)  # fmt: skip
def test_errors(
    status: int, body: bytes, headers: dict[str, str], kind: str, code: str, message: str, facts: dict[str, Any]
) -> None:
    with pytest.raises(SogniError) as caught:
        replies.read(Reply(status, headers, body), envelope=True)
    error = caught.value
    assert (type(error).__name__, error.code, error.message) == (kind, code, message)
    assert facts.items() <= error.details.items()


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><html>log in to the hotel</html>", b"OK", b"{", b"[1]", b"{}"])
def test_a_success_that_says_nothing_readable_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(TransportError) as caught:
        replies.read(Reply(200, {}, body), envelope=True)
    assert caught.value.code == "PROTOCOL_ERROR"
    assert "hotel" not in caught.value.message


def test_a_page_in_place_of_an_answer_hints_at_the_networks_own_login() -> None:
    with pytest.raises(TransportError) as caught:
        replies.read(Reply(200, {"content-type": "text/html"}, b"<html>"), envelope=False)
    assert "browser" in (caught.value.hint or "")


@given(st.integers(100, 599), st.binary(max_size=200), st.booleans())
def test_nothing_but_registered_errors(status: int, body: bytes, envelope: bool) -> None:
    try:
        replies.read(Reply(status, {}, body), envelope=envelope)
    except SogniError as error:
        assert len(error.message) <= 600
