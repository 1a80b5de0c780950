"""Looping videos: one clip that starts with an image, one that leads back to it, joined into a loop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sogni_core.context import Context
from sogni_core.errors import PartialError, SogniError
from sogni_core.project import Asset
from sogni_core.result import Artifact, Outcome, Result
from sogni_video.concatenation import join
from sogni_video.description import described
from sogni_video.last_frame import save_last_frame
from sogni_video.preparation import project_of, say
from sogni_video.request import VideoRequest
from sogni_video.sizes import Size


async def render_loop(ctx: Context, request: VideoRequest) -> Result:
    """Render both clips and join them. Rendered clips stay in the folder of the run, even if a later step fails."""
    assert request.output is not None
    sizing = request.sizing("i2v")
    say(ctx, request, sizing)
    ctx.progress("Creating looping video (A→B→A)...")
    extra = described(request, sizing, "i2v")
    name = f"loop-{ctx.random.getrandbits(32):08x}"
    there = await project_of(ctx, request, sizing.sent)
    first = await ctx.submit(there, key="clip-1", output=ctx.folder / f"{name}-1.mp4")
    if not first.ok:
        return Result.of(first, type="video", extra=extra)
    clips = [clip_of(first.artifacts[0])]
    try:
        ctx.progress("Extracting last frame...")
        frame = await _last_frame(ctx, clips[0], ctx.folder / f"{name}.png", sizing.sent)
        ctx.progress("Generating return clip (B→A)...")
        # A different seed, since the same one would start the way back from the same noise.
        back = replace(there, reference_image=frame, reference_image_end=there.reference_image, seed=None, count=1)
        second = await ctx.submit(back, key="clip-2", output=ctx.folder / f"{name}-2.mp4")
        if not second.ok:
            return _unfinished(extra, second.error, first, second)
        clips.append(clip_of(second.artifacts[0]))
        ctx.progress("Concatenating clips...")

        async def work(path: Path) -> None:
            await join(clips, path, seamless=True, loop=True)

        made = await ctx.make(request.output, work)
        ctx.progress(f"Saved looping video to {made.path}")
    except SogniError as error:
        return _unfinished(extra, error, first, *([second] if len(clips) > 1 else []))
    shown = replace(made, seed=first.artifacts[0].seed)
    return Result(outcomes=(first, second), artifacts=(shown,), type="video", extra=extra)


def clip_of(artifact: Artifact) -> Asset:
    """Return a rendered clip as an asset."""
    return Asset(
        str(artifact.path),
        path=artifact.path,
        content_type=artifact.content_type,
        size=artifact.size,
        width=artifact.width,
        height=artifact.height,
        seconds=artifact.seconds,
        sha256=artifact.sha256,
    )


async def _last_frame(ctx: Context, clip: Asset, output: Path, size: Size) -> Asset:
    async def work(path: Path) -> None:
        await save_last_frame(clip, path)

    made = await ctx.make(output, work)
    return Asset(
        str(output),
        path=made.path,
        content_type="image/png",
        size=made.size,
        width=size.width,
        height=size.height,
        sha256=made.sha256,
    )


def _unfinished(extra: dict[str, object], error: SogniError | None, *outcomes: Outcome) -> Result:
    """Return the rendered clips and the reason why there is no loop."""
    artifacts = tuple(artifact for outcome in outcomes for artifact in outcome.artifacts)
    reason = error.message if error is not None else "a clip is missing"
    code = error.code if error is not None else "PARTIAL"
    missing = PartialError(
        "PARTIAL",
        f"The loop could not be finished, but its clips are kept: {reason}",
        hint=error.hint if error is not None else None,
        details={"cause": code},
    )
    return Result(outcomes=outcomes, artifacts=artifacts, type="video", extra=extra, error=missing)
