"""Where this client and the official Python SDK are known to differ beside the requests themselves, and why."""

from __future__ import annotations

from .comparison import ABSENT
from .orders import Difference

HABITS = {
    "GET /v1/account/me": "the SDK wants to show who is logged in; nothing that is rendered needs it",
    "GET /v1/subscriptions/status": "the same; the service knows what the account may do",
    "GET /api/v1/models/list": "the SDK joins it with the workers' counts; this client keeps the catalogue in a file",
    "GET /api/v2/models/tiers": "the SDK checks samplers with it before every first use of a model; as above",
    "GET /v1/assets/capabilities": "whether uploads can be reused (subscribers); plain uploads always work",
    "GET /v1/projects/the project": "the SDK looks a project up after its end; its result is known by then",
}
"""What the SDK says and this client does not."""

OWN: dict[str, str] = {}
"""What this client says and the SDK does not."""

EVERY_CALL = {
    "headers.user-agent": "either says what it is",
    "headers.accept-encoding": "this client asks for what is there as it is, so that sizes can be compared",
}
"""Header fields of HTTP requests whose values may differ."""

UPGRADE = {
    "headers.user-agent": EVERY_CALL["headers.user-agent"],
    "headers.sec-websocket-extensions": "this client offers no compression: what is sent is short",
    "query.clientName": "either says what it is, in the form that the service knows",
    "query.socketEventSubscriptions": "the Python SDK of late asks for places in the queue; jobState tells enough here",
}
"""Fields of the upgrade that may differ."""

LOGIN = {
    "body.rememberMe": Difference(False, True, "this client keeps its tokens between calls; the SDK leaves that open"),
}
"""Differences of the form of a login."""

ESTIMATE = {
    "headers.api-key": Difference(
        "the key", ABSENT, "prices are public; a price can be asked for before there is a login"
    )
}
"""Differences of every estimate."""
