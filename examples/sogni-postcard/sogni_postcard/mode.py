"""The mode ``postcard``: its options, and the workflow that carries it out."""

# docs: mode
from __future__ import annotations

from typing import Annotated

from sogni_core.context import Context
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result
from sogni_postcard.settings import Style


class Postcard(ImageOptions):
    """A postcard of a place. ``ImageOptions`` brings -n, -o, -w, -h, --seed, --model, --timeout and the rest."""

    place: Annotated[str, Argument("What the postcard shows.")]
    style: Annotated[Style, Option("--style", help="Print style.", setting="postcard.style")]
    greeting: Annotated[
        str, Option("--greeting", help="Words printed on the card.", setting="postcard.greeting", metavar="TEXT")
    ]


async def render(ctx: Context, request: Postcard) -> Result:
    """Make the image of a postcard."""
    prompt = f"{request.style} postcard of {request.place}"
    if request.greeting:
        prompt += f', printed on it: "{request.greeting}"'
    return await ctx.run("image", prompt=prompt, **request.image_fields())


# docs: end
