"""The table ``[multiangle]``: key ``multiangle.at_once``, environment ``SOGNI_MULTIANGLE__AT_ONCE``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class MultiangleSettings(BaseModel):
    """Settings for several angles. The model is the one for edits, ``image.edit_model``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: Annotated[
        int,
        Field(
            ge=1,
            le=64,
            description="Largest number of angles, and of clips of a 360 video, to render at the same time.",
        ),
    ] = 8
    duration: Annotated[
        int, Field(ge=1, le=60, description="Length of a 360 video in seconds, divided among its clips.")
    ] = 5
    timeout: Annotated[
        int, Field(ge=5, description="Time limit per angle in seconds, including the time in the queue.")
    ] = 180
