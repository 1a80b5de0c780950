from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from sogni_core.errors import InputError
from sogni_core.media import read_asset, upright
from sogni_core.project import Asset

ORIENTATION = 0x0112


def quarters() -> Image.Image:
    """Four colours, so that every turn and every mirror shows."""
    image = Image.new("RGB", (64, 40))
    for place, colour in enumerate(("red", "green", "blue", "yellow")):
        image.paste(colour, (32 * (place % 2), 20 * (place // 2), 32 * (place % 2) + 32, 20 * (place // 2) + 20))
    return image


def written(path: Path, orientation: int | None, **options: Any) -> Asset:
    exif = Image.Exif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    quarters().save(path, exif=exif, **options)
    return replace(read_asset(Asset(str(path))), source="face as typed")


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_pixels_stand_as_they_are_displayed(tmp_path: Path, name: str, orientation: int) -> None:
    lossless = {"lossless": True} if name.endswith("webp") else {"quality": 95, "subsampling": 0}
    asset = written(tmp_path / name, orientation, **(lossless if not name.endswith("png") else {}))
    turned = upright(asset, tmp_path)
    assert turned.path not in (None, asset.path)
    assert (turned.source, turned.content_type) == ("face as typed", asset.content_type)
    assert (turned.width, turned.height) == ((40, 64) if orientation > 4 else (64, 40))
    with Image.open(turned.path) as found, Image.open(tmp_path / name) as before:
        assert ORIENTATION not in found.getexif()
        wanted = ImageOps.exif_transpose(before).convert("RGB")
        assert max(ImageStat.Stat(ImageChops.difference(found.convert("RGB"), wanted)).mean) < 4


@pytest.mark.parametrize("orientation", [None, 1, 0, 9])
def test_what_stands_upright_is_left_alone(tmp_path: Path, orientation: int | None) -> None:
    asset = written(tmp_path / "a.jpg", orientation)
    assert upright(asset, tmp_path) is asset
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_the_colour_profile_stays_and_the_place_where_it_was_taken_goes(tmp_path: Path) -> None:
    asset = written(tmp_path / "a.jpg", 6, icc_profile=b"a profile")
    turned = upright(asset, tmp_path)
    assert turned.path is not None
    with Image.open(turned.path) as image:
        assert image.info["icc_profile"] == b"a profile"
        assert dict(image.getexif()) == {}


def test_an_animation_has_no_orientation(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.gif")
    asset = read_asset(Asset(str(tmp_path / "a.gif")))
    assert upright(asset, tmp_path) is asset


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    asset = written(tmp_path / "a.jpg", 6)
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(InputError, match="Failed to read media file"):
        upright(asset, tmp_path)
