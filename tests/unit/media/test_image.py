from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sogni_core.errors import InputError
from sogni_core.media import image as image_module
from sogni_core.media.image import check_image, measure


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((width, height), 80).convert(mode)


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a.webp", "image/webp"), ("a.gif", "image/gif")],
)
def test_every_readable_kind(tmp_path: Path, name: str, kind: str) -> None:
    path = saved(tmp_path / name, noise(64, 40))
    assert measure(path) == (kind, 64, 40)
    assert check_image(path) == (kind, 64, 40)


def test_kind_is_by_content_not_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", noise(8, 8), format="PNG")
    assert measure(path).content_type == "image/png"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_orientation_is_applied_to_what_is_displayed(tmp_path: Path, name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / name, noise(64, 40), exif=exif)
    assert measure(path)[1:] == ((40, 64) if orientation > 4 else (64, 40))
    assert check_image(path)[1:] == (64, 40)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_odd_jpegs(tmp_path: Path, mode: str) -> None:
    assert measure(saved(tmp_path / "a.jpg", noise(3, 2, mode)))[1:] == (3, 2)
    assert measure(saved(tmp_path / "b.jpg", noise(1000, 600, mode), progressive=True))[1:] == (1000, 600)


@pytest.mark.parametrize("reader", [measure, check_image])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.jpg", {}),
        ("b.jpg", {"progressive": True}),
        ("a.webp", {}),
        ("b.webp", {"lossless": True}),
        ("a.gif", {}),
    ],
)
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_refused(
    tmp_path: Path, reader: Callable[[Path], object], name: str, options: dict[str, object], part: float
) -> None:
    path = saved(tmp_path / name, noise(200, 200), **options)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    assert refused(reader, path).code == "UNSUPPORTED_MEDIA"


def test_a_damaged_png_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", noise(100, 100))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert "does not decode" in refused(check_image, path).message


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.slow
@pytest.mark.slow
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "megapixels" in refused(measure, path).message
        assert "megapixels" in refused(check_image, path).message


def test_what_a_decoder_takes_much_memory_for_may_have_fewer_pixels(tmp_path: Path) -> None:
    webp = tmp_path / "bomb.webp"  # 27 bytes, 113 megapixels, 1.4 GB in libwebp
    webp.write_bytes(b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\x5b\xfa\x0f\x07\x10\x11\x11\x88\x88\xfe\x07\0\x27")
    assert "more than 30 megapixels" in refused(measure, webp).message
    progressive = tmp_path / "bomb.jpg"
    Image.new("L", (10_000, 5_000)).save(progressive, progressive=True)
    assert "more than 48 megapixels" in refused(check_image, progressive).message
    Image.new("L", (10_000, 5_000)).save(progressive)
    assert check_image(progressive).width == 10_000


def test_a_bomb_in_metadata_is_refused(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    text = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"zTXt", text))
    refused(measure, path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", noise(8, 8))
    with path.open("r+b") as stream:
        stream.truncate(image_module.LARGEST_BYTES + 1)
    assert "64 MiB" in refused(measure, path).message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html>502 Bad Gateway</html>", "not an image"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "image/heic"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "decode"),
        (b"\xff\xd8\xff" + b"\x00" * 100, "decode"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X" + b"\xff" * 100, "decode"),
        (b"GIF89a", "decode"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert reason in refused(measure, path).message


def test_broken_orientation_data_is_ignored_and_silent(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", noise(64, 40), exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff" + b"\x12" * 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert measure(path)[1:] == (64, 40)


def test_many_threads(tmp_path: Path) -> None:
    paths = [saved(tmp_path / f"{n}.jpg", noise(64, 40)) for n in range(4)]
    filters = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(measure, paths * 8)) == {("image/jpeg", 64, 40)}
    assert list(warnings.filters) == filters


def refused(reader: Callable[[Path], object], path: Path) -> InputError:
    with pytest.raises(InputError) as raised:
        reader(path)
    assert raised.value.code == "UNSUPPORTED_MEDIA"
    return raised.value
