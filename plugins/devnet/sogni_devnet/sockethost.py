"""The socket host's plain HTTP: models, tiers, presets, estimates, recovery. Bare JSON, no envelope."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sogni_devnet.balance import TokenType
from sogni_devnet.catalogue import BY_ID, MODELS, NETWORKS, SIZE_PRESETS, TIERS, Model
from sogni_devnet.http import caller, supernet
from sogni_devnet.prices import estimate, quote
from sogni_devnet.refusal import Refusal
from sogni_devnet.supernet import SYNC_SECONDS


async def models(request: Request) -> Response:
    """List all models."""
    return JSONResponse([model.payload() for model in MODELS])


async def tiers(request: Request) -> Response:
    """List the allowed options, by tier."""
    return JSONResponse({tier_id: tier.payload() for tier_id, tier in TIERS.items()})


async def tier_of_model(request: Request) -> Response:
    """Give the tier of one model."""
    return JSONResponse(_model(request).tier.payload())


async def size_presets(request: Request) -> Response:
    """List the named sizes of a model."""
    _network(request)
    largest = _model(request).tier.largest
    return JSONResponse([p for p in SIZE_PRESETS.values() if max(p["width"], p["height"]) <= largest])


async def worker_status(request: Request) -> Response:
    """Count workers; unlike ``swarmModels`` by numeric id."""
    _network(request)
    slots = supernet(request).settings.slots
    return JSONResponse({str(model.sid): slots for model in MODELS})


async def image_estimate(request: Request) -> Response:
    """Price an image project: v2, or v3 with guidance, sampler and number of context images appended."""
    path = request.path_params
    token, network = path["token"], _network(request)
    if token not in {"spark", "sogni"}:
        raise Refusal(400, "token is neither spark nor sogni")
    numbers = {name: _whole(path[name], name) for name in ("images", "steps", "previews", "cn", "width", "height")}
    _number(path["denoise"], "denoise")
    context_images = _whole(path["context"], "contextImages") if "context" in path else 0
    if "guidance" in path:
        _number(path["guidance"], "guidance")
    if numbers["images"] < 1:
        raise Refusal(400, "imageCount is less than 1")
    if numbers["cn"] not in {0, 1}:
        raise Refusal(400, "cn is neither 0 nor 1")
    model = _model(request)
    price = quote(
        model, images=numbers["images"], steps=numbers["steps"], width=numbers["width"], height=numbers["height"],
        previews=numbers["previews"], controlnet=numbers["cn"] == 1, context_images=context_images,
    )  # fmt: skip
    asked = {
        "imageCount": numbers["images"], "stepCount": numbers["steps"], "previewCount": numbers["previews"],
        "cnEnabled": numbers["cn"] == 1, "denoiseStrength": path["denoise"],
        "time": datetime.fromtimestamp(supernet(request).clock(), UTC).isoformat(timespec="milliseconds"),
    }  # fmt: skip
    return JSONResponse(estimate(model, cast(TokenType, token), network, price, asked))


async def sync(request: Request) -> Response:
    """Tell what runs and what ended unseen, for one app id; changes nothing."""
    account, net = caller(request), supernet(request)
    if not net.may_sync(account):
        raise Refusal(429, "Too many sync calls", retry_after=SYNC_SECONDS)
    app_id = request.query_params.get("appId", "").strip()
    if not app_id:
        raise Refusal(400, "appId is required")
    unclaimed = net.projects.unclaimed(account, app_id, claim=False)
    return JSONResponse(
        {
            "activeProjects": [project.payload() for project in net.projects.active(account, app_id)],
            "unclaimedCompletedProjects": [project.payload() for project in unclaimed],
            "serverTime": int(net.clock() * 1000),
        }
    )


async def active(request: Request) -> Response:
    """List the ids of all running projects of an account."""
    account = caller(request)
    return JSONResponse({"projects": [{"id": project.id} for project in supernet(request).projects.active(account)]})


def _model(request: Request) -> Model:
    model = BY_ID.get(request.path_params["model"])
    if model is None:
        raise Refusal(404, "Model not found")
    return model


def _network(request: Request) -> str:
    network: str = request.path_params["network"]
    if network not in NETWORKS:
        raise Refusal(400, "network is neither fast nor relaxed")
    return network


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Refusal(400, f"{name} is not a number")
    return int(text)


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Refusal(400, f"{name} is not a number") from error


_ESTIMATE = "/job/estimate/{token}/{network}/{model}/{images}/{steps}/{previews}/{cn}/{denoise}/{width}/{height}"

ROUTES = [
    Route("/api/v1/models/list", models),
    Route("/api/v2/models/tiers", tiers),
    Route("/api/v1/models/tiers/{model}", tier_of_model),
    Route("/api/v1/size-presets/network/{network}/model/{model}", size_presets),
    Route("/api/v1/status/network/{network}/models", worker_status),
    Route(f"/api/v2{_ESTIMATE}", image_estimate),
    Route(f"/api/v3{_ESTIMATE}/{{guidance}}/{{sampler}}/{{context}}", image_estimate),
    Route("/api/v1/artist/projects/sync", sync),
    Route("/api/v1/artist/projects/active", active),
]
