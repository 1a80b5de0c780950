"""Which models this Supernet serves, with the tiers (allowed options) that clients read.

Ranges are those of the official examples; the live network's own tiers may differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["comfy", "legacy", "either"]


@dataclass(frozen=True)
class Tier:
    """Allowed options of a family of models."""

    id: str
    form: Form
    """Where the sampler stands in a request: ``comfySampler``, or ``scheduler`` (legacy)."""
    seconds: float
    """Benchmark: seconds of one image at default steps and size."""
    steps: tuple[int, int, int]
    """Least, largest, default."""
    guidance: tuple[float, float, float]
    """Least, largest, default."""
    samplers: tuple[str, ...]
    """As the tier lists them, default first: aliases (comfy) or display names (legacy)."""
    schedulers: tuple[str, ...]
    """As the tier lists them, default first."""
    size: int = 1024
    """Default width and height in px."""
    largest: int = 2048
    """Largest width and height in px."""
    context_images: int = 0
    """How many context images the model takes."""

    def payload(self) -> dict[str, Any]:
        """Return the tier in its shape on the wire: Comfy with ``type``, legacy without."""
        sampler, scheduler = ("comfySampler", "comfyScheduler") if self.form != "legacy" else ("sampler", "scheduler")
        common = {
            "benchmark": {"sec": self.seconds, "secCN": 2, "secMaxPreviews": 0},
            "steps": {"min": self.steps[0], "max": self.steps[1], "default": self.steps[2]},
            "guidance": {
                "min": self.guidance[0], "max": self.guidance[1], "decimals": 1, "default": self.guidance[2],
            },
            sampler: {"allowed": list(self.samplers), "default": self.samplers[0]},
            scheduler: {"allowed": list(self.schedulers), "default": self.schedulers[0]},
        }  # fmt: skip
        return common if self.form == "legacy" else {"type": "image", "defaultSize": self.size, **common}


@dataclass(frozen=True)
class Model:
    """One model of the catalogue."""

    id: str
    name: str
    sid: int
    """Numeric id, the key of ``/status/network/{network}/models``."""
    tier: Tier

    def payload(self) -> dict[str, Any]:
        """Return the entry of ``/models/list``."""
        return {"id": self.id, "name": self.name, "SID": self.sid, "tier": self.tier.id, "media": "image"}


_COMFY_SAMPLERS = ("euler", "euler_ancestral", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_sde", "res_multistep", "uni_pc")

_Z_TURBO = Tier(
    "z-image-turbo", "comfy", 4, (4, 10, 8), (0.6, 1.6, 1),
    ("res_multistep", "euler", "euler_ancestral", "dpmpp_sde"), ("simple", "beta", "sgm_uniform"), largest=2560,
)  # fmt: skip
_Z_IMAGE = Tier(
    "z-image", "comfy", 18, (20, 50, 30), (2.5, 6, 4),
    ("res_multistep", "euler", "dpmpp_2m"), ("simple", "beta"), largest=2560,
)  # fmt: skip
_FLUX1 = Tier(
    "flux1-schnell", "legacy", 3, (1, 5, 4), (0.1, 1, 1),
    ("Euler", "Euler a", "DPM++ 2M"), ("Simple", "SGM Uniform", "Beta"),
)  # fmt: skip
_FLUX2 = Tier(
    "flux2-dev", "either", 60, (20, 50, 20), (1, 10, 4),
    ("euler", "dpmpp_2m"), ("simple", "beta"), context_images=6,
)  # fmt: skip
_QWEN_EDIT = Tier(
    "qwen-image-edit", "comfy", 30, (20, 50, 20), (2.5, 5, 4),
    _COMFY_SAMPLERS, ("simple", "normal", "beta", "sgm_uniform"), largest=2560, context_images=3,
)  # fmt: skip
_QWEN_LIGHTNING = Tier(
    "qwen-image-edit-lightning", "comfy", 8, (4, 8, 4), (0.6, 1.6, 1),
    _COMFY_SAMPLERS, ("simple", "normal", "beta", "sgm_uniform"), largest=2560, context_images=3,
)  # fmt: skip
_SDXL_TURBO = Tier(
    "sdxl-turbo", "legacy", 5, (4, 20, 7), (0, 10, 2),
    ("DPM++ SDE", "DPM++ 2M SDE", "Euler", "Euler a"), ("Karras", "Normal", "Simple"),
)  # fmt: skip

MODELS: tuple[Model, ...] = (
    Model("z_image_turbo_bf16", "Z-Image Turbo", 101, _Z_TURBO),
    Model("z_image_bf16", "Z-Image", 102, _Z_IMAGE),
    Model("flux1-schnell-fp8", "Flux.1 schnell", 103, _FLUX1),
    Model("flux2_dev_fp8", "Flux.2 dev", 104, _FLUX2),
    Model("qwen_image_edit_2511_fp8", "Qwen Image Edit 2511", 105, _QWEN_EDIT),
    Model("qwen_image_edit_2511_fp8_lightning", "Qwen Image Edit 2511 Lightning", 106, _QWEN_LIGHTNING),
    Model("coreml-sogniXLturbo_alpha1_ad", "Sogni.XLT alpha 1", 107, _SDXL_TURBO),
)

BY_ID = {model.id: model for model in MODELS}

TIERS = {model.tier.id: model.tier for model in MODELS}

NETWORKS = ("fast", "relaxed")

LORAS: tuple[dict[str, Any], ...] = (
    {
        "id": "multiple_angles", "name": "Multiple Angles", "defaultStrength": 0.9,
        "modelIds": ["qwen_image_edit_2511_fp8", "qwen_image_edit_2511_fp8_lightning"],
    },
)  # fmt: skip

SIZE_PRESETS: dict[str, dict[str, Any]] = {
    preset: {
        "label": label, "id": preset, "width": width, "height": height, "ratio": ratio,
        "aspect": f"{width / height:.4g}",
    }
    for preset, label, width, height, ratio in (
        ("square", "Square", 512, 512, "1:1"),
        ("square_hd", "Square HD", 1024, 1024, "1:1"),
        ("portrait_3_4", "Portrait", 768, 1024, "3:4"),
        ("landscape_4_3", "Landscape", 1024, 768, "4:3"),
        ("portrait_9_16", "Portrait, tall", 720, 1280, "9:16"),
        ("landscape_16_9", "Landscape, wide", 1280, 720, "16:9"),
    )
}  # fmt: skip


def worker_counts(slots: int) -> dict[str, int]:
    """Return the payload of ``swarmModels``: model id to number of workers."""
    return {model.id: slots for model in MODELS}
