"""The meaning of the service's HTTP answers.

protocol: the REST host wraps success in ``{"status":"success","data":…}``, the socket host answers bare JSON. An
error body is ``{"status":"error","message":…,"errorCode":…}``, plain text, or the HTML page of a gateway.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sogni_core._protocol.values import integer, record, text
from sogni_core._transport.calls import Reply
from sogni_core.errors import AuthError, ServiceError, SogniError, TransportError
from sogni_core.text import clean

_GENERIC = {
    401: "The service refused the credentials.",
    403: "The service does not allow this account to do that.",
    404: "The service does not know it.",
    423: "The service is busy with an equal request.",
    429: "Too many requests; the service asks to slow down.",
}


def read(reply: Reply, *, envelope: bool, hide: Iterable[str] = ()) -> Any:
    """Return the content of an answer. Raises the error of :func:`failure`, or TransportError PROTOCOL_ERROR.

    ``envelope``: whether the content is inside ``{"data": …}``. ``hide``: as in :func:`failure`.
    """
    if not reply.ok:
        raise failure(reply, hide=hide)
    content = reply.json()
    if content is None and reply.body.strip() != b"null":
        what = "a web page" if _is_page(reply) else "something that is not JSON"
        raise TransportError(
            "PROTOCOL_ERROR",
            f"The service answered with {what}.",
            hint="If this network needs a login in a browser first, do that." if _is_page(reply) else None,
            details={"status": reply.status},
        )
    if not envelope:
        return content
    if not isinstance(content, dict) or "data" not in content:
        raise TransportError("PROTOCOL_ERROR", "The service's answer has no data.", details={"status": reply.status})
    return content["data"]


def is_unknown(reply: Reply) -> bool:
    """Tell whether the service itself answered 404; a gateway's 404 proves nothing."""
    return reply.status == 404 and record(reply.json()).get("status") == "error"


def failure(reply: Reply, *, hide: Iterable[str] = ()) -> SogniError:
    """Make the error of an answer whose status is not 2xx.

    ``details``: ``status``, ``errorCode`` (the status if the service gave none) and ``retryAfter`` (seconds, if given).
    401 and 403 are AUTHENTICATION_ERROR, 429 is RATE_LIMITED, everything else SERVICE_ERROR. ``hide``: secrets that
    were sent; they are replaced if the service repeats them in its text.
    """
    body = record(reply.json())
    status = reply.status
    details: dict[str, Any] = {"status": status, "errorCode": integer(body.get("errorCode")) or status}
    seconds = reply.retry_after(time.time())
    if seconds is not None:
        details["retryAfter"] = seconds
    message = _message(reply, body)
    for secret in filter(None, hide):
        message = message.replace(secret, "…")
    if status in {401, 403}:
        return AuthError("AUTHENTICATION_ERROR", message, details=details)
    if status == 429:
        return ServiceError("RATE_LIMITED", message, hint=_later(seconds), details=details)
    return ServiceError("SERVICE_ERROR", message, hint=_later(seconds), details=details)


def _message(reply: Reply, body: Any) -> str:
    said = text(body.get("message"), 300)
    if not said and reply.json() is None and not _is_page(reply):
        said = clean(reply.body[:2000].decode("utf-8", "replace"), 300)
    return said or _GENERIC.get(reply.status, f"The service answered with status {reply.status}.")


def _is_page(reply: Reply) -> bool:
    start = reply.body[:512].lstrip().lower()
    return "html" in reply.headers.get("content-type", "").lower() or start.startswith((b"<!doctype", b"<html"))


def _later(seconds: float | None) -> str | None:
    return None if seconds is None else f"Try again in {max(1, round(seconds))} s."
