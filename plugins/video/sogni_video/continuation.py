"""The mode ``continue``: render a clip from the last frame of a video, and join both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sogni_core.context import Context
from sogni_core.errors import PartialError, SogniError
from sogni_core.result import Result
from sogni_video.concatenation import join
from sogni_video.last_frame import save_last_frame
from sogni_video.loop import clip_of
from sogni_video.request import ContinueRequest

_HANDED_ON = (
    *("prompt", "negative_prompt", "style_prompt", "model", "seed", "steps", "guidance"),
    *("fps", "duration", "frames", "auto_resize_assets", "strict_size", "output_format", "ref_end"),
    *("timeout", "queue_timeout", "billing_mode", "token_type", "network", "safety_filter"),
)


async def render(ctx: Context, request: ContinueRequest) -> Result:
    """Render a clip that starts with the last frame, and join it to the video so that the frame is shown once."""
    assert request.output is not None
    # Parts of one run share a folder, so the name is random.
    name = f"continue-{ctx.random.getrandbits(32):08x}"
    frame = ctx.folder / f"{name}.png"
    ctx.progress("Extracting last frame")
    # A plan needs the frame too, since it decides the size.
    await save_last_frame(request.clip, frame)
    size = request.size
    fields = {name: getattr(request, name) for name in _HANDED_ON if getattr(request, name) is not None}
    if not request.given & {"width", "height"}:
        # The user did not choose this size; it is that of the video.
        fields["strict_size"] = False
    part = await ctx.run(
        "video:i2v",
        key="continuation",
        **fields,
        ref=frame,
        width=size.width,
        height=size.height,
        output=ctx.folder / f"{name}.mp4",
    )
    extra = {**part.extra, "clip": request.clip.source}
    if not part.artifacts or part.artifacts[0].path is None:
        return replace(part, extra=extra)
    following = clip_of(part.artifacts[0])
    ctx.progress("Joining")

    async def work(path: Path) -> None:
        await join([request.clip, following], path, seamless=True)

    try:
        made = await ctx.make(request.output, work)
    except SogniError as error:
        missing = PartialError(
            "PARTIAL",
            f"The continuation was rendered but not joined: {error.message}",
            hint=error.hint,
            details={"cause": error.code},
        )
        return replace(part, extra=extra, error=missing)
    shown = replace(made, seed=part.artifacts[0].seed)
    return Result(outcomes=part.outcomes, artifacts=(shown,), type="video", extra=extra)
