"""The socket's URL.

protocol: the socket host answers WebSocket upgrades on ``/`` and plain HTTP on ``/api/...``. Whoever connects names
an installation (``appId``); the server keeps one live connection for each pair of account and ``appId``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from sogni_core._protocol import ids
from sogni_core.errors import InternalError

PROTOCOL_VERSION = "3.0.0"
"""protocol: the same in all clients seen, 4.1.0-alpha.4 to 5.70.0."""

PING_SECONDS = 15.0
"""protocol: the client sends a WebSocket ping this often; there is no ping of the application."""

GREETING_SECONDS = 10.0
"""protocol: without ``authenticated`` for so long after the opening, clients send anyway."""

READY_SECONDS = 30.0
"""protocol: a message waits at most so long for a ready socket."""


def client_name(library: str, version: str) -> str:
    """Name this client as the service expects it."""
    return f"Sogni/{PROTOCOL_VERSION} ({library}) {version}"


def connection_query(
    app_id: str,
    network: str,
    client_name: str,
    *,
    app_source: str | None = None,
    subscriptions: Mapping[str, bool] | None = None,
) -> dict[str, str]:
    """Make the query of the socket's URL; what is not given is left out.

    ``network`` is ``fast`` or ``relaxed``; the latter is sent as an empty ``forceWorkerId``, which has to be there.
    """
    if not ids.is_app_id(app_id):
        raise InternalError("INTERNAL", "The app id of this installation is not valid.")
    query = {
        "appId": app_id,
        "clientName": client_name,
        "clientType": "artist",
        "forceWorkerId": "fast" if network == "fast" else "",
    }
    if app_source:
        query["appSource"] = app_source
    if subscriptions:
        query["socketEventSubscriptions"] = json.dumps(dict(subscriptions), separators=(",", ":"))
    return query


def socket_address(socket_url: str, query: Mapping[str, str]) -> str:
    """Put the base of the socket host and the query together: ``wss://host[:port]/?appId=…``."""
    parts = urlsplit(socket_url)
    return f"{parts.scheme}://{parts.netloc}/?{urlencode(query)}"


def http_base(socket_url: str) -> str:
    """Give the base of the same host for plain HTTP: ``wss`` becomes ``https``, ``ws`` becomes ``http``."""
    parts = urlsplit(socket_url)
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    return f"{scheme}://{parts.netloc}"
