"""The rules for videos, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import Facts
from sogni_core.errors import InputError
from sogni_core.problem import Problem, literal
from sogni_video.error_codes import INVALID_VIDEO_SIZE
from sogni_video.preparation import frames_of
from sogni_video.request import ContinueRequest, JoinRequest, VideoOptions, VideoRequest
from sogni_video.size_choice import Sizing
from sogni_video.sizes import LARGEST, LEAST, STEP, normalised


def render_rules(request: VideoOptions, facts: Facts) -> Iterator[Problem]:
    """Check the options that all video modes share."""
    if request.output_format not in (None, "mp4"):
        text = '{output_format} must be "mp4" for videos.'
        yield Problem("video.format", ("output_format",), text, {"outputFormat": request.output_format})
    bound = facts.model.workflow
    if bound is not None and bound.startswith("video:") and bound != f"video:{facts.workflow}":
        named = isinstance(request, VideoRequest)
        yield Problem(
            "video.model",
            ("workflow", "model") if named else ("model",),
            'The model "{name}" does not support the workflow "{wanted}".',
            {"name": request.model, "wanted": facts.workflow, "workflow": facts.workflow, "model": request.model},
            hint="Omit {workflow}, or use another {model}." if named else "Use another {model}.",
        )
    prompt = getattr(request, "prompt", "")
    if not prompt.strip() and not getattr(request, "estimate_video_cost", False):
        yield Problem("prompt.missing", ("prompt",), "{prompt} must not be empty.")
    try:
        frames_of(request)
    except InputError as error:
        names = ("duration", "frames")
        yield Problem("video.length", names, literal(error.message), hint="Use another {duration}, or {frames}.")


def asset_rules(request: VideoRequest, facts: Facts) -> Iterator[Problem]:
    """Check that the workflow accepts the given references and has those that it needs."""
    workflow = facts.workflow
    if workflow not in TAKEN:
        return  # a workflow of another plugin, which has its rules
    given = [name for name in REFERENCES if getattr(request, name) is not None]
    foreign = [name for name in given if name not in TAKEN[workflow]]
    missing = [name for name in NEEDED.get(workflow, ()) if name not in given]
    if missing:
        names = " and ".join(f"{{{name}}}" for name in NEEDED[workflow])
        fields = (*missing, *(name for name in NEEDED[workflow] if name not in missing))
        text = f"The workflow {{workflow}} requires {names}."
        yield Problem("video.reference-missing", fields, text, {"workflow": workflow})
    if workflow == "i2v" and not {"ref", "ref_end"} & set(given):
        text = "The workflow {workflow} requires {ref}, {ref_end} or both."
        yield Problem("video.reference-missing", ("ref", "ref_end"), text, {"workflow": workflow})
    if foreign:
        names = " and ".join(f"{{{name}}}" for name in foreign)
        text = f"The workflow {{workflow}} does not accept {names}."
        yield Problem("video.reference-foreign", tuple(foreign), text, {"workflow": workflow})


REFERENCES = ("ref", "ref_end", "ref_audio", "ref_video")
"""Fields that hold references."""

TAKEN = {
    "t2v": (),
    "i2v": ("ref", "ref_end"),
    "s2v": ("ref", "ref_end", "ref_audio"),
    "animate-move": ("ref", "ref_end", "ref_video"),
    "animate-replace": ("ref", "ref_end", "ref_video"),
}
"""Workflow to the references that it accepts."""

NEEDED = {
    "s2v": ("ref", "ref_audio"),
    "animate-move": ("ref", "ref_video"),
    "animate-replace": ("ref", "ref_video"),
}
"""Workflow to the references that it requires."""


def looping_rules(request: VideoRequest, facts: Facts) -> Iterator[Problem]:
    """Check that a loop can be rendered and joined on this machine."""
    if not request.looping:
        return
    if facts.workflow != "i2v":
        text = "{looping} works only with the workflow i2v."
        yield Problem("looping.workflow", ("looping",), text, {"workflow": facts.workflow})
    elif request.ref is None:
        yield Problem("looping.ref", ("ref", "looping"), "{looping} requires {ref}, the first frame.")
    if request.ref_end is not None:
        text = "{looping} cannot be combined with {ref_end}: the loop ends with its first frame."
        yield Problem("looping.ref-end", ("ref_end", "looping"), text)
    if request.output is None:
        text = "{looping} requires {output}: the loop is joined on this machine."
        yield Problem("looping.output", ("output", "looping"), text, hint="Use {output} loop.mp4.")
    if request.count != 1:
        yield Problem("looping.count", ("count", "looping"), "{looping} requires {count} 1.", {"count": request.count})
    yield from facts.missing("join")


def output_rules(request: ContinueRequest | JoinRequest, facts: Facts) -> Iterator[Problem]:
    """Check that there is an output path for a file that is made on this machine."""
    if request.output is None:
        text = "{output} is required: the result is made on this machine."
        yield Problem("video.output", ("output",), text, hint="Use {output} film.mp4.")
    if isinstance(request, ContinueRequest) and request.count != 1:
        yield Problem("continue.count", ("count",), "{count} must be 1 here.", {"count": request.count})


def size_rules(request: VideoOptions, facts: Facts) -> Iterator[Problem]:
    """Refuse a chosen size that would be adjusted, if ``strict_size`` is on."""
    if not request.strict_size or not request.given & {"width", "height"}:
        return
    size, video = request.size, normalised(request.size)
    if size != video:
        outside = min(size) < LEAST or max(size) > LARGEST
        wanted = f"between {LEAST} and {LARGEST}" if outside else f"divisible by {STEP}"
        yield Problem(
            "video.size",
            ("width", "height", "strict_size"),
            "{width} and {height} must be {wanted}, not {size}.",
            {
                "wanted": wanted,
                "size": str(size),
                "w": video.width,
                "h": video.height,
                "requested": size.as_json(),
                "nearest": video.as_json(),
            },
            code=INVALID_VIDEO_SIZE,
            hint="Try {width} {w} {height} {h}, or omit {strict_size}.",
        )
    elif isinstance(request, VideoRequest):
        sizing = request.sizing(facts.workflow)
        if sizing.misfit:
            yield _misfit(request, sizing)


def _misfit(request: VideoRequest, sizing: Sizing) -> Problem:
    assert sizing.before is not None and sizing.shape is not None
    end = sizing.reference == "refImageEnd"
    asset = request.ref_end if end else request.ref
    hint = "Try {width} {w} {height} {h}, or omit {strict_size}."
    if sizing.cropped:
        hint = "Crop the reference to another shape, or omit {strict_size}."
    return Problem(
        "video.reference-size",
        ("ref_end" if end else "ref", "width", "height", "strict_size"),
        "The reference image of {shape} would be scaled to {scaled}, but both sides must be divisible by 16.",
        {
            "shape": str(sizing.shape),
            "scaled": str(sizing.before),
            "w": sizing.box.width,
            "h": sizing.box.height,
            "referenceType": sizing.reference,
            "referencePath": asset.source if asset is not None else None,
            "reference": sizing.shape.as_json(),
            "requested": sizing.base.as_json(),
            "resized": sizing.before.as_json(),
        },
        code=INVALID_VIDEO_SIZE,
        hint=hint,
    )
