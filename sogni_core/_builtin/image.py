"""The image mode: images of a prompt, and edits of context images."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sogni_core.context import Context
from sogni_core.project import Asset, ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result


class ImageRequest(ImageOptions):
    """Make images of a prompt; with context images, edit them."""

    prompt: Annotated[str, Field(min_length=1), Argument("What to show.")]
    context: Annotated[
        tuple[Asset, ...],
        Option(
            "-c",
            "--context",
            help="Image to edit, a path or URL; repeat for several.",
            json="contextImages",
            metavar="IMAGE",
        ),
    ] = ()
    last_image: Annotated[bool, Option("--last-image", help="Edit the last render's image.", fills="context")] = False
    starting_image: Annotated[
        Asset | None, Option("--starting-image", help="Image to start from instead of noise.", metavar="IMAGE")
    ] = None
    starting_strength: Annotated[
        float | None,
        Field(ge=0, le=1),
        Option("--starting-strength", help="How much of the starting image stays, 0 to 1.", shown="0.5"),
    ] = None


async def render(ctx: Context, request: ImageRequest) -> Result:
    """Submit one project with all images of the request."""
    project = ImageProject.of(request, context_images=request.context)
    return Result.of(await ctx.submit(project, key="image", output=request.output))
