"""The workflow: render the angles and the video, and report the result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sogni_core.context import Context
from sogni_core.errors import PartialError
from sogni_core.media import upright
from sogni_core.problem import Notice
from sogni_core.result import Outcome, Result
from sogni_multiangle import output_paths
from sogni_multiangle.request import MultiAngle
from sogni_multiangle.shots import Shots, as_json, named
from sogni_multiangle.turntable import Turned, Turntable


async def render(ctx: Context, request: MultiAngle) -> Result:
    """Render one angle or all of them, and join them into a video if the request asks for one."""
    if len(request.context) > 1:
        ctx.warn(Notice("multiangle.first-context", ("context",), "Only the first {context} image is used."))
    if request.angles_360 and "azimuth" in request.given:
        text = "{azimuth} is ignored: {angles_360} shows all sides."
        ctx.warn(Notice("multiangle.azimuth-ignored", ("azimuth", "angles_360"), text))
    subject = await asyncio.to_thread(upright, request.context[0], ctx.folder)
    pattern, video = request.output, request.angles_360_video
    if video == output_paths.NOWHERE:
        video = ctx.folder / f"angles-360{output_paths.VIDEO}"
    if video is None:
        shots = Shots(ctx, request, subject, pattern)
        async with asyncio.TaskGroup() as group:
            taking = [group.create_task(shots.take(angle)) for angle in request.angles]
        outcomes = tuple(task.result() for task in taking)
        return replace(_angles(request, outcomes), error=_missing_angles(request, outcomes))
    # Clips are made from files, so images without an output path go into the folder of the run.
    kept = pattern or ctx.folder / f"{output_paths.SIDE}.{request.output_format}"
    turned = await Turntable(ctx, request, Shots(ctx, request, subject, kept)).turn(video)
    return _turned(request, turned)


def _angles(request: MultiAngle, outcomes: Sequence[Outcome]) -> Result:
    pairs = list(zip(request.angles, outcomes, strict=True))
    extra: dict[str, Any] = {
        "count": request.count,
        "outputFormat": request.output_format,
        "sampler": request.sampler,
        "scheduler": request.scheduler,
        "loras": list(request.loras),
        "loraStrengths": list(request.lora_strengths),
        "videoPath": None,
        "videoModel": None,
        "angles": [as_json(angle, outcome, request.angle_description) for angle, outcome in pairs],
    }
    kind = "multi-angle-360" if request.angles_360 else "multi-angle"
    shown = tuple(pair for angle, outcome in pairs for pair in named(angle, outcome))
    return replace(Result.of(*outcomes, type=kind, extra=extra), named=shown)


def _turned(request: MultiAngle, turned: Turned) -> Result:
    """Add the video to the result. Without one, add the finished clips and an error that names what is missing."""
    images = _angles(request, turned.shots)
    begun = [clip.outcome for clip in turned.clips if clip.outcome is not None]
    video = [turned.video] if turned.video is not None else []
    whole = replace(images, outcomes=(*images.outcomes, *begun, *video))
    if turned.video is not None and turned.video.ok:
        (file,) = turned.video.artifacts
        extra = {**images.extra, "videoPath": str(file.path), "videoModel": turned.model}
        shown = (("video", file), *images.named)
        return replace(whole, artifacts=(*images.artifacts, file), extra=extra, named=shown)
    clips = [(clip.leg, clip.artifact) for clip in turned.clips if clip.artifact is not None]
    return replace(
        whole,
        artifacts=(*images.artifacts, *(artifact for _, artifact in clips)),
        named=(*images.named, *((f"{leg.key} ({leg.name})", artifact) for leg, artifact in clips)),
        error=_missing_video(request, turned),
    )


def _missing_angles(request: MultiAngle, outcomes: Sequence[Outcome]) -> PartialError | None:
    failed = _failed_angles(request, outcomes)
    if not failed:
        return None
    names = [angle.azimuth for angle, outcome in zip(request.angles, outcomes, strict=True) if not outcome.ok]
    return PartialError("PARTIAL", f"Some angles are missing: {'; '.join(failed)}", details={"missing": names})


def _missing_video(request: MultiAngle, turned: Turned) -> PartialError:
    wrong = _failed_angles(request, turned.shots)
    wrong += [_said(f"clip {c.leg.number}, {c.leg.name}", c.outcome) for c in turned.clips if _is_wrong(c.outcome)]
    if turned.video is not None:
        wrong.append(_said("joining the clips", turned.video))
    clips = [clip.leg.key for clip in turned.clips if clip.artifact is None]
    angles = [angle.azimuth for angle, shot in zip(request.angles, turned.shots, strict=True) if not shot.ok]
    number = len(request.angles)
    return PartialError(
        "PARTIAL",
        f"The 360 video was not made: {'; '.join(wrong)} Saved: {number - len(angles)} of {number} images, "
        f"{number - len(clips)} of {number} clips.",
        details={"missing": [*angles, *clips, "video"]},
    )


def _failed_angles(request: MultiAngle, outcomes: Sequence[Outcome]) -> list[str]:
    return [
        _said(f"angle {angle.azimuth}", outcome)
        for angle, outcome in zip(request.angles, outcomes, strict=True)
        if _is_wrong(outcome)
    ]


def _is_wrong(outcome: Outcome | None) -> bool:
    return outcome is not None and not outcome.ok


def _said(name: str, outcome: Outcome | None) -> str:
    text = outcome.error.message if outcome is not None and outcome.error is not None else "it failed"
    return f"{name}: {text if text.endswith(('.', '!', '?')) else text + '.'}"
