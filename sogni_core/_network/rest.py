"""Calls to both hosts; if the login is refused, it is renewed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from sogni_core._network import replies
from sogni_core._network.account import Account
from sogni_core._protocol.connection import http_base
from sogni_core._transport.calls import Reply, SafeCall
from sogni_core._transport.http import Http
from sogni_core.plugin import Endpoint


class Rest:
    """The REST host, and the HTTP side of the socket host. All of these calls are free of charge."""

    def __init__(self, endpoint: Endpoint, account: Account | None, http: Http) -> None:
        """``account`` may be None if only public calls are made."""
        self._bases = {"rest": endpoint.rest_url.rstrip("/"), "socket": http_base(endpoint.socket_url).rstrip("/")}
        self._account = account
        self._http = http

    async def get(
        self,
        path: str,
        query: Mapping[str, str | None] | None = None,
        *,
        host: Literal["rest", "socket"] = "rest",
        public: bool = False,
    ) -> Any:
        """GET a path with a query; values of None are left out. Returns the data without its envelope.

        ``public``: no login is needed, and none is made. After a 401 the login is renewed and the call repeated once.
        Raises AuthError, ServiceError (SERVICE_ERROR, RATE_LIMITED with ``details["status"]``), TransportError.
        """
        given = {name: value for name, value in (query or {}).items() if value is not None}
        url = f"{self._bases[host]}{path}" + (f"?{urlencode(given)}" if given else "")
        reply, headers = await self._reply(url, None if public else self._account)
        return replies.read(reply, envelope=host == "rest", hide=headers.values())

    async def find(self, path: str) -> Any:
        """GET from the REST host what may not exist; None if the service itself answers that it does not.

        Raises as :meth:`get`, also for a 404 that is not the service's own.
        """
        reply, headers = await self._reply(f"{self._bases['rest']}{path}", self._account)
        if replies.is_unknown(reply):
            return None
        return replies.read(reply, envelope=True, hide=headers.values())

    async def _reply(self, url: str, account: Account | None) -> tuple[Reply, Mapping[str, str]]:
        headers = await account.headers() if account is not None else {}
        reply = await self._http.call(SafeCall("GET", url, headers))
        if reply.status == 401 and account is not None and account.renewable:
            headers = await account.renew(headers)
            reply = await self._http.call(SafeCall("GET", url, headers))
        return reply, headers
