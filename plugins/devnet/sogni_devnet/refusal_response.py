"""How an HTTP refusal is spelled. The live network's own way is known in part only, so switches vary it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.websockets import WebSocket

from sogni_devnet.refusal import Refusal
from sogni_devnet.supernet import Supernet

TURNS = 3
"""Turns of the loop after which a connection that was closed has ended."""

LOGIN = "/v1/account/login"


def refusal_response(refusal: Refusal, net: Supernet, path: str) -> Response:
    """Return the answer: an error body, or what the switches make of it."""
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
            # To the next whole second, because the form has no fractions.
            until = datetime.fromtimestamp(net.clock() + refusal.retry_after + 1, UTC)
            headers["Retry-After"] = format_datetime(until, usegmt=True)
        elif turn != "retry_after_body":
            headers["Retry-After"] = f"{refusal.retry_after:.0f}"
    return JSONResponse(body, refusal.status, headers)


async def deny(socket: WebSocket, response: Response) -> None:
    """Answer an upgrade with an HTTP response, and leave when that is over: uvicorn complains of who leaves before."""
    await socket.send_denial_response(response)
    for _ in range(TURNS):
        await asyncio.sleep(0)
