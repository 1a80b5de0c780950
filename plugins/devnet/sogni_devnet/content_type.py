"""The type of a file, by its first bytes (protocol: the rules of the SDKs for the type of an upload)."""

from __future__ import annotations

HEAD = 16
"""Number of bytes to look at."""

IMAGES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""Types that a worker can read as an image."""


def content_type(head: bytes) -> str | None:
    """Return the MIME type; None if the protocol does not have the type."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG"):
        return "image/png"
    if head.startswith(b"GIF"):
        return "image/gif"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12].lower()
        if brand[:3] in {b"m4a", b"m4b"}:
            return "audio/mp4"
        return "video/quicktime" if brand.startswith(b"qt") else "video/mp4"
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    for magic, mime in ((b"fLaC", "audio/flac"), (b"OggS", "audio/ogg"), (b"\x1aE\xdf\xa3", "video/webm")):
        if head.startswith(magic):
            return mime
    return None
