"""Removes secrets from what the HTTP and socket libraries write to the log."""

from __future__ import annotations

import logging
from functools import cache

from sogni_core._transport.guard import bare_url


class _Redaction(logging.Filter):
    """Removes queries from logged URLs, and headers from logged answers."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "httpx" and isinstance(record.args, tuple):
            record.args = tuple(bare_url(text) if "://" in (text := str(part)) else part for part in record.args)
        elif record.name.startswith("httpcore") and "headers" in str(record.msg):
            record.msg, record.args = str(record.msg).partition(" ")[0], ()
        return True


@cache
def install() -> logging.Logger:
    """Install the filters, and return the logger for the socket library, which never logs headers.

    At level DEBUG httpx logs whole URLs (an upload URL is a key to the file store) and websockets logs the
    headers of the upgrade, the token among them.
    """
    redaction = _Redaction()
    for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks"):
        logging.getLogger(name).addFilter(redaction)
    socket_log = logging.getLogger("sogni_core.transport.socket")
    socket_log.setLevel(logging.INFO)
    return socket_log
