"""The tables ``[image]`` and ``[plugins]``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ImageSettings(BaseModel):
    """Settings of the image mode, and the size for other modes that use it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Annotated[str, Field(min_length=1, description="Model for images from a prompt.")] = "z_image_turbo_bf16"
    edit_model: Annotated[str, Field(min_length=1, description="Model for editing context images.")] = (
        "qwen_image_edit_2511_fp8_lightning"
    )
    width: Annotated[int, Field(ge=64, le=4096, description="Width in pixels.")] = 512
    height: Annotated[int, Field(ge=64, le=4096, description="Height in pixels.")] = 512
    timeout: Annotated[int, Field(ge=5, description="Time limit per image project, in seconds.")] = 30
    edit_timeout: Annotated[int, Field(ge=5, description="Time limit per edit project, in seconds.")] = 60


class PluginsSettings(BaseModel):
    """Settings about plugins themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fail_open: Annotated[
        bool, Field(description="Pay even if a plugin that may have rules for it is missing or broken.")
    ] = False
