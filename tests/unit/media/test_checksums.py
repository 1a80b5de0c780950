"""Damage that still inflates is found by the checksums."""

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
