"""The image mode: generate images from a prompt, or edit context images."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sogni_core.context import Context
from sogni_core.project import Asset, ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result


class ImageRequest(ImageOptions):
    """Generate images from a prompt, or edit context images."""

    prompt: Annotated[str, Field(min_length=1), Argument("What to show, or how to edit the context images.")]
    context: Annotated[
        tuple[Asset, ...],
        Option(
            "-c",
            "--context",
            help="Image to edit, a path or URL. Repeat it for several images.",
            json="contextImages",
            metavar="IMAGE",
        ),
    ] = ()
    last_image: Annotated[bool, Option("--last-image", help="Edit the last picture you made.", fills="context")] = False
    starting_image: Annotated[
        Asset | None, Option("--starting-image", help="Image to start from instead of noise.", metavar="IMAGE")
    ] = None
    starting_strength: Annotated[
        float | None,
        Field(ge=0, le=1),
        Option("--starting-strength", help="How much of the starting image to keep, 0 to 1.", shown="0.5"),
    ] = None


async def render(ctx: Context, request: ImageRequest) -> Result:
    """Submit one project for all images of the request."""
    project = ImageProject.of(request, context_images=request.context)
    return Result.of(await ctx.submit(project, key="image", output=request.output))
