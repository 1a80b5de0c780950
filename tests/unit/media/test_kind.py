from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core.media.kind import content_type


def iso(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x02\x00"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x24\x00\x00\x00AVI LIST", ""),
        (iso(b"M4A "), "audio/mp4"),
        (iso(b"m4b "), "audio/mp4"),
        (iso(b"qt  "), "video/quicktime"),
        (iso(b"isom"), "video/mp4"),
        (iso(b"mp42"), "video/mp4"),
        (iso(b"heic"), "image/heic"),
        (iso(b"avif"), "image/avif"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf3\x40\x00", "audio/mpeg"),
        (b"\xff\xe3\x40\x00", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/mpeg"),
        (b"\xff\xfeh\x00e\x00", ""),
        (b"\xfe\xff\x00h", ""),
        (b"\xff\xff\xff\xff", ""),
        (b"fLaC\x00\x00\x00\x22", "audio/flac"),
        (b"OggS" + bytes(24) + b"\x01vorbis", "audio/ogg"),
        (b"OggS" + bytes(24) + b"\x80theora", "video/ogg"),
        (b"\x1aE\xdf\xa3" + bytes(40) + b"V_VP9" + b"A_OPUS", "video/webm"),
        (b"\x1aE\xdf\xa3" + bytes(40) + b"A_OPUS", "audio/webm"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"BM" + bytes(12) + b"\x28\x00\x00\x00" + bytes(36), "image/bmp"),
        (b"BMW drives past", ""),
        (b"II*\x00\x08\x00", "image/tiff"),
        (b"<!DOCTYPE html>", ""),
        (b'{"error": "expired"}', ""),
        (b"", ""),
    ],
)
def test_kind_by_content(head: bytes, kind: str) -> None:
    assert content_type(head) == kind


@given(st.binary(max_size=64))
def test_any_bytes_have_a_kind_or_none(head: bytes) -> None:
    kind = content_type(head)
    assert not kind or kind.partition("/")[0] in {"image", "audio", "video"}
