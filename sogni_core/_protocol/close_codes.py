"""What the code of a closed connection means."""

from __future__ import annotations

from sogni_core.errors import AuthError, ServiceError, SogniError, TransportError
from sogni_core.frozen import frozen
from sogni_core.text import clean

NORMAL = 1000


@frozen
class Closing:
    """What to do after one close code."""

    reconnect: bool
    """Whether to connect again with the same app id; the server goes on rendering."""
    code: str = "CONNECTION_LOST"
    """Code of the error if the connection stays closed."""
    sign_out: bool = False
    """Whether the stored tokens have become useless."""
    message: str = "The service closed the connection."


_DROP = Closing(reconnect=True, message="The connection broke.")
_UNKNOWN = Closing(reconnect=False, sign_out=True)

POLICY: dict[int, Closing] = {
    NORMAL: Closing(reconnect=False),
    1001: Closing(reconnect=True, message="The service is restarting."),
    4010: Closing(
        reconnect=False,
        code="AUTHENTICATION_ERROR",
        sign_out=True,
        message="The service has blocked the app id of this installation.",
    ),
    # Reconnecting would close the other connection. The newer clients keep the credentials.
    4015: Closing(reconnect=False, code="CONNECTION_REPLACED", message="Another connection took this app id."),
    4021: Closing(
        reconnect=False, code="AUTHENTICATION_ERROR", sign_out=True, message="The service refused the credentials."
    ),
    # Seen in public applications, not in the SDK: the limit ends with the UTC day.
    4061: Closing(
        reconnect=False, code="RATE_LIMITED", message="Too many app ids were used from this address today (UTC)."
    ),
}
"""protocol: the close codes that have a special meaning."""


def policy(code: int | None) -> Closing:
    """Return what to do after a close code; ``code`` is None if the connection broke without one.

    protocol: other codes below 4000 are drops; other codes from 4000 to 4999 cannot be recovered.
    """
    known = POLICY.get(code) if code is not None else None
    if known is not None:
        return known
    return _UNKNOWN if code is not None and 4000 <= code <= 4999 else _DROP


def refused_upgrade(status: int) -> Closing:
    """Return what to do after an HTTP status instead of an upgrade; 401 and 403 concern the credentials."""
    if status in {401, 403}:
        return Closing(reconnect=False, code="AUTHENTICATION_ERROR", message="The service refused the credentials.")
    return Closing(reconnect=True, code="CONNECTION_ERROR", message=f"The service answered with status {status}.")


def error(closing: Closing, *, code: int | None = None, reason: str = "") -> SogniError:
    """Make the error of a connection that stays closed. ``code`` and ``reason`` are the server's."""
    said = clean(reason, 200)
    message = f"{closing.message[:-1]}: {said}" if said else closing.message
    details = {} if code is None else {"closeCode": code}
    if closing.code == "AUTHENTICATION_ERROR":
        return AuthError(closing.code, message, details=details)
    if closing.code == "RATE_LIMITED":
        return ServiceError(closing.code, message, details=details, hint="Try again after midnight UTC.")
    return TransportError(closing.code, message, details=details)
