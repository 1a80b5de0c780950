"""A client of the bare wire for these tests: httpx, websockets and eth-account, nothing of sogni_core."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from eth_account import Account as Wallet
from eth_account.messages import encode_typed_data
from PIL import Image
from sogni_devnet.accounts import Account
from sogni_devnet.server import Devnet
from websockets.asyncio.client import ClientConnection, connect

QUERY = "appId={app_id}&clientName=Sogni/3.0.0%20(test)%201.0.0&clientType=artist&forceWorkerId=fast"

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: loading what a system trusts takes 20 ms, and the devnet speaks plain HTTP."""

TEMPLATE = {
    "selectedUpscalingModel": "OFF", "cnVideoFramesSketch": [], "cnVideoFramesSegmentedSubject": [],
    "cnVideoFramesFace": [], "doCanvasBlending": False, "animationIsOn": False, "cnVideoFramesBoth": [],
    "cnVideoFramesDepth": [], "previews": 0, "frameRate": 24, "generatedVideoSeconds": 10, "canvasIsOn": False,
    "cnVideoFrames": [], "disableSafety": True, "cnVideoFramesSegmentedBackground": [], "cnVideoFramesSegmented": [],
    "numberOfImages": 1, "cnVideoFramesPose": [], "siVideoFrames": [], "tokenType": "spark", "outputFormat": "png",
    "network": "fast",
}  # fmt: skip
KEY_FRAME = {
    "stepsIsEnabled": True, "siRotation": 0, "siDragOffsetIsEnabled": True, "strength": 0.5,
    "siZoomScaleIsEnabled": True, "isEnabled": True, "processing": "CPU, GPU",
    "useLastImageAsGuideImageInAnimation": True, "guidanceScaleIsEnabled": True, "siImageBackgroundColor": "black",
    "cnDragOffset": [0, 0], "scheduler": None, "timeStepSpacing": None, "cnRotation": 0, "siZoomScale": 1,
    "modelID": "z_image_turbo_bf16", "cnRotationIsEnabled": True, "negativePrompt": "",
    "startingImageZoomPanIsOn": False, "seed": 4242, "siRotationIsEnabled": True, "cnImageBackgroundColor": "clear",
    "strengthIsEnabled": True, "siDragOffset": [0, 0], "useLastImageAsCNImageInAnimation": False,
    "positivePrompt": "a cat wearing a hat", "controlNetZoomPanIsOn": False, "cnZoomScaleIsEnabled": True,
    "currentControlNets": None, "stylePrompt": "", "cnDragOffsetIsEnabled": True, "frameIndex": 0,
    "startingImage": None, "cnZoomScale": 1, "sizePreset": "custom", "comfySampler": None, "comfyScheduler": None,
    "vae": None, "width": 256, "height": 320, **{f"hasContextImage{n}": False for n in range(1, 17)},
}  # fmt: skip


def new_id() -> str:
    return str(uuid.uuid4()).upper()


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "orange").save(out, form)
    return out.getvalue()


def build_request(frame: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    """Return a whole jobRequest; a value of ... removes a field."""
    whole = {**TEMPLATE, "jobID": new_id(), "keyFrames": [{**KEY_FRAME, **(frame or {})}], **top}
    whole["keyFrames"] = [_present(item) for item in whole["keyFrames"]]
    return _present(whole)


VIDEO_FRAME = {
    **{name: value for name, value in KEY_FRAME.items()
       if name not in {"sizePreset", "vae", "seed"} and not name.startswith("hasContextImage")},
    "modelID": "wan_v2.2-14b-fp8_t2v_lightx2v", "positivePrompt": "a boat sails", "frames": 17, "fps": 16,
    "width": 512, "height": 480,
}  # fmt: skip
AUDIO_FRAME = {
    **{name: value for name, value in VIDEO_FRAME.items()
       if name not in {"width", "height", "frames", "fps", "negativePrompt"}},
    "modelID": "ace_step_1.5_turbo", "duration": 10, "bpm": 90,
}  # fmt: skip


def build_video(workflow: str = "t2v_lightx2v", frame: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    """Return a whole jobRequest for a video; ``workflow`` is the end of a WAN model id, or a whole model id."""
    model = workflow if workflow.startswith("ltx") else f"wan_v2.2-14b-fp8_{workflow}"
    return build_request(outputFormat="mp4", keyFrames=[{**VIDEO_FRAME, "modelID": model, **(frame or {})}], **top)


def build_audio(frame: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    """Return a whole jobRequest for a piece of music."""
    return build_request(**{"outputFormat": "mp3", "keyFrames": [{**AUDIO_FRAME, **(frame or {})}], **top})


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not ...}


class Socket:
    """An open WebSocket with decoded frames."""

    def __init__(self, raw: ClientConnection) -> None:
        self.raw = raw

    async def send(self, kind: str, payload: Any) -> None:
        data = base64.b64encode(json.dumps(payload).encode()).decode()
        await self.raw.send(json.dumps({"type": kind, "data": data}))

    async def receive(self) -> tuple[str, Any]:
        frame = json.loads(await self.raw.recv())
        return frame["type"], json.loads(base64.b64decode(frame["data"]))

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Skip frames until one of this type with these fields."""
        while True:
            name, payload = await self.receive()
            if name == kind and fields.items() <= payload.items():
                return payload

    async def events(self, project: str) -> list[tuple[str, Any]]:
        """Return all frames up to and including the end of a project."""
        seen = []
        while True:
            seen.append(await self.receive())
            name, payload = seen[-1]
            if name == "jobError" and "imgID" not in payload:
                return seen
            if name == "jobState" and payload["type"] == "jobCompleted" and payload["jobID"] == project:
                return seen


class Artist:
    """One account against one devnet, by API key."""

    def __init__(self, devnet: Devnet, account: Account) -> None:
        self.devnet = devnet
        self.account = account
        self.headers = {"api-key": account.api_key}
        self.http = httpx.AsyncClient(base_url=devnet.rest_url, trust_env=False, verify=_NO_TLS)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query, headers=self.headers)

    async def login(self) -> dict[str, str]:
        """Log in by password, and go on with the token."""
        answer = await self.http.post("/v1/account/login", json=await self.proof())
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()["data"]
        self.headers = {"Authorization": tokens["token"]}
        return tokens

    async def proof(self) -> dict[str, Any]:
        """Return the body of a login."""
        secret = (self.account.username.lower() + self.account.password).encode()
        wallet = Wallet.from_key(hashlib.pbkdf2_hmac("sha256", secret, b"sogni-salt-value", 10000, 32))
        answer = await self.http.post("/v1/account/nonce", json={"walletAddress": wallet.address})
        message = encode_typed_data(
            {"name": "Sogni AI", "version": "1", "chainId": 8453,
             "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
            {"Authentication": [{"name": "walletAddress", "type": "address"}, {"name": "nonce", "type": "string"}]},
            {"walletAddress": wallet.address, "nonce": answer.json()["data"]["nonce"]},
        )  # fmt: skip
        signature = wallet.sign_message(message).signature.hex()
        return {"walletAddress": wallet.address, "signature": f"0x{signature.removeprefix('0x')}", "rememberMe": False}

    @asynccontextmanager
    async def connect(self, app_id: str = "test-app", *, greeted: bool = True) -> AsyncIterator[Socket]:
        url = f"{self.devnet.socket_url}/?{QUERY.format(app_id=app_id)}"
        async with connect(url, additional_headers=self.headers, proxy=None) as raw:
            socket = Socket(raw)
            if greeted:
                await socket.until("swarmModels")
            yield socket

    async def upload(self, project: str, slot: str, data: bytes, mime: str = "image/png") -> httpx.Response:
        kind = "media" if slot in {"referenceAudio", "referenceVideo"} else "image"
        answer = await self.get(f"/v1/{kind}/uploadUrl", imageId=new_id(), jobId=project, type=slot, contentType=mime)
        url = answer.json()["data"]["uploadUrl"]
        return await self.http.put(url, content=data, headers={"Content-Type": mime})

    async def render(self, request: dict[str, Any]) -> list[tuple[str, Any]]:
        """Send a request and return all frames up to the end of its project."""
        async with self.connect() as socket:
            await socket.send("jobRequest", request)
            return await socket.events(request["jobID"])

    async def media(self, request: dict[str, Any], **query: Any) -> bytes:
        """Render a request of one job and return the file."""
        (result,) = [payload for name, payload in await self.render(request) if name == "jobResult"]
        answer = await self.get(
            "/v1/media/downloadUrl", jobId=request["jobID"], id=result["imgID"], type="complete", **query
        )
        assert answer.status_code == 200, answer.text
        file = await self.http.get(answer.json()["data"]["downloadUrl"])
        assert file.status_code == 200
        return file.content

    async def download(self, project: str, job: str, **query: Any) -> httpx.Response:
        answer = await self.get("/v1/image/downloadUrl", jobId=project, imageId=job, type="complete", **query)
        assert answer.status_code == 200, answer.text
        return await self.http.get(answer.json()["data"]["downloadUrl"])


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def artist(devnet: Devnet) -> AsyncIterator[Artist]:
    """The first account of ``devnet``."""
    client = Artist(devnet, devnet.accounts[0])
    async with client.http:
        yield client


@pytest.fixture
async def artist_of() -> AsyncIterator[Callable[..., Artist]]:
    """Make artists for other devnets and accounts."""
    made: list[Artist] = []

    def make(devnet: Devnet, index: int = 0) -> Artist:
        made.append(Artist(devnet, devnet.accounts[index]))
        return made[-1]

    yield make
    for client in made:
        await client.http.aclose()


@pytest.fixture
def job_request() -> Callable[..., dict[str, Any]]:
    return build_request


@pytest.fixture
def video_request() -> Callable[..., dict[str, Any]]:
    return build_video


@pytest.fixture
def audio_request() -> Callable[..., dict[str, Any]]:
    return build_audio


@pytest.fixture
def image_bytes() -> Callable[..., bytes]:
    return picture


@pytest.fixture
def fresh_id() -> Callable[[], str]:
    return new_id
