"""The mode ``flipbook``: its options, and the workflow that carries it out."""

# docs: mode
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sogni_core.context import Context
from sogni_core.request import Argument, Option, RenderOptions
from sogni_core.result import Result
from sogni_flipbook.project import FlipbookProject

SIDE = 256
"""Pixels of a page."""


class Flipbook(RenderOptions):
    """The pages of a flipbook on one sheet."""

    prompt: Annotated[str, Argument("What moves.")]
    pages: Annotated[int, Field(ge=2, le=8), Option("--pages", help="Pages of the book.")] = 6
    motion: Annotated[Literal["loop", "once"] | None, Option("--motion", help="How the book ends.")] = None


async def render(ctx: Context, request: Flipbook) -> Result:
    """Draw one sheet, or as many as --count says."""
    project = FlipbookProject.of(request, width=request.pages * SIDE, height=SIDE)
    return Result.of(await ctx.submit(project, key="sheet", output=request.output))


# docs: end
