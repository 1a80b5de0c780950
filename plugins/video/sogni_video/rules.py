"""What videos have to keep to, checked before anything is sent.

Ranks follow the order in which the Node program ``sogni-gen`` checks, so that its first error is first here.
"""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import Facts
from sogni_core.errors import InputError, Problem
from sogni_video.request import ContinueRequest, JoinRequest, VideoOptions, VideoRequest
from sogni_video.size_choice import Sizing
from sogni_video.sizes import LARGEST, LEAST, STEP, normalised
from sogni_video.workflows import frames_of


def render_rules(request: VideoOptions, facts: Facts) -> Iterator[Problem]:
    """Check what all modes that render videos have in common."""
    if request.output_format not in (None, "mp4"):
        yield Problem(
            'Video output format must be "mp4".',
            "output_format",
            details={"outputFormat": request.output_format},
            rank=111,
        )
    bound = facts.model.workflow
    if bound is not None and bound.startswith("video:") and bound != f"video:{facts.workflow}":
        yield Problem(
            f'Workflow "{facts.workflow}" does not match model "{request.model}".',
            "workflow" if isinstance(request, VideoRequest) else "model",
            hint=f"Leave out --workflow, or use a model for {facts.workflow}.",
            details={"workflow": facts.workflow, "model": request.model},
            rank=121,
        )
    prompt = getattr(request, "prompt", "")
    if not prompt.strip() and not getattr(request, "estimate_video_cost", False):
        yield Problem("No prompt provided. Use --help for usage.", "prompt", rank=122)
    try:
        frames_of(request)
    except InputError as error:
        yield Problem(error.message, "duration", hint="Use another --duration, or --frames.", rank=131)


def asset_rules(request: VideoRequest, facts: Facts) -> Iterator[Problem]:
    """Check that the references are those that the workflow takes."""
    workflow = facts.workflow
    image, sound, motion = request.ref is not None, request.ref_audio is not None, request.ref_video is not None
    if workflow == "t2v" and (image or request.ref_end is not None or sound or motion):
        yield _asset("t2v does not accept reference image/audio/video.")
    if workflow == "i2v":
        if not image and request.ref_end is None:
            yield _asset("i2v requires --ref and/or --ref-end.", "ref")
        if sound or motion:
            yield _asset("i2v does not accept reference audio/video.")
    if workflow == "s2v":
        if not (image and sound):
            yield _asset("s2v requires both --ref and --ref-audio.", "ref_audio" if image else "ref")
        if motion:
            yield _asset("s2v does not accept reference video.", "ref_video")
    if workflow in {"animate-move", "animate-replace"}:
        if not (image and motion):
            yield _asset("animate workflows require both --ref and --ref-video.", "ref_video" if image else "ref")
        if sound:
            yield _asset("animate workflows do not accept reference audio.", "ref_audio")


def _asset(message: str, field: str | None = None) -> Problem:
    return Problem(message, field, rank=127)


def looping_rules(request: VideoRequest, facts: Facts) -> Iterator[Problem]:
    """Check that a loop can be closed, on this machine too."""
    if not request.looping:
        return
    if facts.workflow != "i2v":
        yield Problem("--looping is only supported with i2v workflow.", "looping", rank=128)
    elif request.ref is None:
        yield Problem("--looping requires --ref (reference image).", "looping", rank=129)
    if request.ref_end is not None:
        yield Problem("--looping cannot be used with --ref-end (end frame is auto-generated).", "looping", rank=130)
    if request.output is None:
        yield Problem(
            "--looping requires --output: the loop is joined on this machine.",
            "output",
            hint="Add -o loop.mp4",
            rank=130,
        )
    if request.count != 1:
        yield Problem("--looping requires --count 1.", "count", details={"count": request.count}, rank=130)
    yield from facts.missing("join")


def output_rules(request: ContinueRequest | JoinRequest, facts: Facts) -> Iterator[Problem]:
    """Check that there is a place for what is made on this machine."""
    if request.output is None:
        yield Problem(f"{facts.mode} requires --output: its result is made on this machine.", "output", rank=124)
    if isinstance(request, ContinueRequest) and request.count != 1:
        yield Problem("continue requires --count 1.", "count", details={"count": request.count}, rank=130)


def size_rules(request: VideoOptions, facts: Facts) -> Iterator[Problem]:
    """With ``--strict-size``, refuse a chosen size that would have to be adjusted."""
    if not request.strict_size or not request.given & {"width", "height"}:
        return
    size, video = request.size, normalised(request.size)
    if size != video:
        outside = min(size) < LEAST or max(size) > LARGEST
        wanted = f"between {LEAST} and {LARGEST}" if outside else f"divisible by {STEP}"
        yield Problem(
            f"Video width and height must be {wanted} (got {size}).",
            "width",
            code="INVALID_VIDEO_SIZE",
            hint="Choose --width/--height divisible by 16. For i2v, also match the reference aspect ratio. "
            f"Try: --width {video.width} --height {video.height} (or omit --strict-size)",
            details={"requested": size.as_json(), "nearest": video.as_json()},
            rank=132,
        )
    elif isinstance(request, VideoRequest):
        sizing = request.sizing(facts.workflow)
        if sizing.misfit:
            yield _misfit(request, sizing)


def _misfit(request: VideoRequest, sizing: Sizing) -> Problem:
    assert sizing.before is not None and sizing.shape is not None
    end = sizing.reference == "refImageEnd"
    asset = request.ref_end if end else request.ref
    hint = f"Try: --width {sizing.box.width} --height {sizing.box.height} (or omit --strict-size)"
    if sizing.cropped:
        hint = "Crop the reference to another shape (or omit --strict-size)"
    return Problem(
        f"{'End reference' if end else 'Reference'} image {sizing.shape} would resize to {sizing.before}, "
        "but both dimensions must be divisible by 16.",
        "ref_end" if end else "ref",
        code="INVALID_VIDEO_SIZE",
        hint=hint,
        details={
            "referenceType": sizing.reference,
            "referencePath": asset.source if asset is not None else None,
            "reference": sizing.shape.as_json(),
            "requested": sizing.base.as_json(),
            "resized": sizing.before.as_json(),
        },
        rank=132,
    )
