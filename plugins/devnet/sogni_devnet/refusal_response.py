"""The responses of HTTP refusals. Their form on the live network is only partly known, so switches vary it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.websockets import WebSocket

from sogni_devnet.refusal import Refusal
from sogni_devnet.supernet import Supernet

TURNS = 3
"""Turns of the event loop after which a closed connection has ended."""

LOGIN = "/v1/account/login"


def refusal_response(refusal: Refusal, net: Supernet, path: str) -> Response:
    """Return the response with an error body, changed by switches."""
    if path == LOGIN and refusal.status == 401:
        turn = net.tolerated.turn("login")
        if turn == "login_refused_plain":
            return PlainTextResponse("Invalid credentials", 403)
        if turn == "login_refused_html":
            return HTMLResponse("<html><body><h1>400 Bad Request</h1></body></html>", 400)
        if turn:
            refusal = Refusal(404, "Account not found", code=102)
    if "/estimate/" in path and "plain_estimate_refusals" in net.tolerated:
        return PlainTextResponse(refusal.message, refusal.status)
    body, headers = refusal.body(), {}
    if "short_errors" in net.tolerated:
        body = {name: value for name, value in body.items() if name in {"message", "retryAfter"}}
    if refusal.retry_after is not None:
        turn = net.tolerated.turn("retry")
        if turn in {"retry_after_header", "retry_after_date"}:
            del body["retryAfter"]
        if turn == "retry_after_date":
            # Rounded up to a second, since the format has no fractions.
            until = datetime.fromtimestamp(net.clock() + refusal.retry_after + 1, UTC)
            headers["Retry-After"] = format_datetime(until, usegmt=True)
        elif turn != "retry_after_body":
            headers["Retry-After"] = f"{refusal.retry_after:.0f}"
    return JSONResponse(body, refusal.status, headers)


async def deny(socket: WebSocket, response: Response) -> None:
    """Refuse an upgrade with an HTTP response, and wait until it is sent, since uvicorn reports an earlier return."""
    await socket.send_denial_response(response)
    for _ in range(TURNS):
        await asyncio.sleep(0)
