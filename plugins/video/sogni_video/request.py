"""The options of the modes ``video``, ``continue`` and ``join``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from sogni_core.field import Group
from sogni_core.project import Asset
from sogni_core.request import Argument, Option, RenderOptions, Request, file_path, lower
from sogni_video.description import described
from sogni_video.size_choice import Sizing, size_of_video
from sogni_video.sizes import Size

if TYPE_CHECKING:
    from sogni_core.context import Facts


_OUTPUT = Option("-o", "--output", help="Save to this file.", metavar="PATH", required=True)
"""Output of a mode that makes a file on this machine."""


class VideoOptions(RenderOptions):
    """Options of the modes that render videos."""

    width: Annotated[
        int, Field(ge=1), Option("-w", "--width", help="Width in pixels.", setting="video.width", group=Group.MODEL)
    ]
    height: Annotated[
        int, Field(ge=1), Option("-h", "--height", help="Height in pixels.", setting="video.height", group=Group.MODEL)
    ]
    fps: Annotated[int, Field(ge=1), Option("--fps", help="Frames per second.", setting="video.fps")]
    duration: Annotated[int, Field(ge=1), Option("--duration", help="Length in seconds.", setting="video.duration")]
    frames: Annotated[
        int | None,
        Field(ge=1),
        Option("--frames", help="Length in frames; replaces the duration."),
    ] = None
    auto_resize_assets: Annotated[
        bool | None,
        Option(
            "--auto-resize-assets/--no-auto-resize-assets",
            help="Scale and crop reference images to the size of the video.",
            shown="on",
            json="autoResizeVideoAssets",
            group=Group.MODEL,
        ),
    ] = None
    strict_size: Annotated[
        bool, Option("--strict-size", help="Refuse a size that would be adjusted.", group=Group.MODEL)
    ] = False
    output_format: Annotated[
        str | None, BeforeValidator(lower), Option("--output-format", "--format", help="Video format.", metavar="mp4")
    ] = None

    @property
    def size(self) -> Size:
        """The requested size."""
        return Size(self.width, self.height)


class VideoRequest(VideoOptions):
    """Generate videos from a prompt, images, audio or a motion clip."""

    prompt: Annotated[str, Argument("What happens in the video.", required=True)] = ""
    ref: Annotated[
        Asset | None,
        Option(
            "--ref",
            "--reference",
            help="Image of the first frame, face or subject, a path or URL.",
            json="refImage",
            metavar="IMAGE",
        ),
    ] = None
    ref_end: Annotated[
        Asset | None,
        Option(
            "--ref-end", "--end", help="Image of the last frame, a path or URL.", json="refImageEnd", metavar="IMAGE"
        ),
    ] = None
    ref_audio: Annotated[
        Asset | None,
        Option(
            "--ref-audio",
            "--audio",
            help="Audio to lip-sync.",
            json="refAudio",
            metavar="AUDIO",
            kind="audio",
        ),
    ] = None
    ref_video: Annotated[
        Asset | None,
        Option(
            "--ref-video",
            help="Video whose motion to copy.",
            json="refVideo",
            metavar="VIDEO",
            kind="video",
        ),
    ] = None
    last_image: Annotated[
        bool, Option("--last-image", help="Use the last picture you made as the reference image.", fills="ref")
    ] = False
    workflow: Annotated[
        str,
        Option(
            "--workflow",
            help="Workflow: t2v, i2v, s2v, animate-move or animate-replace. By default the references decide.",
            setting="video.workflow",
            names_workflow=True,
            metavar="NAME",
        ),
    ]
    looping: Annotated[bool, Option("--looping", "--loop", help="Return to the first frame, so the video loops.")] = (
        False
    )
    estimate_video_cost: Annotated[
        bool, Option("--estimate-video-cost", help="Show the price; submit nothing.", plans=True)
    ] = False

    def sizing(self, workflow: str) -> Sizing:
        """Choose the size of the video for a workflow. For i2v, the first or else the last frame gives the shape."""
        shape, name = None, "refImage"
        if workflow == "i2v" and self.auto_resize_assets is not False:
            name = "refImage" if self.ref is not None else "refImageEnd"
            asset = self.ref or self.ref_end
            shape = Size(asset.width, asset.height) if asset is not None else None
        return size_of_video(self.size, shape, name)

    def described(self, workflow: str) -> Mapping[str, object]:
        """Return the final size and length."""
        return described(self, self.sizing(workflow), workflow)

    def settled(self, facts: Facts) -> Mapping[str, object]:
        """Return the adjusted size, which counts in the seed."""
        box = self.sizing(facts.workflow).box
        return {} if box == self.size else box._asdict()


class ContinueRequest(VideoOptions):
    """Extend a video, optionally ending on a given image."""

    clip: Annotated[Asset, Argument("Video to extend, a path or URL.", metavar="VIDEO", kind="video")]
    prompt: Annotated[str, Field(min_length=1), Argument("What happens next.")]
    output: Annotated[Path | None, BeforeValidator(file_path), _OUTPUT] = None
    ref_end: Annotated[
        Asset | None,
        Option(
            "--ref-end", "--end", help="Image of the last frame, a path or URL.", json="refImageEnd", metavar="IMAGE"
        ),
    ] = None
    last_image: Annotated[
        bool, Option("--last-image", help="Use the last picture you made as the last frame.", fills="ref_end")
    ] = False

    @property
    def size(self) -> Size:
        """The requested size, else that of the video."""
        if self.given & {"width", "height"} or not (self.clip.width and self.clip.height):
            return Size(self.width, self.height)
        return Size(self.clip.width, self.clip.height)


class JoinRequest(Request):
    """Join clips. Each starts with the last frame of the one before, and that frame is shown once."""

    clips: Annotated[
        tuple[Asset, ...],
        Field(min_length=1),
        Argument("Clips in order, paths or URLs.", metavar="VIDEO...", missing="Name the clips to join.", kind="video"),
    ]
    output: Annotated[Path | None, BeforeValidator(file_path), _OUTPUT] = None
    loop: Annotated[
        bool, Option("--loop", help="The last clip ends with the first frame of the first clip; show that frame once.")
    ] = False
