"""The table ``[multiangle]``: key ``multiangle.at_once``, environment ``SOGNI_MULTIANGLE__AT_ONCE``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class MultiangleSettings(BaseModel):
    """Settings of several angles. The model is that of edits, ``image.edit_model``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: Annotated[
        int, Field(ge=1, le=64, description="Most angles, and most clips of a 360 video, that are submitted at once.")
    ] = 8
    duration: Annotated[
        int, Field(ge=1, le=60, description="Length of a 360 video, seconds; shared among its clips.")
    ] = 5
    timeout: Annotated[
        int, Field(ge=5, description="Time limit of one angle, seconds; waiting for the others at once included.")
    ] = 180
