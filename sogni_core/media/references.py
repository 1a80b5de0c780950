"""Reference files: uploaded into slots before the request, which then only says that they are there."""

from __future__ import annotations

from typing import Any

from sogni_core.project import Asset

_MEDIA = frozenset(("audio", "video"))

_CONTAINERS = frozenset(("ogg", "webm"))
"""Containers of both sound and video, whose first bytes do not always say which."""


def stored_as_media(kind: str) -> bool:
    """Whether files of a kind go through the service's media endpoints; images have endpoints of their own."""
    return kind != "image"


def upload_type(asset: Asset, kind: str) -> str:
    """Return the content type under which a file is uploaded, and which the request repeats; empty if unknown.

    ``kind``: what its slot holds. protocol: an Ogg or WebM file has the kind of its slot.
    """
    found, _, container = asset.content_type.partition("/")
    if container not in _CONTAINERS or found not in _MEDIA:
        return asset.content_type
    return f"{kind if kind in _MEDIA else found}/{container}"


def reference_fields(slot: str, asset: Asset | None, kind: str = "image") -> dict[str, Any]:
    """Return the key frame's fields for a reference: that it is there, and its content type; none without a file.

    ``slot`` ``referenceImage`` gives ``hasReferenceImage`` and ``referenceImageContentType``. ``kind``: what the slot
    holds, ``image``, ``audio`` or ``video``.
    """
    if asset is None:
        return {}
    sent = upload_type(asset, kind)
    return {f"has{slot[:1].upper()}{slot[1:]}": True} | ({f"{slot}ContentType": sent} if sent else {})
