"""The table ``[devnet]``: how fast, how rich and how patient this Supernet is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class DevnetSettings(BaseModel):
    """Pace, money and lifetimes of one devnet; times in seconds."""

    model_config = ConfigDict(extra="forbid")

    seconds_per_image: Annotated[float, Field(ge=0, le=3600, description="Seconds a worker takes for one image.")] = 0.4
    latency: Annotated[
        float, Field(ge=0, le=60, description="Seconds added before every HTTP answer and every socket frame.")
    ] = 0.0
    slots: Annotated[int, Field(ge=1, le=64, description="Workers, each rendering one image at a time.")] = 2
    spark: Annotated[float, Field(ge=0, le=1e9, description="SPARK that the first account starts with.")] = 1000.0
    sogni: Annotated[float, Field(ge=0, le=1e9, description="SOGNI that the first account starts with.")] = 500.0
    pictures: Annotated[
        Literal["scene", "plain"],
        Field(description="What is rendered: a picture with a caption, or one flat colour for speed."),
    ] = "scene"
    token_seconds: Annotated[int, Field(gt=0, description="Lifetime of a login token in seconds.")] = 3600
    refresh_seconds: Annotated[int, Field(gt=0, description="Lifetime of a refresh token in seconds.")] = 86400
    url_seconds: Annotated[int, Field(gt=0, description="Lifetime of a presigned URL in seconds.")] = 900
    max_upload_mb: Annotated[int, Field(gt=0, description="Largest upload taken, in megabytes.")] = 1024
