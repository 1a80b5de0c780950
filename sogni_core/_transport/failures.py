"""Translates what the HTTP and socket libraries raise into this program's errors.

No text of a library is passed on: it can contain a URL with its query, or a header. Messages are made of the kind of
failure, the host, and the operating system's own words.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from sogni_core.errors import TransportError

_UNSENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
_TIMEOUTS = {"ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "TimeoutError"}


def unreachable(failure: BaseException, host: str) -> TransportError:
    """Translate any failure of httpx, httpcore, websockets or the system into CONNECTION_ERROR.

    ``details``: ``host``, ``cause`` (words), ``sent`` (False if nothing of the call can have arrived).
    """
    words = cause(failure)
    sent = not any(type(link).__name__ in _UNSENT for link in _chain(failure))
    error = TransportError(
        "CONNECTION_ERROR",
        f"Could not reach {host}: {words}." if not sent else f"The connection to {host} failed: {words}.",
        hint=_hint(failure),
        details={"host": host, "cause": words, "sent": sent},
    )
    error.__suppress_context__ = True
    return error


def cause(failure: BaseException) -> str:
    """Describe the kind of failure in a few words."""
    links = list(_chain(failure))
    for link in links:
        if isinstance(link, ssl.SSLCertVerificationError):
            return "its certificate is not trusted"
    for link in links:
        if isinstance(link, socket.gaierror):
            return "its name is not known"
    if any(type(link).__name__ in _TIMEOUTS or isinstance(link, TimeoutError) for link in links):
        return "it took too long"
    for link in links:
        if isinstance(link, ssl.SSLError):
            return "TLS failed"
    for link in links:
        if isinstance(link, ConnectionRefusedError):
            return "connection refused"
        if isinstance(link, OSError) and link.strerror and link.errno:
            return link.strerror.lower()
    names = {type(link).__name__ for link in links}
    if names & {"RemoteProtocolError", "IncompleteReadError", "EndOfStream", "InvalidMessage"}:
        return "it closed the connection early"
    if names & {"ProxyError", "InvalidProxy", "InvalidProxyMessage", "InvalidProxyStatus"}:
        return "the proxy failed"
    if names & {"ReadError", "WriteError", "CloseError", "ConnectError", "ConnectionClosed", "ConnectionClosedError"}:
        return "the connection broke"
    return "the connection failed"


def _hint(failure: BaseException) -> str | None:
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in _chain(failure)):
        return "If your network has a proxy with its own certificates, set SSL_CERT_FILE to them."
    return None


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [failure]
    while waiting and len(seen) < 50:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting.extend(link.exceptions)
        waiting.extend((link.__cause__, link.__context__))
