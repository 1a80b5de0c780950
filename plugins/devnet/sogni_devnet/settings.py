"""The table ``[devnet]``: speed, balances, lifetimes and faults of the devnet."""

from __future__ import annotations

import difflib
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from sogni_devnet.faults import FAULTS, Faults, parse
from sogni_devnet.tiers import Media
from sogni_devnet.tolerances import ALL, SWITCHES


class DevnetSettings(BaseModel):
    """Speed, balances, lifetimes and faults of one devnet. Times are in seconds."""

    model_config = ConfigDict(extra="forbid")

    seconds_per_image: Annotated[
        float, Field(ge=0, le=3600, description="Seconds that a worker needs for one image.")
    ] = 0.4
    seconds_per_clip: Annotated[
        float, Field(ge=0, le=3600, description="Seconds that a worker needs for one video or piece of music.")
    ] = 2.0
    latency: Annotated[
        float, Field(ge=0, le=60, description="Delay before every HTTP response and socket frame, in seconds.")
    ] = 0.0
    slots: Annotated[
        int, Field(ge=1, le=64, description="Number of workers of each kind; each runs one job at a time.")
    ] = 2
    image_slots: Annotated[
        int, Field(ge=0, le=64, description="Number of workers for images; 0: the value of slots.")
    ] = 0
    video_slots: Annotated[
        int, Field(ge=0, le=64, description="Number of workers for videos and music; 0: the value of slots.")
    ] = 0
    spark: Annotated[float, Field(ge=0, le=1e9, description="Initial SPARK of the first account.")] = 1000.0
    sogni: Annotated[float, Field(ge=0, le=1e9, description="Initial SOGNI of the first account.")] = 500.0
    pictures: Annotated[
        Literal["scene", "plain"],
        Field(description="What to render: scenes with a caption, or flat colours, which are faster."),
    ] = "scene"
    strict_tiers: Annotated[
        bool, Field(description="Refuse steps, guidance, samplers, schedulers and frame rates outside a model's tier.")
    ] = False
    token_seconds: Annotated[int, Field(gt=0, description="Lifetime of a login token in seconds.")] = 3600
    refresh_seconds: Annotated[int, Field(gt=0, description="Lifetime of a refresh token in seconds.")] = 86400
    url_seconds: Annotated[int, Field(gt=0, description="Lifetime of a presigned URL in seconds.")] = 900
    max_upload_mb: Annotated[int, Field(gt=0, description="Largest upload in megabytes.")] = 1024
    tolerated: Annotated[
        list[str],
        BeforeValidator(lambda value: value.split(",") if isinstance(value, str) else value),
        Field(description="Variations of the live network to simulate, by name, or all; see the README."),
    ] = []
    faults: Annotated[
        list[str],
        Field(description='Faults to simulate, such as "http_503 times=3 path=/v1/account/*"; see the README.'),
    ] = []

    @field_validator("tolerated")
    @classmethod
    def _known_switches(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in SWITCHES and name != ALL:
                near = difflib.get_close_matches(name, SWITCHES, 1)
                raise ValueError(f"unknown switch {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return names

    @field_validator("faults")
    @classmethod
    def _known_faults(cls, texts: list[str]) -> list[str]:
        for text in texts:
            name, options = parse(text)
            Faults(FAULTS).add(name, **options)
        return texts

    def slots_for(self, media: Media) -> int:
        """Return the number of workers for a kind of job."""
        return (self.image_slots if media == "image" else self.video_slots) or self.slots

    def pace(self, media: Media) -> float:
        """Return the seconds that a worker needs for one job."""
        return self.seconds_per_image if media == "image" else self.seconds_per_clip
