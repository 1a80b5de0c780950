"""Seeds: random, or the hash of a request, bit for bit the one of the original ``sogni-gen``.

The hash covers 23 keys in a fixed order and nothing else: an option that is new never enters, so that
whoever moved here gets the seeds, and so the pictures, of before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sogni_core.frozen import frozen
from sogni_core.project import Asset
from sogni_core.request import Request

LARGEST = 4294967295
"""Seeds are 32-bit unsigned."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@frozen
class Hashed:
    """What is hashed: a resolved request, its workflow's name (``image`` for images), and the fields that count.

    Some keys count only if a person chose the value (``counted``): what settings and models fill in stays
    out, so that seeds do not move when a default does.
    """

    request: Request
    workflow: str
    counted: frozenset[str]


def prompt_hash(hashed: Hashed) -> int:
    """Make a seed of a resolved request."""
    text = hashed_text({key: read(hashed) for key, read in _KEYS.items()})
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:4], "big")


def hashed_text(values: Mapping[str, Any]) -> str:
    """Write values as JavaScript's ``JSON.stringify`` does: compact, its numbers, its escapes."""
    return "{" + ",".join(f"{_json(key)}:{_json(value)}" for key, value in values.items()) + "}"


def _json(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return js_number(value)
    if isinstance(value, list | tuple):
        return "[" + ",".join(_json(item) for item in value) + "]"
    escaped = json.dumps(str(value), ensure_ascii=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)


def js_number(value: float) -> str:
    """Write a number as JavaScript does: ``1`` for 1.0, ``1e-7`` below a millionth, ``1e+21`` from there on."""
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    point = len(text) + exponent
    if 0 < point <= 21:
        body = text + "0" * (point - len(text)) if point >= len(text) else f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        body = "0." + "0" * -point + text
    else:
        mantissa = text[0] + ("." + text[1:] if len(text) > 1 else "")
        body = f"{mantissa}e{point - 1:+d}"
    return "-" * sign + body


_Read = Callable[[Hashed], Any]


def _plain(name: str, default: Any = "") -> _Read:
    def read(hashed: Hashed) -> Any:
        value = getattr(hashed.request, name, None)
        return default if value is None else value

    return read


def _chosen(name: str, default: Any) -> _Read:
    def read(hashed: Hashed) -> Any:
        value = getattr(hashed.request, name, None)
        return value if value is not None and name in hashed.counted else default

    return read


def _source(name: str) -> _Read:
    def read(hashed: Hashed) -> Any:
        asset = getattr(hashed.request, name, None)
        return asset.source if isinstance(asset, Asset) else ""

    return read


def _sources(name: str) -> _Read:
    def read(hashed: Hashed) -> Any:
        assets = getattr(hashed.request, name, None) or ()
        return [asset.source for asset in ((assets,) if isinstance(assets, Asset) else assets)]

    return read


_KEYS: Mapping[str, _Read] = {
    "prompt": _plain("prompt"),
    "model": _plain("model"),
    "workflow": lambda hashed: hashed.workflow,
    "width": _plain("width", None),
    "height": _plain("height", None),
    "azimuth": _plain("azimuth", "front"),
    "elevation": _plain("elevation", "eye-level"),
    "distance": _plain("distance", "medium"),
    "angleDescription": _plain("angle_description"),
    "outputFormat": _chosen("output_format", ""),
    "sampler": _chosen("sampler", ""),
    "scheduler": _chosen("scheduler", ""),
    "loras": _plain("loras", ()),
    "loraStrengths": _plain("lora_strengths", ()),
    "refImage": _source("ref"),
    "refImageEnd": _source("ref_end"),
    "refAudio": _source("ref_audio"),
    "refVideo": _source("ref_video"),
    "contextImages": _sources("context"),
    "autoResizeVideoAssets": _chosen("auto_resize_assets", None),
    "tokenType": _chosen("token_type", ""),
    "steps": _chosen("steps", None),
    "guidance": _chosen("guidance", None),
}
