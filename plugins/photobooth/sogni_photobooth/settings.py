"""The table ``[photobooth]``: key ``photobooth.model``, environment ``SOGNI_PHOTOBOOTH__MODEL``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PhotoboothSettings(BaseModel):
    """Settings for portraits. They have another size than other images, since SDXL works best at one megapixel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Annotated[str, Field(min_length=1, description="Model for portraits. It must be of the SDXL family.")] = (
        "coreml-sogniXLturbo_alpha1_ad"
    )
    width: Annotated[int, Field(ge=64, le=4096, description="Width in pixels.")] = 1024
    height: Annotated[int, Field(ge=64, le=4096, description="Height in pixels.")] = 1024
    cn_strength: Annotated[float, Field(ge=0, le=1, description="How closely to follow the face, 0 to 1.")] = 0.8
    cn_guidance_end: Annotated[
        float, Field(ge=0, le=1, description="Fraction of the steps that follow the face, 0 to 1.")
    ] = 0.3
    timeout: Annotated[int, Field(ge=5, description="Time limit per portrait project, in seconds.")] = 60
