"""Estimates of the prices of images, videos and music: paths of the socket host that return bare JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sogni_devnet.balance import TokenType
from sogni_devnet.catalogue import NETWORKS, Model
from sogni_devnet.http import supernet
from sogni_devnet.prices import Quote, audio_quote, estimate, image_quote, video_quote
from sogni_devnet.refusal import Refusal
from sogni_devnet.socket_host import model_of, network_of
from sogni_devnet.tiers import Media


async def image_estimate(request: Request) -> Response:
    """Return the price of an image project: v2, or v3, which adds guidance, sampler and number of context images."""
    path, network = request.path_params, network_of(request)
    numbers = {name: _whole(path[name], name) for name in ("count", "steps", "previews", "cn", "width", "height")}
    _number(path["denoise"], "denoise")
    context_images = _whole(path["context"], "contextImages") if "context" in path else 0
    if "guidance" in path:
        _number(path["guidance"], "guidance")
    if numbers["cn"] not in {0, 1}:
        raise Refusal(400, "cn is neither 0 nor 1")
    price = image_quote(
        _model(request, "image"), count=_count(numbers["count"]), steps=numbers["steps"], width=numbers["width"],
        height=numbers["height"], previews=numbers["previews"], controlnet=numbers["cn"] == 1,
        context_images=context_images,
    )  # fmt: skip
    return _answer(
        request, price, network, stepCount=numbers["steps"], previewCount=numbers["previews"],
        cnEnabled=numbers["cn"] == 1, denoiseStrength=path["denoise"],
    )  # fmt: skip


async def video_estimate(request: Request) -> Response:
    """Return the price of a video project. Steps and count are optional in the path; 0 steps are the default."""
    path, model = request.path_params, _model(request, "video")
    numbers = {name: _whole(path.get(name, "0"), name) for name in ("width", "height", "frames", "steps")}
    _number(path["fps"], "fps")
    price = video_quote(
        model, count=_count(_whole(path.get("count", "1"), "count")), steps=numbers["steps"],
        width=numbers["width"], height=numbers["height"], frames=numbers["frames"],
    )  # fmt: skip
    return _answer(request, price, _asked_network(request), stepCount=numbers["steps"], frames=numbers["frames"])


async def audio_estimate(request: Request) -> Response:
    """Return the price of a music project. The duration in the path is in seconds."""
    path, model = request.path_params, _model(request, "audio")
    duration, steps = _number(path["duration"], "duration"), _whole(path["steps"], "steps")
    if not 0 < duration <= 3600:
        raise Refusal(400, "duration is not between 0 and 3600")
    price = audio_quote(model, count=_count(_whole(path["count"], "count")), steps=steps, duration=duration)
    return _answer(request, price, _asked_network(request), stepCount=steps, duration=duration)


def _answer(request: Request, price: Quote, network: str, **asked: Any) -> Response:
    token = request.path_params["token"]
    if token not in {"spark", "sogni"}:
        raise Refusal(400, "token is neither spark nor sogni")
    time = datetime.fromtimestamp(supernet(request).clock(), UTC).isoformat(timespec="milliseconds")
    said = {"imageCount": price.count, **asked, "time": time}
    whole = estimate(model_of(request), cast(TokenType, token), network, price, said)
    if "estimates_without_benchmark" in supernet(request).tolerated:
        del whole["benchmark"]
    return JSONResponse(whole)


def _model(request: Request, media: Media) -> Model:
    model = model_of(request)
    if model.media != media:
        raise Refusal(400, f"Model makes no {media}")
    return model


def _asked_network(request: Request) -> str:
    network = request.query_params.get("network", "fast")
    if network not in NETWORKS:
        raise Refusal(400, "network is neither fast nor relaxed")
    return network


def _count(number: int) -> int:
    if number < 1:
        raise Refusal(400, "imageCount is less than 1")
    return number


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Refusal(400, f"{name} is not a number")
    return int(text)


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Refusal(400, f"{name} is not a number") from error


_IMAGE = "/job/estimate/{token}/{network}/{model}/{count}/{steps}/{previews}/{cn}/{denoise}/{width}/{height}"
_VIDEO = "/api/v1/job-video/estimate/{token}/{model}/{width}/{height}/{frames}/{fps}"

ROUTES = [
    Route(f"/api/v2{_IMAGE}", image_estimate),
    Route(f"/api/v3{_IMAGE}/{{guidance}}/{{sampler}}/{{context}}", image_estimate),
    Route(_VIDEO, video_estimate),
    Route(f"{_VIDEO}/{{steps}}/{{count}}", video_estimate),
    Route("/api/v1/job-audio/estimate/{token}/{model}/{duration}/{steps}/{count}", audio_estimate),
]
