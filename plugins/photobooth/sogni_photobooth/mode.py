"""The mode ``photobooth``: its options and its workflow."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import Field

from sogni_core.context import Context
from sogni_core.media import upright
from sogni_core.project import Asset, ControlNet, ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result

CONTROL_NET = "instantid"
"""The ControlNet that keeps the identity of a face, but neither its light nor its pose."""


class Photobooth(ImageOptions):
    """Portraits of a face."""

    prompt: Annotated[
        str,
        Field(min_length=1),
        Argument("Style of the portrait. The photo supplies the face."),
    ]
    ref: Annotated[
        Asset | None,
        Option(
            "--ref",
            "--reference",
            help="Photo of the face, a path or URL.",
            json="refImage",
            metavar="IMAGE",
            required=True,
        ),
    ] = None
    last_image: Annotated[
        bool, Option("--last-image", help="Use the last picture you made as the photo.", fills="ref")
    ] = False
    cn_strength: Annotated[
        float,
        Field(ge=0, le=1),
        Option("--cn-strength", help="How closely to follow the face, 0 to 1.", setting="photobooth.cn_strength"),
    ]
    cn_guidance_end: Annotated[
        float,
        Field(ge=0, le=1),
        Option(
            "--cn-guidance-end",
            help="Fraction of the steps that follow the face, 0 to 1.",
            setting="photobooth.cn_guidance_end",
        ),
    ]
    width: Annotated[int, Field(ge=1), Option("-w", "--width", help="Width in pixels.", setting="photobooth.width")]
    height: Annotated[int, Field(ge=1), Option("-h", "--height", help="Height in pixels.", setting="photobooth.height")]


async def render(ctx: Context, request: Photobooth) -> Result:
    """Submit one project for all portraits of the request."""
    assert request.ref is not None, "the rules require it"
    face = await asyncio.to_thread(upright, request.ref, ctx.folder)
    project = ImageProject.of(
        request,
        control_net=ControlNet(
            CONTROL_NET,
            image=face,
            strength=request.cn_strength,
            mode="balanced",
            guidance_start=0.0,
            guidance_end=request.cn_guidance_end,
        ),
    )
    said = {"name": CONTROL_NET, "strength": request.cn_strength, "guidanceEnd": request.cn_guidance_end}
    outcome = await ctx.submit(project, key="portrait", output=request.output)
    return Result.of(outcome, extra={"photobooth": True, "refImage": request.ref.source, "controlNet": said})
