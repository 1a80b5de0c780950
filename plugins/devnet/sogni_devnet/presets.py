"""LoRAs and named sizes."""

from __future__ import annotations

from typing import Any

LORAS: tuple[dict[str, Any], ...] = (
    {
        "loraId": "multiple_angles", "slug": "multiple-angles", "name": "Multiple Angles",
        "description": "Turns the camera around the subject.", "relatedLoraIds": [],
        "ui": {"min": 0, "max": 1.5, "default": 0.9, "step": 0.05, "recommendedMin": 0.5, "recommendedMax": 1,
               "category": "camera", "nsfw": False, "sexual": False, "creator": "devnet", "sourceUrl": ""},
        "modelIds": ["qwen_image_edit_2511_fp8", "qwen_image_edit_2511_fp8_lightning"],
    },
)  # fmt: skip
"""In the form that the official SDKs read (source: sogni-client, LoraCatalog); ranges and credits are invented."""

LORA_CONSTRAINTS = {"maxPerRequest": 8, "minStrength": -100, "maxStrength": 100}

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
