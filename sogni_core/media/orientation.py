"""Rotates images whose orientation is only in their metadata, which not every program reads."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from sogni_core.errors import InputError
from sogni_core.files import PartFile
from sogni_core.media.asset import read_asset
from sogni_core.media.image import ORIENTATION
from sogni_core.project import Asset

_SAVED_AS: dict[str, tuple[str, dict[str, Any]]] = {
    "image/jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    "image/png": ("PNG", {}),
    "image/webp": ("WEBP", {"lossless": True}),
}
"""Kinds of files that can have an orientation, and how a rotated copy is saved."""


def upright(asset: Asset, folder: Path) -> Asset:
    """Return an image with its EXIF orientation applied: the same asset, or a rotated copy in ``folder``.

    ``asset`` has to be one that :func:`read_asset` returned. The copy is of the same kind, JPEG with quality 95,
    without metadata except the colour profile; it keeps ``source``, so that people see what they typed. Raises
    MISSING_FILE, UNSUPPORTED_MEDIA, and what writing raises. It blocks: call it in a thread.
    """
    if asset.path is None:
        raise ValueError("the asset was not read yet")
    if asset.content_type not in _SAVED_AS:
        return asset
    from PIL import Image, ImageOps

    form, options = _SAVED_AS[asset.content_type]
    try:
        with warnings.catch_warnings(), Image.open(asset.path, formats=[form]) as image:
            warnings.simplefilter("ignore")
            if image.getexif().get(ORIENTATION, 1) not in range(2, 9):
                return asset
            turned = ImageOps.exif_transpose(image)
            kept = {"icc_profile": profile} if (profile := image.info.get("icc_profile")) else {}
            with PartFile(folder / f"upright-{asset.sha256[:16]}", private=True) as file:
                turned.save(file.finish(), form, exif=b"", **options, **kept)
                file.commit()
    except OSError as error:
        raise InputError("MISSING_FILE", f"Failed to read media file: {asset.source}") from error
    return read_asset(Asset(asset.source, path=file.path))
