"""Known video models, and the families that map an id to its workflow.

Ranges are those of the official example configurations. WAN 2.2 renders 16 frames per second; 32 doubles them.
"""

from __future__ import annotations

from sogni_core.plugin import Model

_FEW = {"steps": (4, 8), "guidance": (0.7, 1.6)}
_MANY = {"steps": (20, 40), "guidance": (1.5, 8)}


def _model(id: str, *, speed: str, use: str, frames: int = 161) -> Model:
    limits = (_FEW if "lightx2v" in id else _MANY) | {"frames": (17, frames)}
    return Model(id, media="video", limits=limits, sampling="comfy", speed=speed, use=use)


MODELS = [
    _model("wan_v2.2-14b-fp8_t2v_lightx2v", speed="fast", use="text to video"),
    _model("wan_v2.2-14b-fp8_i2v_lightx2v", speed="fast", use="image to video; the default"),
    _model("wan_v2.2-14b-fp8_i2v", speed="slow", use="image to video, higher quality"),
    _model("wan_v2.2-14b-fp8_s2v_lightx2v", speed="fast", use="audio to video", frames=321),
    _model("wan_v2.2-14b-fp8_s2v", speed="slow", use="audio to video, higher quality", frames=321),
    _model("wan_v2.2-14b-fp8_animate-move_lightx2v", speed="fast", use="copy the motion of a video", frames=321),
    _model("wan_v2.2-14b-fp8_animate-replace_lightx2v", speed="fast", use="put a subject into a video", frames=321),
    # Families. If two match an id, the longer pattern counts, and of equal ones the first.
    Model("*animate-replace*", media="video", sampling="comfy", workflow="video:animate-replace"),
    Model("*animate-move*", media="video", sampling="comfy", workflow="video:animate-move"),
    *(
        Model(f"*{mark}{name}*", media="video", sampling="comfy", workflow=f"video:{name}")
        for name in ("t2v", "i2v", "s2v")
        for mark in "_-"
    ),
]
