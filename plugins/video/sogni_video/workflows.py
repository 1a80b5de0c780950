"""The five workflows for videos. Each submits one project; a looping i2v submits two and joins them."""

from __future__ import annotations

from sogni_core.context import Context
from sogni_core.result import Result
from sogni_video.description import described
from sogni_video.preparation import project_of, say
from sogni_video.request import VideoRequest


async def t2v(ctx: Context, request: VideoRequest) -> Result:
    """Generate a video from a prompt."""
    return await _render(ctx, request, "t2v")


async def i2v(ctx: Context, request: VideoRequest) -> Result:
    """Generate a video from a first frame, to a last frame, or between both."""
    if request.looping:
        from sogni_video.loop import render_loop

        return await render_loop(ctx, request)
    return await _render(ctx, request, "i2v")


async def s2v(ctx: Context, request: VideoRequest) -> Result:
    """Generate a video of a face that lip-syncs to audio."""
    return await _render(ctx, request, "s2v")


async def animate_move(ctx: Context, request: VideoRequest) -> Result:
    """Generate a video of a subject that copies the motion of another video."""
    return await _render(ctx, request, "animate-move")


async def animate_replace(ctx: Context, request: VideoRequest) -> Result:
    """Generate a video in which a subject replaces the person of another video."""
    return await _render(ctx, request, "animate-replace")


async def _render(ctx: Context, request: VideoRequest, workflow: str) -> Result:
    sizing = request.sizing(workflow)
    say(ctx, request, sizing)
    project = await project_of(ctx, request, sizing.sent)
    outcome = await ctx.submit(project, key="video", output=request.output)
    return Result.of(outcome, type="video", extra=described(request, sizing, workflow))
