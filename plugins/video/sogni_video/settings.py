"""The table ``[video]``: key ``video.fps``, environment ``SOGNI_VIDEO__FPS``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_Id = Annotated[str, Field(min_length=1)]


class VideoModels(BaseModel):
    """Model of each workflow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    t2v: Annotated[_Id, Field(description="Model for videos from a prompt.")] = "wan_v2.2-14b-fp8_t2v_lightx2v"
    i2v: Annotated[_Id, Field(description="Model for videos from images.")] = "wan_v2.2-14b-fp8_i2v_lightx2v"
    s2v: Annotated[_Id, Field(description="Model for videos that lip-sync to audio.")] = "wan_v2.2-14b-fp8_s2v_lightx2v"
    animate_move: Annotated[_Id, Field(description="Model that copies the motion of a video.")] = (
        "wan_v2.2-14b-fp8_animate-move_lightx2v"
    )
    animate_replace: Annotated[_Id, Field(description="Model that puts a subject into a video.")] = (
        "wan_v2.2-14b-fp8_animate-replace_lightx2v"
    )


class VideoSettings(BaseModel):
    """Settings for the modes that render videos."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: Annotated[VideoModels, Field(description="Model of each workflow.")] = VideoModels()
    workflow: Annotated[str, Field(description="Workflow to use if neither the model nor a reference decides it.")] = (
        "t2v"
    )
    width: Annotated[int, Field(ge=64, le=4096, description="Width in pixels.")] = 512
    height: Annotated[int, Field(ge=64, le=4096, description="Height in pixels.")] = 512
    fps: Annotated[int, Field(ge=1, le=60, description="Frames per second.")] = 16
    duration: Annotated[int, Field(ge=1, le=60, description="Length in seconds.")] = 5
    timeout: Annotated[int, Field(ge=30, description="Time limit per video, in seconds.")] = 300
