"""Reference and result files: their kind by content, their size, whether they decode or are whole.

Pillow is imported when pixels are touched, inside functions. Names are imported when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sogni_core.media.asset import read_asset
    from sogni_core.media.container import VideoFacts, read_container
    from sogni_core.media.image import ImageFacts, check_image, measure
    from sogni_core.media.kind import HEAD, content_type
    from sogni_core.media.orientation import upright

__all__ = [
    "HEAD",
    "ImageFacts",
    "VideoFacts",
    "check_image",
    "content_type",
    "measure",
    "read_asset",
    "read_container",
    "upright",
]

_HOMES = {
    "HEAD": "kind",
    "ImageFacts": "image",
    "VideoFacts": "container",
    "check_image": "image",
    "content_type": "kind",
    "measure": "image",
    "read_asset": "asset",
    "read_container": "container",
    "upright": "orientation",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
