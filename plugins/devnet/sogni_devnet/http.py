"""Common parts of all HTTP calls: authentication, request bodies, refusals and the log."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal, cast

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sogni_devnet.accounts import Account
from sogni_devnet.log import MASK, Entry, masked
from sogni_devnet.misbehaviour import answer, moment_of
from sogni_devnet.refusal import Refusal
from sogni_devnet.refusal_response import refusal_response
from sogni_devnet.supernet import Supernet
from sogni_devnet.workers import Workers

ENTRY = "sogni_devnet.entry"
"""Key of the log entry in an ASGI scope."""

BODY_LIMIT = 1 << 20
"""Largest JSON body in bytes."""


def supernet(connection: HTTPConnection) -> Supernet:
    """Return the state of the server."""
    return cast(Supernet, connection.app.state.net)


def workers(connection: HTTPConnection) -> Workers:
    """Return the workers of the server."""
    return cast(Workers, connection.app.state.workers)


def caller(connection: HTTPConnection) -> Account:
    """Return the account of a raw token or API key, or refuse with 401.

    This protocol has no ``Bearer`` prefix; a token with one is invalid.
    """
    net = supernet(connection)
    token, api_key = connection.headers.get("authorization"), connection.headers.get("api-key")
    fault = net.faults.take("auth", auth=auth_kind(connection.headers)) if token or api_key else None
    if token is not None:
        if fault is not None:
            net.tokens.kill(token, with_refresh=fault.fault.action == "revoke")
        account = net.tokens.account(token)
        if account is None:
            raise Refusal(401, "Invalid or expired token")
    elif api_key is not None:
        account = net.accounts.by_key(api_key)
        if account is None or fault is not None:
            raise Refusal(401, "Invalid API key", code=101)
    else:
        raise Refusal(401, "Authorization is required")
    entry: Entry | None = connection.scope.get(ENTRY)
    if entry is not None:
        entry.username = account.username
    return account


async def json_body(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body, or refuse with 400."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Refusal(413, "Body too large")
    try:
        value = json.loads(bytes(body) or b"{}")
    except ValueError as error:
        raise Refusal(400, "Body is not JSON") from error
    if not isinstance(value, dict):
        raise Refusal(400, "Body is not an object")
    entry: Entry = request.scope[ENTRY]
    entry.payload = masked(value)
    return value


def text_field(values: dict[str, Any], name: str) -> str:
    """Return a string from a body, or refuse with 400."""
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(400, f"{name} is required")
    return value


def envelope(request: Request, data: dict[str, Any]) -> JSONResponse:
    """Return a response in the form of the REST host."""
    more = {"devnetNovelty": [1, None]} if "unknown_fields" in supernet(request).tolerated else {}
    return JSONResponse({"status": "success", "data": {**data, **more}, **more})


def auth_kind(headers: Headers) -> Literal["token", "api-key", "none"]:
    """Return how a caller authenticates: ``token``, ``api-key`` or ``none``."""
    return "token" if "authorization" in headers else "api-key" if "api-key" in headers else "none"


async def on_refusal(request: Request, error: Exception) -> Response:
    """Return the response of a refusal, with the error body of the protocol."""
    assert isinstance(error, Refusal)
    return refusal_response(error, supernet(request), request.url.path)


async def on_unknown(request: Request, error: Exception) -> Response:
    """Return the response for unknown paths and methods, with the error body of the protocol."""
    refusal = Refusal(getattr(error, "status_code", 500), str(getattr(error, "detail", error)))
    return refusal_response(refusal, supernet(request), request.url.path)


class Desk:
    """ASGI middleware for every HTTP request: it adds a log entry, delays the request, and applies faults."""

    def __init__(self, app: ASGIApp, net: Supernet) -> None:
        self._app = app
        self._net = net

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log the request, wait, and pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        entry = Entry(
            "http", "received", self._net.clock(), request.method, scope["path"],
            {name: MASK if name == "X-Amz-Signature" else value for name, value in request.query_params.items()},
            auth_kind(request.headers), request.headers.get("content-type"),
        )  # fmt: skip
        self._net.log.add(entry)
        scope[ENTRY] = entry
        if self._net.settings.latency:
            await asyncio.sleep(self._net.settings.latency)

        async def written_down(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        fault = self._net.faults.take(moment_of(scope["path"]), path=scope["path"], method=request.method)
        try:
            if fault is None:
                await self._app(scope, receive, written_down)
            else:
                entry.note = f"fault: {fault.fault.name}"
                await answer(self._net, fault, self._app, scope, receive, written_down)
        finally:
            self._net.log.write(entry)
