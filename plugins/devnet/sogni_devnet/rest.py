"""The REST host: accounts, balances and projects. Responses have the form ``{"status":"success","data":…}``."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sogni_devnet.greeting import recovered
from sogni_devnet.http import caller, envelope, json_body, supernet, text_field
from sogni_devnet.presets import LORA_CONSTRAINTS, LORAS
from sogni_devnet.refusal import Refusal
from sogni_devnet.wallet import signer


async def nonce(request: Request) -> Response:
    """Issue a nonce. Every wallet gets one, so that it does not reveal which wallets exist."""
    wallet = text_field(await json_body(request), "walletAddress")
    return envelope(request, {"nonce": supernet(request).tokens.nonce(wallet)})


async def login(request: Request) -> Response:
    """Check the signature of the nonce and issue tokens; 401 for a wrong signature or an unknown wallet."""
    net = supernet(request)
    body = await json_body(request)
    wallet, signature = text_field(body, "walletAddress"), text_field(body, "signature")
    if not isinstance(body.get("rememberMe"), bool):
        raise Refusal(400, "rememberMe is required")
    issued = net.tokens.spend_nonce(wallet)
    account = net.accounts.by_address(wallet)
    if issued is None or account is None or signer(wallet, issued, signature) != account.address:
        raise Refusal(401, "Invalid credentials")
    return envelope(request, {**net.tokens.pair(account), "username": account.username})


async def refresh(request: Request) -> Response:
    """Replace both tokens. A refresh token works once."""
    net = supernet(request)
    token = text_field(await json_body(request), "refreshToken")
    renewed = net.tokens.refresh(token, keep="keeps_refresh_token" in net.tolerated)
    if renewed is None:
        raise Refusal(401, "Invalid refresh token")
    return envelope(request, renewed[1])


async def logout(request: Request) -> Response:
    """End the session of the token. An API key has no session."""
    caller(request)
    await json_body(request)
    token = request.headers.get("authorization")
    if token is not None:
        supernet(request).tokens.revoke(token)
    return envelope(request, {})


async def me(request: Request) -> Response:
    """Return the account."""
    account = caller(request)
    data: dict[str, Any] = {
        "username": account.username, "walletAddress": account.address,
        "currentEmail": f"{account.username}@devnet.invalid", "emailVerified": True, "requestedUpdatedEmail": "",
        "discord2FA": False, "discordLinked": False, "discordServerMember": False, "discordUsername": "",
    }  # fmt: skip
    return envelope(request, data)


async def balance(request: Request) -> Response:
    """Return the balance."""
    return envelope(request, caller(request).balance.payload())


async def subscription(request: Request) -> Response:
    """Return the subscription. The devnet has none."""
    caller(request)
    return envelope(request, {"subscription": {"active": False, "status": "none"}})


async def loras(request: Request) -> Response:
    """List the LoRAs of a model, or all of them."""
    model = request.query_params.get("modelId")
    found = [lora for lora in LORAS if model in {None, "undefined"} or model in lora["modelIds"]]
    # Always all models that accept LoRAs: clients decide by it whether to offer LoRAs at all.
    models = sorted({taker for lora in LORAS for taker in lora["modelIds"]})
    return envelope(request, {"loras": found, "models": models, "constraints": LORA_CONSTRAINTS})


async def finished_project(request: Request) -> Response:
    """Return a project that has ended; 404 before it ends."""
    project = supernet(request).projects.get(request.path_params["project_id"], caller(request))
    if project is None or not project.ended:
        raise Refusal(404, "Project not found")
    return envelope(request, {"project": recovered(supernet(request), project)})


async def live_project(request: Request) -> Response:
    """Return a project in any state."""
    project = supernet(request).projects.get(request.path_params["project_id"], caller(request))
    if project is None:
        raise Refusal(404, "Project not found")
    return envelope(request, {"project": project.live_payload()})


ROUTES = [
    Route("/v1/account/nonce", nonce, methods=["POST"]),
    Route("/v1/account/login", login, methods=["POST"]),
    Route("/v1/account/refresh-token", refresh, methods=["POST"]),
    Route("/v1/account/logout", logout, methods=["POST"]),
    Route("/v1/account/me", me),
    Route("/v4/account/balance", balance),
    Route("/v1/subscriptions/status", subscription),
    Route("/v1/loras/comfy", loras),
    Route("/v1/projects/{project_id}", finished_project),
    Route("/v2/projects/{project_id}", live_project),
]
