"""The seed of a prompt, made from the reference's text alone: no code of the program has a part in it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

KEYS: dict[str, Any] = {
    "prompt": "a cat wearing a hat", "model": "z_image_turbo_bf16", "workflow": "image", "width": 512, "height": 512,
    "azimuth": "front", "elevation": "eye-level", "distance": "medium", "angleDescription": "", "outputFormat": "",
    "sampler": "", "scheduler": "", "loras": [], "loraStrengths": [], "refImage": "", "refImageEnd": "",
    "refAudio": "", "refVideo": "", "contextImages": [], "autoResizeVideoAssets": None, "tokenType": "",
    "steps": None, "guidance": None,
}  # fmt: skip
"""The 23 keys in their order, with the values of a plain image."""


def seed_of(**changed: Any) -> int:
    """Return the seed of a plain image with these keys changed; whole numbers have to be given as int."""
    text = json.dumps({**KEYS, **changed}, ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
