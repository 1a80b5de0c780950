"""The bundled catalogue: known image models, and families that provide limits and defaults.

Ranges are those of the official example configurations. The defaults for edits are outside of them on purpose, as in
the original program. Sampling forms follow the prefixes in the official SDKs.
"""

from __future__ import annotations

from sogni_core.plugin import Model

MODELS = [
    Model(
        "z_image_turbo_bf16",
        limits={"steps": (4, 10), "guidance": (0.6, 1.6)},
        speed="fast, 5 to 10 s",
        use="general purpose; the default",
        seconds=10,
    ),
    Model(
        "flux1-schnell-fp8",
        limits={"steps": (1, 5)},
        speed="very fast",
        use="quick drafts",
    ),
    Model("flux2_dev_fp8", sampling="comfy", speed="slow, about 2 min", use="high quality", seconds=120),
    Model("chroma-v.46-flash_fp8", speed="medium", use="balanced"),
    Model(
        "qwen_image_edit_2511_fp8",
        limits={"steps": (20, 50), "guidance": (2.5, 5)},
        speed="medium",
        use="editing with up to 3 context images",
    ),
    Model(
        "qwen_image_edit_2511_fp8_lightning",
        limits={"steps": (4, 8), "guidance": (0.6, 1.6)},
        speed="fast",
        use="quick editing with up to 3 context images; the default for edits",
    ),
    Model("coreml-sogniXLturbo_alpha1_ad", speed="fast", use="photobooth face transfer (SDXL Turbo)"),
    # Families, the most specific first. Each adds what is still missing.
    Model("*qwen_image_edit*", limits={"context_images": 3}),
    Model("*kontext*", limits={"context_images": 2}),
    Model("*flux*", limits={"context_images": 6}),
    Model("z_image_*", sampling="comfy", limits={"side": 2560}),
    Model("dark_beast_z_image_*", sampling="comfy"),
    Model("krea2_turbo_fp8_scaled", limits={"side": 2560}),
    Model("krea2_*", sampling="comfy"),
    Model("dark_beast_krea2_*", sampling="comfy"),
    Model("qwen_image_*", sampling="comfy", limits={"side": 2560}),
    Model("rtx_vsr_*", sampling="comfy"),
    Model("*", sampling="legacy", limits={"side": 2048, "context_images": 0}),
]
