"""The socket's URL, and what a client says beside requests."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sogni_core._protocol import connection, frames, messages
from sogni_core.errors import InternalError

NAME = connection.client_name("sogni-core", "0.1.0")


def test_the_query_of_the_fast_network() -> None:
    assert connection.connection_query("app-1", "fast", NAME) == {
        "appId": "app-1",
        "clientName": "Sogni/3.0.0 (sogni-core) 0.1.0",
        "clientType": "artist",
        "forceWorkerId": "fast",
    }


def test_the_relaxed_network_is_an_empty_value_that_is_there() -> None:
    query = connection.connection_query("app-1", "relaxed", NAME)
    assert query["forceWorkerId"] == ""
    assert "forceWorkerId=" in urlsplit(connection.socket_address("wss://host:8443/path", query)).query


def test_the_address_carries_the_query() -> None:
    query = connection.connection_query("a b", "relaxed", NAME)
    address = urlsplit(connection.socket_address("ws://127.0.0.1:9", query))
    assert (address.scheme, address.netloc, address.path) == ("ws", "127.0.0.1:9", "/")
    assert dict(parse_qsl(address.query, keep_blank_values=True)) == query


@pytest.mark.parametrize("app_id", ["", " a", "a\nb", "a" * 257])
def test_an_app_id_that_would_be_refused_is_not_sent(app_id: str) -> None:
    with pytest.raises(InternalError):
        connection.connection_query(app_id, "fast", NAME)


@pytest.mark.parametrize(
    ("socket", "http"),
    [
        ("wss://socket.test/", "https://socket.test"),
        ("ws://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://socket.test", "https://socket.test"),
    ],
)
def test_the_same_host_over_http(socket: str, http: str) -> None:
    assert connection.http_base(socket) == http


@pytest.mark.parametrize(
    ("message", "type", "payload"),
    [
        (
            messages.cancel_request("P"),
            "jobError",
            {"jobID": "P", "error": "artistCanceled", "error_message": "artistCanceled", "isFromWorker": False},
        ),
    ],
)
def test_messages(message: tuple[dict[str, Any] | str, ...], type: str, payload: dict[str, Any]) -> None:
    assert message == (type, payload)
    assert frames.decode(frames.encode(*message)) == frames.Frame(type, payload)
