"""Slots of a project: where files are put before the request, which afterwards only says that they are there."""

from __future__ import annotations

from typing import Any, Literal

from sogni_core.project import Asset

_MEDIA = {"referenceAudio": "audio", "referenceVideo": "video"}
"""Slot of a sound or video to its kind; every other slot is one of an image."""

_CONTAINERS = frozenset(("ogg", "webm"))
"""Containers of both sound and video, whose first bytes do not always say which."""


def endpoint(slot: str) -> Literal["image", "media"]:
    """Return which of the two upload endpoints gives the URL of a slot."""
    return "media" if slot in _MEDIA else "image"


def content_type(slot: str, asset: Asset) -> str:
    """Return the type under which a file is uploaded, and which the request repeats; empty if it is not known.

    protocol: an Ogg or WebM file has the kind of its slot.
    """
    kind, _, container = asset.content_type.partition("/")
    wanted = _MEDIA.get(slot, kind)
    return f"{wanted}/{container}" if container in _CONTAINERS and kind in _MEDIA.values() else asset.content_type


def flag(slot: str, asset: Asset | None, *, uploaded: str = "") -> dict[str, Any]:
    """Make the fields of a reference: that it is there, and its type; none without a file.

    ``uploaded`` names the slot of the file where it is not called as its fields are.
    """
    if asset is None:
        return {}
    name = slot[:1].upper() + slot[1:]
    kind = content_type(uploaded or slot, asset)
    return {f"has{name}": True} | ({f"{slot}ContentType": kind} if kind else {})
