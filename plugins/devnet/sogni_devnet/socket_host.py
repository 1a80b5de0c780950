"""HTTP calls of the socket host: models, tiers, presets and recovery. They return JSON without an envelope."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sogni_devnet.catalogue import MODELS, NETWORKS, TIERS, Model, find_model
from sogni_devnet.greeting import project_lists
from sogni_devnet.http import caller, supernet
from sogni_devnet.presets import SIZE_PRESETS
from sogni_devnet.refusal import Refusal
from sogni_devnet.supernet import SYNC_SECONDS
from sogni_devnet.tiers import ImageTier


async def models(request: Request) -> Response:
    """List all models."""
    return JSONResponse([model.payload() for model in MODELS])


async def tiers(request: Request) -> Response:
    """List the allowed options, by tier."""
    return JSONResponse({tier_id: tier.payload() for tier_id, tier in TIERS.items()})


async def tier_of_model(request: Request) -> Response:
    """Return the tier of one model."""
    return JSONResponse(model_of(request).tier.payload())


async def size_presets(request: Request) -> Response:
    """List the named sizes of a model."""
    network_of(request)
    tier = model_of(request).tier
    if not isinstance(tier, ImageTier):
        raise Refusal(404, "Model has no size presets")
    return JSONResponse([p for p in SIZE_PRESETS.values() if max(p["width"], p["height"]) <= tier.largest])


async def worker_status(request: Request) -> Response:
    """Count workers by numeric id, unlike ``swarmModels``."""
    network_of(request)
    settings = supernet(request).settings
    return JSONResponse({str(model.sid): settings.slots_for(model.media) for model in MODELS})


async def sync(request: Request) -> Response:
    """Return the running projects and those that ended unseen, for one app id; changes nothing."""
    account, net = caller(request), supernet(request)
    if not net.may_sync(account):
        raise Refusal(429, "Too many sync calls", retry_after=SYNC_SECONDS)
    app_id = request.query_params.get("appId", "").strip()
    if not app_id:
        raise Refusal(400, "appId is required")
    lists = project_lists(net, account, app_id, claim=False)
    return JSONResponse({**lists, "serverTime": int(net.clock() * 1000)})


async def active(request: Request) -> Response:
    """List the ids of all running projects of an account."""
    account = caller(request)
    return JSONResponse({"projects": [{"id": project.id} for project in supernet(request).projects.active(account)]})


def model_of(request: Request) -> Model:
    """Return the model in the path, or refuse with 404."""
    model = find_model(request.path_params["model"])
    if model is None:
        raise Refusal(404, "Model not found")
    return model


def network_of(request: Request) -> str:
    """Return the network in the path, or refuse with 400."""
    network: str = request.path_params["network"]
    if network not in NETWORKS:
        raise Refusal(400, "network is neither fast nor relaxed")
    return network


ROUTES = [
    Route("/api/v1/models/list", models),
    Route("/api/v2/models/tiers", tiers),
    Route("/api/v1/models/tiers/{model}", tier_of_model),
    Route("/api/v1/size-presets/network/{network}/model/{model}", size_presets),
    Route("/api/v1/status/network/{network}/models", worker_status),
    Route("/api/v1/artist/projects/sync", sync),
    Route("/api/v1/artist/projects/active", active),
]
