"""What several angles ask for, checked before anything is sent.

Ranks follow the order in which the Node program ``sogni-gen`` checks, so that its first error is first here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sogni_core.context import Facts
from sogni_core.errors import Problem
from sogni_multiangle.angles import VOCABULARY
from sogni_multiangle.request import MultiAngle
from sogni_multiangle.turntable import CLIPS, JOIN

EDIT_MODEL = "qwen_image_edit_2511"
"""Part of the ids of the models that the LoRA was made for."""

NO_FFMPEG = "ffmpeg is required to assemble the 360 video."
"""In the words of the Node program."""

VIDEO_OPTIONS = ("video_model", "fps", "duration", "frames")


def multiangle_rules(request: MultiAngle, facts: Facts) -> Iterator[Problem]:
    """Check that there is a subject, a model that can turn it, and angles that exist; then what a video needs."""
    problems = list(_problems(request, facts))
    yield from problems
    if request.angles_360_video is not None and not problems:
        # The clips come after eight images were paid for: what they need has to be here now. Asked last, since it
        # raises if the mode is not installed, and what is wrong with the request should be heard first.
        yield from facts.missing(CLIPS)
        for problem in facts.missing(JOIN):
            yield replace(problem, message=NO_FFMPEG) if problem.code == "MISSING_FFMPEG" else problem


def _problems(request: MultiAngle, facts: Facts) -> Iterator[Problem]:
    yield from _video(request, facts)
    if not request.context:
        yield Problem(
            "--multi-angle requires a reference image (--context or --last-image).",
            "context",
            hint="Name the image of the subject: -c subject.jpg.",
            rank=107,
        )
    yield from _words(request)
    if EDIT_MODEL not in request.model:
        yield Problem(
            "--multi-angle requires a Qwen Image Edit 2511 model.",
            "model",
            hint=f"Try: -m {EDIT_MODEL}_fp8_lightning",
            details={"model": request.model},
            rank=109,
        )
    if not request.loras and len(request.lora_strengths) > 1:
        yield Problem(
            "--lora-strengths requires explicit --loras when using --multi-angle.", "lora_strengths", rank=110
        )
    most = facts.model.limits.get("context_images", 0)
    if isinstance(most, int | float) and len(request.context) > most > 0:
        yield Problem(
            f"Model {request.model} supports max {most:g} context images, got {len(request.context)}.",
            "context",
            details={"model": request.model, "maxImages": int(most), "provided": len(request.context)},
            rank=134,
        )


def _video(request: MultiAngle, facts: Facts) -> Iterator[Problem]:
    if request.angles_360_video is not None:
        if not request.angles_360:
            yield Problem("--angles-360-video requires --angles-360.", "angles_360_video", rank=105)
        if request.count != 1:
            yield Problem("--angles-360-video requires --count 1.", "count", details={"count": request.count}, rank=106)
        return
    for name in VIDEO_OPTIONS:
        if name in facts.given:
            flag = f"--{name.replace('_', '-')}"
            yield Problem(f"{flag} requires --angles-360-video.", name, details={"flag": flag}, rank=123)


def _words(request: MultiAngle) -> Iterator[Problem]:
    for name, known in VOCABULARY.items():
        value = getattr(request, name)
        # A sweep goes round, whatever side was named.
        if value not in known and not (name == "azimuth" and request.angles_360):
            yield Problem(
                f'Invalid {name} "{value}".',
                name,
                hint=f"Use one of: {', '.join(known)}.",
                details={"field": name, "value": value, "allowed": list(known)},
                rank=108,
            )
