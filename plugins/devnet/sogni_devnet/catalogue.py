"""The models of the devnet.

Ranges are those of the official examples. The tiers of the live network may differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sogni_devnet.tiers import AudioTier, ImageTier, Media, Tier, VideoTier

WORKFLOWS = ("t2v", "i2v", "s2v", "ia2v", "a2v", "v2v", "animate-move", "animate-replace")

OLD_LTX, LTX = "ltx2-19b-fp8_", "ltx23-22b-fp8_"
"""Old ids of LTX models to the ids that the server uses instead."""


@dataclass(frozen=True)
class Model:
    """One model of the catalogue."""

    id: str
    name: str
    sid: int
    """Numeric id, the key of ``/status/network/{network}/models``."""
    tier: Tier

    @property
    def media(self) -> Media:
        """``image``, ``video`` or ``audio``."""
        return self.tier.media

    @property
    def workflow(self) -> str:
        """Workflow of a video model, from the part of its id between underscores; empty for other media."""
        return next((part for part in self.id.split("_") if part in WORKFLOWS), "")

    def payload(self) -> dict[str, Any]:
        """Return the entry of ``/models/list``."""
        return {"id": self.id, "name": self.name, "SID": self.sid, "tier": self.tier.id, "media": self.media}


_COMFY_SAMPLERS = ("euler", "euler_ancestral", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_sde", "res_multistep", "uni_pc")

_Z_TURBO = ImageTier(
    "z-image-turbo", "comfy", 4, (4, 10, 8), (0.6, 1.6, 1),
    ("res_multistep", "euler", "euler_ancestral", "dpmpp_sde"), ("simple", "beta", "sgm_uniform"), largest=2560,
)  # fmt: skip
_Z_IMAGE = ImageTier(
    "z-image", "comfy", 18, (20, 50, 30), (2.5, 6, 4),
    ("res_multistep", "euler", "dpmpp_2m"), ("simple", "beta"), largest=2560,
)  # fmt: skip
_KREA2 = ImageTier(
    "krea2-turbo", "comfy", 6, (4, 12, 8), (0.6, 1.6, 1), ("euler", "res_multistep"), ("simple", "beta"), largest=2560,
)  # fmt: skip
_FLUX1 = ImageTier(
    "flux1-schnell", "legacy", 3, (1, 5, 4), (0.1, 1, 1),
    ("Euler", "Euler a", "DPM++ 2M"), ("Simple", "SGM Uniform", "Beta"),
)  # fmt: skip
_CHROMA = ImageTier(
    "chroma-flash", "legacy", 12, (4, 20, 8), (0.6, 5, 1), ("Euler", "DPM++ 2M"), ("Simple", "Beta"),
)  # fmt: skip
_FLUX2 = ImageTier(
    "flux2-dev", "either", 60, (20, 50, 20), (1, 10, 4),
    ("euler", "dpmpp_2m"), ("simple", "beta"), context_images=6,
)  # fmt: skip
_QWEN_EDIT = ImageTier(
    "qwen-image-edit", "comfy", 30, (20, 50, 20), (2.5, 5, 4),
    _COMFY_SAMPLERS, ("simple", "normal", "beta", "sgm_uniform"), largest=2560, context_images=3,
)  # fmt: skip
_QWEN_LIGHTNING = ImageTier(
    "qwen-image-edit-lightning", "comfy", 8, (4, 8, 4), (0.6, 1.6, 1),
    _COMFY_SAMPLERS, ("simple", "normal", "beta", "sgm_uniform"), largest=2560, context_images=3,
)  # fmt: skip
_SDXL_TURBO = ImageTier(
    "sdxl-turbo", "legacy", 5, (4, 20, 7), (0, 10, 2),
    ("DPM++ SDE", "DPM++ 2M SDE", "Euler", "Euler a"), ("Karras", "Normal", "Simple"),
)  # fmt: skip

_LONG = (17, 321, 81)


def _wan(name: str, *, fast: bool, guidance: float = 1, steps: int = 4, shift: float = 8, long: bool = False,
         sampler: str = "euler") -> VideoTier:  # fmt: skip
    others = tuple(alias for alias in ("euler", "uni_pc") if alias != sampler)
    return VideoTier(
        f"wan22-{name}", "comfy", 40 if fast else 160, (4, 8, steps) if fast else (20, 40, 20),
        (0.7, 1.6, 1) if fast else (1.5, 8, guidance), (sampler, *others), ("simple", "beta"),
        shift=(1, 8, shift), frames=_LONG if long else (17, 161, 81),
    )  # fmt: skip


def _ltx(name: str, steps: tuple[int, int, int], guidance: tuple[float, float, float], seconds: float) -> VideoTier:
    return VideoTier(
        name, "comfy", seconds, steps, guidance, ("euler", "res_2s"), ("simple",), size=(960, 640),
        side=(640, 3840, 64), frames=(25, 505, 121), frame_step=8, fps=(1, 60, 24), any_rate=True, shift=(1, 8, 3),
    )  # fmt: skip


_WAN = tuple(
    Model(f"wan_v2.2-14b-fp8_{part}", name, 201 + number, tier)
    for number, (part, name, tier) in enumerate(
        (
            ("t2v_lightx2v", "WAN 2.2 text to video", _wan("t2v-lightx2v", fast=True, shift=5)),
            ("i2v_lightx2v", "WAN 2.2 image to video", _wan("i2v-lightx2v", fast=True, shift=5)),
            ("i2v", "WAN 2.2 image to video, full", _wan("i2v", fast=False, guidance=4)),
            ("s2v_lightx2v", "WAN 2.2 sound to video", _wan("s2v-lightx2v", fast=True, long=True, sampler="uni_pc")),
            ("s2v", "WAN 2.2 sound to video, full", _wan("s2v", fast=False, guidance=6, long=True, sampler="uni_pc")),
            ("animate-move_lightx2v", "WAN 2.2 animate move", _wan("animate-move", fast=True, steps=6, long=True)),
            ("animate-replace_lightx2v", "WAN 2.2 animate replace",
             _wan("animate-replace", fast=True, steps=6, long=True)),
        )
    )
)  # fmt: skip

_LTX_TIERS = {
    f"{base}-{kind}": _ltx(f"{base}-{kind}", steps, guidance, seconds)
    for base, shortest in (("ltx23", 4), ("ltx25", 8))
    for kind, steps, guidance, seconds in (
        ("distilled", (shortest, 12, 8), (1.0, 2.0, 1.0), 30), ("dev", (15, 50, 30), (1.0, 10.0, 3.0), 110),
    )
}  # fmt: skip
_LTX = tuple(
    Model(f"{prefix}{workflow}_{kind}", f"LTX {base[3]}.{base[4]} {workflow} {kind}",
          301 + 10 * row + 2 * column + last, _LTX_TIERS[f"{base}-{kind}"])
    for row, (base, prefix) in enumerate((("ltx23", LTX), ("ltx25", "ltx25-22b-int8_")))
    for column, workflow in enumerate(("ia2v", "a2v", "v2v"))
    for last, kind in enumerate(("distilled", "dev"))
)  # fmt: skip


def _ace(name: str, *, turbo: bool) -> AudioTier:
    return AudioTier(
        name, "comfy", 12 if turbo else 40, (4, 16, 8) if turbo else (20, 100, 50), (1, 15, 1 if turbo else 5),
        ("euler", "res_multistep"), ("simple", "beta"),
    )  # fmt: skip


_MUSIC = tuple(
    Model(model, name, 401 + number, _ace(model, turbo=turbo))
    for number, (model, name, turbo) in enumerate((
        ("ace_step_1.5_xl_turbo", "ACE-Step 1.5 XL Turbo", True),
        ("ace_step_1.5_xl_sft", "ACE-Step 1.5 XL SFT", False),
        ("ace_step_1.5_turbo", "ACE-Step 1.5 Turbo", True),
        ("ace_step_1.5_sft", "ACE-Step 1.5 SFT", False),
        ("minimax_music3", "MiniMax Music 3", True),
    ))
)

MODELS: tuple[Model, ...] = (
    Model("z_image_turbo_bf16", "Z-Image Turbo", 101, _Z_TURBO),
    Model("z_image_bf16", "Z-Image", 102, _Z_IMAGE),
    Model("flux1-schnell-fp8", "Flux.1 schnell", 103, _FLUX1),
    Model("flux2_dev_fp8", "Flux.2 dev", 104, _FLUX2),
    Model("qwen_image_edit_2511_fp8", "Qwen Image Edit 2511", 105, _QWEN_EDIT),
    Model("qwen_image_edit_2511_fp8_lightning", "Qwen Image Edit 2511 Lightning", 106, _QWEN_LIGHTNING),
    Model("coreml-sogniXLturbo_alpha1_ad", "Sogni.XLT alpha 1", 107, _SDXL_TURBO),
    Model("krea2_turbo_fp8_scaled", "Krea 2 Turbo", 108, _KREA2),
    Model("chroma-v.46-flash_fp8", "Chroma v46 Flash", 109, _CHROMA),
    *_WAN, *_LTX, *_MUSIC,
)  # fmt: skip

BY_ID = {model.id: model for model in MODELS}

TIERS = {model.tier.id: model.tier for model in MODELS}

NETWORKS = ("fast", "relaxed")


def find_model(name: str) -> Model | None:
    """Return the model of an id, which may be an old LTX id; None if there is none."""
    return BY_ID.get(LTX + name.removeprefix(OLD_LTX) if name.startswith(OLD_LTX) else name)
