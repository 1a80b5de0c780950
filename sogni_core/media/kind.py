"""The kind of a file by its first bytes; its name and extension do not count.

The kinds are those that can be sent to the service (source: the media sniffing of Sogni's own SDKs), and a few more
image formats, so that an error can say what a file is.
"""

from __future__ import annotations

HEAD = 4096
"""How many bytes from the beginning of a file are enough for its kind."""

_PREFIXES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
)

_BRANDS = (
    # ISO base media: the major brand, lower-cased, contains the first text.
    ("m4a", "audio/mp4"),
    ("m4b", "audio/mp4"),
    ("avif", "image/avif"),
    ("avis", "image/avif"),
    ("heic", "image/heic"),
    ("heix", "image/heic"),
    ("mif1", "image/heic"),
    ("qt", "video/quicktime"),
)


def content_type(head: bytes) -> str:
    """Return the content type, ``image/png``, of a file that begins with ``head``; empty if it is unknown.

    ``head``: the first :data:`HEAD` bytes, or the whole file if it is shorter.
    """
    for prefix, kind in _PREFIXES:
        if head.startswith(prefix):
            return kind if kind != "image/bmp" or _is_bitmap(head) else ""
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        brand = head[8:12].decode("latin-1").lower()
        return next((kind for text, kind in _BRANDS if text in brand), "video/mp4")
    if head.startswith(b"OggS"):
        return "video/ogg" if b"\x80theora" in head else "audio/ogg"
    if head.startswith(b"\x1aE\xdf\xa3"):
        # Matroska names the codec of each track: A_OPUS, V_VP9. If no name is in the first bytes, it is usually a
        # video.
        return "audio/webm" if b"A_" in head and b"V_" not in head else "video/webm"
    return "audio/mpeg" if _is_mpeg_audio(head) else ""


def _is_bitmap(head: bytes) -> bool:
    """Tell whether ``BM`` is followed by a bitmap's header; any text may begin with these letters."""
    return len(head) >= 18 and head[6:10] == bytes(4) and int.from_bytes(head[14:18], "little") in {12, 40, 108, 124}


def _is_mpeg_audio(head: bytes) -> bool:
    """Tell whether a file begins with an MPEG audio frame: eleven set bits, then no reserved value.

    ADTS (plain AAC) counts too; Sogni's SDKs send it with the same type. UTF-16 text begins with ``FF FE``, which would
    be layer I, a format that is not in use.
    """
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return head[1] & 0xF6 == 0xF0
    return layer != 3 and version != 1 and head[2] >> 4 != 15 and head[2] >> 2 & 3 != 3
