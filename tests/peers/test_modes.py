"""What a mode puts on the wire is what the Python SDK puts there for the parameters that the mode resolves to.

``test_wire.py`` shows that of projects; here the public API is asked as a user asks it, and everything that a mode, its
defaults by model and its settings fill in stands spelled out in the SDK's parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sogni_video.references import write
from sogni_video.sizes import Size

from sogni_core.app import App

from . import habits
from .driver import Sdk
from .habits import compare
from .materials import Materials
from .orders import EDIT, FLUX, NO_NEGATIVE, SDXL, WAN, Z_TURBO, Difference, Params, asset, file
from .staging import Stage

pytestmark = pytest.mark.anyio

PROMPT = "a cat — ein „Kater“ 🐈"

PRICE = "told with the result, if it is known by then"
DEAR = "what a video costs is compared with what there is before it is sent"
OWN = {
    "GET /api/v2/job/estimate/": PRICE,
    "GET /api/v3/job/estimate/": PRICE,
    "GET /api/v1/job-video/estimate/": DEAR,
    "GET /v4/account/balance": DEAR,
}
"""How calls begin that a run makes and ``projects.create`` does not, and why."""

CATALOGUE = ("GET /api/v1/models/list", "GET /api/v2/models/tiers")
"""Asked for beside a run, for the next one: what is under way when the run ends is not waited for."""


@dataclass(frozen=True)
class Call:
    """One call of a mode, and the projects that it comes to."""

    name: str
    mode: str
    fields: Callable[[Materials], dict[str, Any]]
    theirs: Callable[[Materials, Path], list[Params]]
    """Parameters of ``projects.create``, one for each project in order; in the folder is room for files."""
    output: str
    differences: dict[str, Difference] = field(default_factory=dict)
    """By path in the request."""


LARGER_EDIT = "qwen_image_edit_2511_fp8"

SIDES = ("front", "front-right quarter", "right side", "back-right quarter", "back", "back-left quarter", "left side",
         "front-left quarter")  # fmt: skip

COMMON: Params = {"positivePrompt": PROMPT, "numberOfMedia": 1, "tokenType": "spark", "network": "fast", "seed": 7}

SHORT: dict[str, Any] = {"width": 480, "height": 480, "frames": 17, "seed": 7}
BRIEF: Params = {"width": 480, "height": 480, "frames": 17, "fps": 16}
"""What :data:`SHORT` comes to."""


def _image(model: str, **more: Any) -> Params:
    usual = {"width": 512, "height": 512, "outputFormat": "png"}
    return {"type": "image", "modelId": model, **COMMON, **usual, **more}


def _portrait(m: Materials, strength: float, end: float, **more: Any) -> Params:
    """Return a portrait as InstantID makes it: a megapixel, by SDXL Turbo's own sampler in seven steps."""
    face = {"name": "instantid", "image": file(m.face), "strength": strength, "mode": "balanced", "guidanceStart": 0,
            "guidanceEnd": end}  # fmt: skip
    usual = {"width": 1024, "height": 1024, "steps": 7, "guidance": 2, "sampler": "dpmpp_sde", "scheduler": "karras"}
    return _image(SDXL, **usual | more, controlNet=face)


def _angle(m: Materials, view: str, strength: float = 0.9) -> Params:
    """Return an edit by the LoRA that turns the camera, which is told where to in its own words."""
    chain = {"loras": ["multiple_angles"], "loraStrengths": [strength]}
    form = {"steps": 4, "guidance": 1, "sampler": "euler", "scheduler": "simple", "outputFormat": "jpg"}
    return _image(EDIT, **chain, **form, contextImages=[file(m.face)], positivePrompt=f"<sks> {view} {PROMPT}")


def _clip(workflow: str, family: str = WAN, **more: Any) -> Params:
    said = {"type": "video", "modelId": family.format(workflow), **COMMON, "steps": 4, **more}
    # Of no seed in particular is the way back of a loop.
    return {name: value for name, value in said.items() if value is not None}


def _fitted(source: Path, folder: Path, size: Size) -> dict[str, str]:
    """Make a JPEG the size of its video as the mode does; the SDK sends whatever it is handed."""
    made = folder / f"{source.stem}-{size}.jpg"
    write(asset(source), size, made, "image/jpeg")
    return file(made)


def _kept(folder: Path) -> Path:
    """Find the one frame that a run took out of a video, among its own files."""
    (frame,) = folder.joinpath("state").rglob("*.png")
    return frame


NO_NEGATIVE_SENT = {f"payload.{path}": one for path, one in NO_NEGATIVE.items()}

IMAGES = [
    Call(
        "an image by the defaults", "image",
        lambda m: {"seed": 7},
        lambda m, _: [_image(Z_TURBO, guidance=1)],
        "cat.png",
    ),
    Call(
        "images with everything that can be said", "image",
        lambda m: {"count": 2, "width": 768, "height": 1280, "steps": 9, "guidance": 1.2, "seed": 4294967295,
                   "negative_prompt": "blurry", "style_prompt": "ink", "sampler": "euler", "scheduler": "simple",
                   "token_type": "sogni", "safety_filter": False},
        lambda m, _: [_image(Z_TURBO, numberOfMedia=2, width=768, height=1280, steps=9, guidance=1.2, seed=4294967295,
                             negativePrompt="blurry", stylePrompt="ink", sampler="euler", scheduler="simple",
                             tokenType="sogni", disableNSFWFilter=True, outputFormat="webp")],
        "cat.webp",
    ),
    Call(
        "an image from a starting image", "image",
        lambda m: {"seed": 7, "model": FLUX, "starting_image": m.sketch, "starting_strength": 0.7},
        lambda m, _: [_image(FLUX, guidance=1, startingImage=file(m.sketch), startingImageStrength=0.7)],
        "cat.png",
    ),
    Call(
        "an edit by the defaults", "image:edit",
        lambda m: {"seed": 7, "context": [m.face, m.scene]},
        lambda m, _: [_image(EDIT, contextImages=[file(m.face), file(m.scene)], steps=4, guidance=3.5)],
        "cat.png",
    ),
    Call(
        "an edit with LoRAs", "image:edit",
        lambda m: {"seed": 7, "context": [m.face], "loras": ["multiple_angles"], "lora_strengths": [0.5]},
        lambda m, _: [_image(EDIT, contextImages=[file(m.face)], steps=4, guidance=3.5, loras=["multiple_angles"],
                             loraStrengths=[0.5], outputFormat="jpg")],
        "cat.jpg",
    ),
    Call(
        "an edit by the larger model", "image:edit",
        lambda m: {"seed": 7, "context": [m.sketch], "model": LARGER_EDIT},
        lambda m, _: [_image(LARGER_EDIT, contextImages=[file(m.sketch)], steps=20, guidance=7.5)],
        "cat.png",
    ),
    Call(
        "a portrait by the defaults", "photobooth",
        lambda m: {"seed": 7, "ref": m.face},
        lambda m, _: [_portrait(m, 0.8, 0.3)],
        "portrait.png",
    ),
    Call(
        "portraits that follow the face in their own way", "photobooth",
        lambda m: {"seed": 7, "ref": m.face, "count": 4, "cn_strength": 0.5, "cn_guidance_end": 0.6, "steps": 8},
        lambda m, _: [_portrait(m, 0.5, 0.6, numberOfMedia=4, steps=8)],
        "portrait.png",
    ),
    Call(
        "one angle", "multiangle",
        lambda m: {"seed": 7, "context": [m.face], "azimuth": "front-right", "elevation": "elevated",
                   "distance": "close-up"},
        lambda m, _: [_angle(m, "front-right quarter view elevated shot close-up")],
        "angle.jpg",
    ),
    Call(
        "all angles", "multiangle",
        lambda m: {"seed": 7, "context": [m.face], "angles_360": True, "angle_strength": 0.8},
        lambda m, _: [_angle(m, f"{side} view eye-level shot medium shot", 0.8) for side in SIDES],
        "angles.jpg",
    ),
]  # fmt: skip

VIDEOS = [
    Call(
        "t2v by the defaults", "video:t2v",
        lambda m: {"seed": 7},
        lambda m, _: [_clip("t2v", duration=5, fps=16, width=512, height=512)],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "t2v by seconds at twice the rate, with everything that can be said", "video:t2v",
        lambda m: {"seed": 7, "count": 2, "duration": 2, "fps": 32, "width": 832, "height": 480, "steps": 5,
                   "guidance": 1.1, "negative_prompt": "blurry", "style_prompt": "film", "output_format": "mp4",
                   "token_type": "sogni", "safety_filter": False},
        lambda m, _: [_clip("t2v", numberOfMedia=2, duration=2, fps=32, width=832, height=480, steps=5, guidance=1.1,
                            negativePrompt="blurry", stylePrompt="film", outputFormat="mp4", tokenType="sogni",
                            disableNSFWFilter=True)],
        "cat.mp4",
    ),
    Call(
        "i2v from a first frame", "video:i2v",
        lambda m: {**SHORT, "ref": m.scene},
        lambda m, _: [_clip("i2v", **BRIEF, referenceImage=file(m.scene))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "i2v from a first frame of another size", "video:i2v",
        lambda m: {**SHORT, "ref": m.face},
        lambda m, folder: [_clip("i2v", **BRIEF, referenceImage=_fitted(m.face, folder, Size(480, 480)))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "i2v from a first frame that is sent as it is", "video:i2v",
        lambda m: {**SHORT, "ref": m.face, "auto_resize_assets": False},
        lambda m, _: [_clip("i2v", **BRIEF, referenceImage=file(m.face))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "i2v to a last frame", "video:i2v",
        lambda m: {**SHORT, "ref_end": m.scene},
        lambda m, _: [_clip("i2v", **BRIEF, referenceImageEnd=file(m.scene))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "i2v between two frames by the slower model", "video:i2v",
        lambda m: {**SHORT, "ref": m.face, "ref_end": m.scene, "model": "wan_v2.2-14b-fp8_i2v"},
        lambda m, folder: [_clip("i2v", "wan_v2.2-14b-fp8_{}", **BRIEF, steps=20, referenceImageEnd=file(m.scene),
                                 referenceImage=_fitted(m.face, folder, Size(480, 480)))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "i2v there and back again", "video:i2v",
        lambda m: {**SHORT, "ref": m.scene, "looping": True, "negative_prompt": "blurry"},
        lambda m, folder: [
            _clip("i2v", **BRIEF, referenceImage=file(m.scene), negativePrompt="blurry"),
            _clip("i2v", **BRIEF, referenceImage=file(_kept(folder)), referenceImageEnd=file(m.scene),
                  negativePrompt="blurry", seed=None),
        ],
        "loop.mp4",
    ),
    Call(
        "s2v", "video:s2v",
        lambda m: {**SHORT, "ref": m.scene, "ref_audio": m.voice},
        lambda m, _: [_clip("s2v", **BRIEF, referenceImage=file(m.scene), referenceAudio=file(m.voice))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "animate-move", "video:animate-move",
        lambda m: {**SHORT, "ref": m.scene, "ref_video": m.walk},
        lambda m, _: [_clip("animate-move", **BRIEF, referenceImage=file(m.scene), referenceVideo=file(m.walk))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "animate-replace", "video:animate-replace",
        lambda m: {**SHORT, "ref": m.scene, "ref_video": m.walk},
        lambda m, _: [_clip("animate-replace", **BRIEF, referenceImage=file(m.scene), referenceVideo=file(m.walk))],
        "cat.mp4",
        NO_NEGATIVE_SENT,
    ),
    Call(
        "a video goes on", "continue",
        lambda m: {"clip": m.walk, "frames": 17, "seed": 7, "ref_end": m.scene},
        lambda m, folder: [_clip("i2v", **BRIEF, referenceImage=file(_kept(folder)), referenceImageEnd=file(m.scene))],
        "longer.mp4",
        NO_NEGATIVE_SENT,
    ),
]  # fmt: skip

CALLS = [*IMAGES, *VIDEOS]


@contextmanager
def _opened(sdk: Sdk, stage: Stage, app_id: str) -> Iterator[None]:
    """Open a client of the SDK as the installation that this client was."""
    where = {"rest": stage.endpoint.rest_url, "socket": stage.endpoint.socket_url, "network": "fast"}
    sdk.ask("open", **where, app=app_id, key=stage.person.api_key)
    try:
        sdk.ask("models")
        yield
    finally:
        sdk.ask("close")


@pytest.mark.parametrize("call", [pytest.param(call, id=call.name) for call in CALLS])
async def test_a_mode_says_what_the_sdk_says(
    stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path, call: Call
) -> None:
    # One at a time: projects are compared in their order.
    environ = {
        "HOME": str(tmp_path), "USERPROFILE": str(tmp_path),
        **{f"SOGNI_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "STATE", "CACHE")},
        "SOGNI_REST_URL": stage.endpoint.rest_url, "SOGNI_SOCKET_URL": stage.endpoint.socket_url,
        "SOGNI_API_KEY": stage.person.api_key, "SOGNI_MULTIANGLE__AT_ONCE": "1",
    }  # fmt: skip
    async with App(environ=environ) as app:
        result = await app.run(call.mode, prompt=PROMPT, output=tmp_path / call.output, **call.fields(materials))
    assert result.error is None
    said = stage.said()
    (app_id,) = {line.facts["query.appId"] for line in said if line.name == "upgrade"}
    orders = call.theirs(materials, tmp_path)
    with _opened(python_sdk, stage, app_id):
        for order in orders:
            python_sdk.ask("collect", project=python_sdk.render(**order)["project"])
    theirs = stage.said()
    ours = [line for line in said if not line.name.startswith((*OWN, *CATALOGUE))]
    dear = {start for start, why in OWN.items() if why == DEAR}
    asked = {start for start in dear if any(line.name.startswith(start) for line in said)}
    assert asked == (dear if call in VIDEOS else set())
    compare(theirs, ours, call.differences, habits.PYTHON)
