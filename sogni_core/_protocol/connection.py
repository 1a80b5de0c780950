"""The socket's URL.

protocol: the socket host answers WebSocket upgrades on ``/`` and plain HTTP on ``/api/...``. A client names its
installation (``appId``); the server keeps one live connection for each pair of account and ``appId``.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from sogni_core._protocol import ids
from sogni_core.errors import InternalError

PROTOCOL_VERSION = "3.0.0"
"""protocol: the same in all clients seen, 4.1.0-alpha.4 to 5.70.0."""

GREETING_SECONDS = 10.0
"""protocol: if ``authenticated`` has not come by then, clients send anyway."""

READY_SECONDS = 30.0
"""protocol: how long a message waits for a ready socket at most."""


def client_name(library: str, version: str) -> str:
    """Name this client as the service expects it."""
    return f"Sogni/{PROTOCOL_VERSION} ({library}) {version}"


def connection_query(app_id: str, network: str, client_name: str) -> dict[str, str]:
    """Make the query of the socket's URL.

    ``network`` is ``fast`` or ``relaxed``; the latter is sent as an empty ``forceWorkerId``, which has to be there.
    """
    if not ids.is_app_id(app_id):
        raise InternalError("INTERNAL", "The app id of this installation is not valid.")
    return {
        "appId": app_id,
        "clientName": client_name,
        "clientType": "artist",
        "forceWorkerId": "fast" if network == "fast" else "",
    }


def socket_address(socket_url: str, query: Mapping[str, str]) -> str:
    """Join the base of the socket host and the query: ``wss://host[:port]/?appId=…``."""
    parts = urlsplit(socket_url)
    return f"{parts.scheme}://{parts.netloc}/?{urlencode(query)}"


def http_base(socket_url: str) -> str:
    """Give the base of the same host for plain HTTP: ``wss`` becomes ``https``, ``ws`` becomes ``http``."""
    parts = urlsplit(socket_url)
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    return f"{scheme}://{parts.netloc}"
