"""The same work in two tongues: parameters of ``projects.create`` for the official SDKs, a project for this client.

One entry for each kind of project and each way of asking for it. Where the two requests may differ, the entry says so,
field by field, with what either side sends and why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sogni_video.project import VideoProject, frames_for

from sogni_core.media.asset import read_asset
from sogni_core.project import (
    Asset,
    AudioProject,
    ControlNet,
    ImageProject,
    Lora,
    Project,
)

from .comparison import ABSENT
from .materials import Materials

Params = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """Two values that are not the same, and why that is as it should be."""

    theirs: Any
    ours: Any
    reason: str


@dataclass(frozen=True)
class Order:
    """One piece of work."""

    name: str
    theirs: Callable[[Materials], Params]
    ours: Callable[[Materials], Project]
    comfy: bool = True
    differences: dict[str, Difference] = field(default_factory=dict)
    """By path in the payload of the request."""


def file(path: Path) -> dict[str, str]:
    """Name a file for a driver, which reads it."""
    return {"file": str(path)}


def asset(path: Path, kind: str = "image") -> Asset:
    """Read a file as the engine does before it submits."""
    return read_asset(Asset(str(path)), kind=kind)


COMMON: Params = {
    "positivePrompt": "a cat — ein „Kater“ 🐈",
    "numberOfMedia": 1,
    "tokenType": "spark",
    "network": "fast",
}
SHARED: dict[str, Any] = {"prompt": COMMON["positivePrompt"], "network": "fast"}

Z_TURBO = "z_image_turbo_bf16"
EDIT = "qwen_image_edit_2511_fp8_lightning"
FLUX = "flux1-schnell-fp8"
SDXL = "coreml-sogniXLturbo_alpha1_ad"


def _image(model: str, **more: Any) -> Params:
    return {"type": "image", "modelId": model, **COMMON, **more}


IMAGES = [
    Order(
        "a plain image and nothing else",
        lambda m: _image(Z_TURBO),
        lambda m: ImageProject(model=Z_TURBO, **SHARED),
    ),
    Order(
        "four images with everything that can be said",
        lambda m: _image(
            Z_TURBO, numberOfMedia=4, width=768, height=1280, steps=9, guidance=1.2, seed=4294967295,
            negativePrompt="blurry", stylePrompt="ink", sampler="euler", scheduler="simple", outputFormat="webp",
            tokenType="sogni", disableNSFWFilter=True,
        ),
        lambda m: ImageProject(
            model=Z_TURBO, **SHARED, count=4, width=768, height=1280, steps=9, guidance=1.2, seed=4294967295,
            negative_prompt="blurry", style_prompt="ink", sampler="euler", scheduler="simple", output_format="webp",
            token_type="sogni", safety_filter=False,
        ),
    ),
    Order(
        "an image on no network in particular",
        lambda m: {name: value for name, value in _image(Z_TURBO, seed=0).items() if name != "network"},
        lambda m: ImageProject(model=Z_TURBO, prompt=SHARED["prompt"], seed=0),
    ),
    Order(
        "an edit of three images",
        lambda m: _image(EDIT, contextImages=[file(m.face), file(m.scene), file(m.sketch)], width=768, height=512,
                         steps=4, guidance=3.5, outputFormat="png"),
        lambda m: ImageProject(model=EDIT, **SHARED, context_images=(asset(m.face), asset(m.scene), asset(m.sketch)),
                               width=768, height=512, steps=4, guidance=3.5, output_format="png"),
    ),
    Order(
        "a LoRA edit",
        lambda m: _image(EDIT, contextImages=[file(m.face)], loras=["multiple_angles"], loraStrengths=[0.9],
                         sampler="euler", scheduler="simple", steps=4, guidance=1, width=512, height=512,
                         outputFormat="jpg"),
        lambda m: ImageProject(model=EDIT, **SHARED, context_images=(asset(m.face),),
                               loras=(Lora("multiple_angles", 0.9),), sampler="euler", scheduler="simple", steps=4,
                               guidance=1.0, width=512, height=512, output_format="jpg"),
    ),
    Order(
        "a starting image",
        lambda m: _image(FLUX, startingImage=file(m.sketch), startingImageStrength=0.7, width=512, height=768, steps=4),
        lambda m: ImageProject(model=FLUX, **SHARED, starting_image=asset(m.sketch), starting_strength=0.7, width=512,
                               height=768, steps=4),
        comfy=False,
    ),
    Order(
        "a starting image of no strength in particular",
        lambda m: _image(FLUX, startingImage=file(m.scene), sampler="euler", scheduler="simple"),
        lambda m: ImageProject(model=FLUX, **SHARED, starting_image=asset(m.scene), sampler="Euler",
                               scheduler="Simple"),
        comfy=False,
    ),
    Order(
        "a face through InstantID",
        lambda m: _image(
            SDXL, width=1024, height=1024, steps=7, guidance=2, sampler="dpmpp_sde", scheduler="karras",
            controlNet={"name": "instantid", "image": file(m.face), "strength": 0.7, "mode": "balanced",
                        "guidanceStart": 0, "guidanceEnd": 0.6},
        ),
        lambda m: ImageProject(
            model=SDXL, **SHARED, width=1024, height=1024, steps=7, guidance=2, sampler="DPM++ SDE",
            scheduler="Karras",
            control_net=ControlNet("instantid", asset(m.face), 0.7, "balanced", guidance_start=0.0, guidance_end=0.6),
        ),
        comfy=False,
    ),
    Order(
        "a ControlNet of which only the name is known",
        lambda m: _image(SDXL, controlNet={"name": "canny", "image": file(m.scene)}),
        lambda m: ImageProject(model=SDXL, **SHARED, control_net=ControlNet("canny", asset(m.scene))),
        comfy=False,
    ),
]  # fmt: skip


WAN = "wan_v2.2-14b-fp8_{}_lightx2v"
LTX = "ltx23-22b-fp8_{}_distilled"


def _video(workflow: str, family: str = WAN, **more: Any) -> Params:
    return {"type": "video", "modelId": family.format(workflow), **COMMON, **more}


def _clip(workflow: str, family: str = WAN, **more: Any) -> VideoProject:
    return VideoProject(model=family.format(workflow), **{**SHARED, **more})


NO_NEGATIVE = {
    "keyFrames.0.negativePrompt": Difference(
        ABSENT, "", "the Python SDK leaves an empty one out of a video, the JavaScript SDK sends it; the service's "
        "own default follows either way",
    )
}  # fmt: skip

SMALL: dict[str, Any] = {"width": 480, "height": 480}

VIDEOS = [
    Order(
        "t2v by seconds",
        lambda m: _video("t2v", duration=1.53, fps=16),
        lambda m: _clip("t2v", frames=frames_for(WAN.format("t2v"), 1.53, 16), fps=16),
        differences=NO_NEGATIVE,
    ),
    Order(
        "two clips of t2v with everything that can be said",
        lambda m: _video("t2v", numberOfMedia=2, frames=17, fps=32, width=832, height=480, steps=4, guidance=1.1,
                         seed=7, negativePrompt="blurry", stylePrompt="film", shift=5, teacacheThreshold=0.2,
                         sampler="euler", scheduler="simple", outputFormat="mp4", trimEndFrame=True,
                         loras=["one", "two"], loraStrengths=[1, 0.5],
                         disableNSFWFilter=True),
        lambda m: _clip("t2v", count=2, frames=17, fps=32, width=832, height=480, steps=4, guidance=1.1, seed=7,
                        negative_prompt="blurry", style_prompt="film", shift=5, teacache=0.2, sampler="euler",
                        scheduler="simple", output_format="mp4", trim_end_frame=True, safety_filter=False,
                        loras=(Lora("one", 1.0), Lora("two", 0.5))),
    ),
    Order(
        "i2v from a first frame",
        lambda m: _video("i2v", referenceImage=file(m.face), frames=17, fps=16, **SMALL),
        lambda m: _clip("i2v", reference_image=asset(m.face), frames=17, fps=16, **SMALL),
        differences=NO_NEGATIVE,
    ),
    Order(
        "i2v between two frames",
        lambda m: _video("i2v", referenceImage=file(m.face), referenceImageEnd=file(m.scene), frames=17, fps=16,
                         negativePrompt="blurry", **SMALL),
        lambda m: _clip("i2v", reference_image=asset(m.face), reference_image_end=asset(m.scene), frames=17, fps=16,
                        negative_prompt="blurry", **SMALL),
    ),
    Order(
        "i2v to a last frame",
        lambda m: _video("i2v", referenceImageEnd=file(m.sketch), frames=17, fps=16, **SMALL),
        lambda m: _clip("i2v", reference_image_end=asset(m.sketch), frames=17, fps=16, **SMALL),
        differences=NO_NEGATIVE,
    ),
    Order(
        "s2v",
        lambda m: _video("s2v", referenceImage=file(m.face), referenceAudio=file(m.voice), audioStart=0.25,
                         audioDuration=0.5, frames=17, fps=16, steps=4, **SMALL),
        lambda m: _clip("s2v", reference_image=asset(m.face), reference_audio=asset(m.voice, "audio"),
                        audio_start=0.25, audio_duration=0.5, frames=17, fps=16, steps=4, **SMALL),
        differences=NO_NEGATIVE,
    ),
    Order(
        "animate-move",
        lambda m: _video("animate-move", referenceImage=file(m.face), referenceVideo=file(m.walk), videoStart=0.5,
                         frames=17, fps=16, **SMALL),
        lambda m: _clip("animate-move", reference_image=asset(m.face), reference_video=asset(m.walk, "video"),
                        video_start=0.5, frames=17, fps=16, **SMALL),
        differences=NO_NEGATIVE,
    ),
    Order(
        "animate-replace of two points",
        lambda m: _video("animate-replace", referenceImage=file(m.face), referenceVideo=file(m.walk), frames=17,
                         fps=16, steps=6, sam2Coordinates=[{"x": 0.5, "y": 0.5}, {"x": 0.25, "y": 1}], **SMALL),
        lambda m: _clip("animate-replace", reference_image=asset(m.face), reference_video=asset(m.walk, "video"),
                        frames=17, fps=16, steps=6, sam2_coordinates=((0.5, 0.5), (0.25, 1.0)), **SMALL),
        differences=NO_NEGATIVE,
    ),
    Order(
        "v2v with strengths, sound and a voice",
        lambda m: _video(
            "v2v", LTX, referenceVideo=file(m.walk), referenceAudioIdentity=file(m.voice), audioIdentityStrength=4,
            duration=1.2, fps=24, width=640, height=640, firstFrameStrength=0.9, lastFrameStrength=0.4,
            generateAudio=True, controlNet={"name": "detailer"},
        ),
        lambda m: _clip(
            "v2v", LTX, reference_video=asset(m.walk, "video"), reference_audio_identity=asset(m.voice, "audio"),
            identity_guidance=4, frames=frames_for(LTX.format("v2v"), 1.2, 24), fps=24, width=640, height=640,
            first_frame_strength=0.9, last_frame_strength=0.4, generate_audio=True,
            control_net=ControlNet("detailer"),
        ),
        differences=NO_NEGATIVE,
    ),
    Order(
        "ia2v",
        lambda m: _video("ia2v", LTX, referenceImage=file(m.scene), referenceAudio=file(m.voice), audioStart=0,
                         audioDuration=1, frames=25, fps=24, width=640, height=640),
        lambda m: _clip("ia2v", LTX, reference_image=asset(m.scene), reference_audio=asset(m.voice, "audio"),
                        audio_start=0.0, audio_duration=1.0, frames=25, fps=24, width=640, height=640),
        differences=NO_NEGATIVE,
    ),
    Order(
        "a2v",
        lambda m: _video("a2v", LTX, referenceAudio=file(m.voice), frames=25, fps=24, width=640, height=640),
        lambda m: _clip("a2v", LTX, reference_audio=asset(m.voice, "audio"), frames=25, fps=24, width=640, height=640),
        differences=NO_NEGATIVE,
    ),
    Order(
        "v2v by pose",
        lambda m: _video("v2v", LTX, referenceVideo=file(m.walk), referenceImage=file(m.face), frames=25, fps=24,
                         width=640, height=640, controlNet={"name": "pose", "strength": 0.85}),
        lambda m: _clip("v2v", LTX, reference_video=asset(m.walk, "video"), reference_image=asset(m.face), frames=25,
                        fps=24, width=640, height=640, control_net=ControlNet("pose", strength=0.85)),
        differences=NO_NEGATIVE,
    ),
    Order(
        "v2v within a mask",
        lambda m: _video("v2v", LTX, referenceVideo=file(m.walk), referenceMask=file(m.scene), frames=25, fps=24,
                         width=640, height=640, controlNet={"name": "inpaint"}, detailerStrength=0.6),
        lambda m: _clip("v2v", LTX, reference_video=asset(m.walk, "video"), reference_mask=asset(m.scene), frames=25,
                        fps=24, width=640, height=640, control_net=ControlNet("inpaint"), detailer_strength=0.6),
        differences=NO_NEGATIVE,
    ),
    Order(
        "v2v onto a larger picture",
        lambda m: _video("v2v", LTX, referenceVideo=file(m.walk), frames=25, fps=24, width=640, height=640,
                         controlNet={"name": "outpaint", "strength": 1}, outpaintPosition="left"),
        lambda m: _clip("v2v", LTX, reference_video=asset(m.walk, "video"), frames=25, fps=24, width=640, height=640,
                        control_net=ControlNet("outpaint", strength=1.0), outpaint_position="left"),
        differences=NO_NEGATIVE,
    ),
]  # fmt: skip


def _music(**more: Any) -> Params:
    return {"type": "audio", "modelId": "ace_step_1.5_turbo", **COMMON, **more}


AUDIO = [
    Order(
        "music and nothing else",
        lambda m: _music(),
        lambda m: AudioProject(model="ace_step_1.5_turbo", **SHARED),
    ),
    Order(
        "music with everything that can be said",
        lambda m: _music(numberOfMedia=2, duration=10, bpm=90, timesignature="3", keyscale="A minor", language="de",
                         lyrics="[verse]\nla la", composerMode=False, promptStrength=2.5, creativity=0.9, shift=3,
                         steps=8, seed=11, stylePrompt="piano", outputFormat="wav", tokenType="sogni"),
        lambda m: AudioProject(model="ace_step_1.5_turbo", **SHARED, count=2, duration=10.0, bpm=90,
                               time_signature="3", key_scale="A minor", language="de", lyrics="[verse]\nla la",
                               composer_mode=False, prompt_strength=2.5, creativity=0.9, shift=3.0, steps=8, seed=11,
                               style_prompt="piano", output_format="wav", token_type="sogni"),
    ),
]  # fmt: skip

ORDERS = [*IMAGES, *VIDEOS, *AUDIO]


@dataclass(frozen=True)
class Question:
    """What would it cost?"""

    name: str
    media: str
    theirs: Params
    """Parameters of the SDK's estimate."""
    ours: Callable[[Materials], Project]
    differences: dict[str, Difference] = field(default_factory=dict)
    """By path in the call."""


NETWORK = {"query.network": Difference(ABSENT, "fast", "the SDK adds it only when it was given or changed")}

QUESTIONS = [
    Question(
        "an image of which little is known", "image",
        {"tokenType": "spark", "network": "fast", "model": Z_TURBO, "imageCount": 2, "stepCount": 8,
         "previewCount": 0, "cnEnabled": False},
        lambda m: ImageProject(model=Z_TURBO, **SHARED, count=2, steps=8),
    ),
    Question(
        "an edit with a sampler", "image",
        {"tokenType": "sogni", "network": "fast", "model": EDIT, "imageCount": 1, "stepCount": 4, "previewCount": 0,
         "cnEnabled": False, "width": 768, "height": 512, "guidance": 1.5, "sampler": "euler", "contextImages": 2,
         "outputFormat": "jpg"},
        lambda m: ImageProject(model=EDIT, **SHARED, steps=4, width=768, height=512, guidance=1.5, sampler="euler",
                               context_images=(asset(m.face), asset(m.scene)), token_type="sogni",
                               output_format="jpg"),
    ),
    Question(
        "an image from a starting image, with a ControlNet", "image",
        {"tokenType": "spark", "network": "fast", "model": SDXL, "imageCount": 1, "stepCount": 7, "previewCount": 0,
         "cnEnabled": True, "startingImageStrength": 0.5, "width": 1024, "height": 1024},
        lambda m: ImageProject(model=SDXL, **SHARED, steps=7, width=1024, height=1024, starting_image=asset(m.face),
                               starting_strength=0.5, control_net=ControlNet("instantid", asset(m.face))),
    ),
    Question(
        "a video", "video",
        {"tokenType": "spark", "model": WAN.format("t2v"), "width": 480, "height": 480, "duration": 1, "fps": 16,
         "numberOfMedia": 1},
        lambda m: _clip("t2v", frames=17, fps=16, **SMALL),
        NETWORK,
    ),
    Question(
        "three videos", "video",
        {"tokenType": "spark", "model": WAN.format("t2v"), "width": 480, "height": 480, "frames": 17, "fps": 16,
         "numberOfMedia": 3},
        lambda m: _clip("t2v", frames=17, fps=16, count=3, **SMALL),
        NETWORK,
    ),
    Question(
        "a video after a video, by steps", "video",
        {"tokenType": "sogni", "model": WAN.format("animate-move"), "width": 480, "height": 480, "frames": 17,
         "fps": 16, "steps": 6, "numberOfMedia": 1, "hasVideoInput": True, "network": "fast"},
        lambda m: _clip("animate-move", frames=17, fps=16, steps=6, token_type="sogni", reference_image=asset(m.face),
                        reference_video=asset(m.walk, "video"), **SMALL),
    ),
    Question(
        "music", "audio",
        {"tokenType": "spark", "model": "ace_step_1.5_turbo", "duration": 10, "steps": 8, "numberOfMedia": 1},
        lambda m: AudioProject(model="ace_step_1.5_turbo", **SHARED, duration=10, steps=8),
        NETWORK,
    ),
]  # fmt: skip
