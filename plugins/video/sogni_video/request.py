"""The options of the modes ``video``, ``continue`` and ``join``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from sogni_core.project import Asset
from sogni_core.request import Argument, Option, RenderOptions, Request, lower
from sogni_video.description import described
from sogni_video.size_choice import Sizing, size_of_video
from sogni_video.sizes import Size

if TYPE_CHECKING:
    from sogni_core.context import Facts


class VideoOptions(RenderOptions):
    """Options of every mode that renders videos."""

    width: Annotated[int, Field(ge=1), Option("-w", "--width", help="Width in pixels.", setting="video.width")]
    height: Annotated[int, Field(ge=1), Option("-h", "--height", help="Height in pixels.", setting="video.height")]
    fps: Annotated[int, Field(ge=1), Option("--fps", help="Frames per second.", setting="video.fps")]
    duration: Annotated[int, Field(ge=1), Option("--duration", help="Length in seconds.", setting="video.duration")]
    frames: Annotated[
        int | None,
        Field(ge=1),
        Option("--frames", help="Length in frames, instead of --duration."),
    ] = None
    auto_resize_assets: Annotated[
        bool | None,
        Option(
            "--auto-resize-assets/--no-auto-resize-assets",
            help="Scale reference images to the size of the video.",
            shown="on",
            json="autoResizeVideoAssets",
        ),
    ] = None
    strict_size: Annotated[bool, Option("--strict-size", help="Refuse a size that would have to be adjusted.")] = False
    output_format: Annotated[
        str | None, BeforeValidator(lower), Option("--output-format", "--format", help="mp4.", metavar="mp4")
    ] = None

    @property
    def size(self) -> Size:
        """The size that was asked for."""
        return Size(self.width, self.height)


class VideoRequest(VideoOptions):
    """Make videos of a prompt, of images, of sound or of motion."""

    prompt: Annotated[str, Argument("What happens.")] = ""
    ref: Annotated[
        Asset | None,
        Option(
            "--ref",
            "--reference",
            help="First frame, face or subject, a path or URL.",
            json="refImage",
            metavar="IMAGE",
        ),
    ] = None
    ref_end: Annotated[
        Asset | None, Option("--ref-end", "--end", help="Last frame.", json="refImageEnd", metavar="IMAGE")
    ] = None
    ref_audio: Annotated[
        Asset | None,
        Option(
            "--ref-audio",
            "--audio",
            help="What is spoken.",
            json="refAudio",
            metavar="AUDIO",
            kind="audio",
        ),
    ] = None
    ref_video: Annotated[
        Asset | None,
        Option(
            "--ref-video",
            help="Whose motion is taken.",
            json="refVideo",
            metavar="VIDEO",
            kind="video",
        ),
    ] = None
    last_image: Annotated[bool, Option("--last-image", help="Use the last render's image as --ref.", fills="ref")] = (
        False
    )
    workflow: Annotated[
        str,
        Option(
            "--workflow",
            help="Kind of video: t2v, i2v, s2v, animate-move, animate-replace; by model and references if left out.",
            setting="video.workflow",
            names_workflow=True,
            metavar="NAME",
        ),
    ]
    looping: Annotated[
        bool, Option("--looping", "--loop", help="There and back again: ends with the frame it began with.")
    ] = False
    estimate_video_cost: Annotated[
        bool, Option("--estimate-video-cost", help="Show the price and submit nothing.", plans=True)
    ] = False

    def sizing(self, workflow: str) -> Sizing:
        """Work out the size of the video for a workflow; of i2v by the reference, the first frame before the last."""
        shape, name = None, "refImage"
        if workflow == "i2v" and self.auto_resize_assets is not False:
            name = "refImage" if self.ref is not None else "refImageEnd"
            asset = self.ref or self.ref_end
            shape = Size(asset.width, asset.height) if asset is not None else None
        return size_of_video(self.size, shape, name)

    def described(self, workflow: str) -> Mapping[str, object]:
        """Return size and length as they come out."""
        return described(self, self.sizing(workflow), workflow)

    def settled(self, facts: Facts) -> Mapping[str, object]:
        """Let the adjusted size count in the seed."""
        box = self.sizing(facts.workflow).box
        return {} if box == self.size else box._asdict()


class ContinueRequest(VideoOptions):
    """Continue a video, to an image or freely, and join both."""

    clip: Annotated[Asset, Argument("Video to continue, a path or URL.", metavar="VIDEO", kind="video")]
    prompt: Annotated[str, Field(min_length=1), Argument("What happens next.")]
    ref_end: Annotated[
        Asset | None, Option("--ref-end", "--end", help="Last frame.", json="refImageEnd", metavar="IMAGE")
    ] = None
    last_image: Annotated[
        bool, Option("--last-image", help="Use the last render's image as --ref-end.", fills="ref_end")
    ] = False

    @property
    def size(self) -> Size:
        """The size that was asked for, else that of the video."""
        if self.given & {"width", "height"} or not (self.clip.width and self.clip.height):
            return Size(self.width, self.height)
        return Size(self.clip.width, self.clip.height)


class JoinRequest(Request):
    """Join clips that share a frame where they meet: it is shown once at each joint."""

    clips: Annotated[
        tuple[Asset, ...],
        Field(min_length=1),
        Argument("Clips in their order, paths or URLs.", metavar="VIDEO...", missing="Name the clips.", kind="video"),
    ]
    output: Annotated[Path | None, Option("-o", "--output", help="Save to this file.", metavar="PATH")] = None
    loop: Annotated[
        bool, Option("--loop", help="The last clip ends with the frame that the first begins with: show it once.")
    ] = False
