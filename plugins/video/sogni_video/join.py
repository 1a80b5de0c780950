"""The mode ``join``, which other modes run to join their clips. It submits nothing."""

from __future__ import annotations

from pathlib import Path

from sogni_core.context import Context
from sogni_core.result import Result
from sogni_video import concatenation
from sogni_video.request import JoinRequest


async def join(ctx: Context, request: JoinRequest) -> Result:
    """Join the clips into one file."""
    assert request.output is not None
    done: list[concatenation.Joined] = []

    async def work(path: Path) -> None:
        done.append(await concatenation.join(request.clips, path, seamless=True, loop=request.loop))

    made = await ctx.make(request.output, work)
    facts = {"frames": done[0].frames} if done else {}
    return Result(artifacts=(made,), type="video", extra={"clips": len(request.clips), "loop": request.loop, **facts})
