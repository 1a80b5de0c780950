"""Damage that still decodes is found by checksums and end marks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sogni_core.errors import InputError
from sogni_core.media.image import check_image, measure


@pytest.mark.parametrize("look", [check_image, measure])
def test_a_flat_png_with_one_damaged_byte_is_refused(tmp_path: Path, look: object) -> None:
    path = tmp_path / "flat.png"
    Image.new("RGB", (256, 256), "teal").save(path)
    whole = bytearray(path.read_bytes())
    place = whole.index(b"IEND") - 8
    whole[place] ^= 0x01
    path.write_bytes(whole)
    with pytest.raises(InputError, match="does not decode"):
        look(path)  # type: ignore[operator]


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_jpeg_whose_end_is_zeros_is_no_result(tmp_path: Path, share: float) -> None:
    path = tmp_path / "noise.jpg"
    Image.effect_noise((256, 256), 60).save(path)
    whole = path.read_bytes()
    kept = int(len(whole) * share)
    path.write_bytes(whole[:kept] + bytes(len(whole) - kept))
    with pytest.raises(InputError, match="its end is missing"):
        check_image(path)


def test_a_jpeg_with_something_after_its_end_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "noise.jpg"
    Image.effect_noise((256, 256), 60).save(path)
    path.write_bytes(path.read_bytes() + bytes(5000))
    assert check_image(path).width == 256
