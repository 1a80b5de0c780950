"""The rules for angles and their video, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sogni_core.context import Facts
from sogni_core.problem import Problem
from sogni_multiangle.angles import VOCABULARY
from sogni_multiangle.request import MultiAngle
from sogni_multiangle.turntable import CLIPS, JOIN

EDIT_MODEL = "qwen_image_edit_2511"
"""Part of the ids of the models that the LoRA works with."""

VIDEO_OPTIONS = ("video_model", "fps", "duration", "frames")


def multiangle_rules(request: MultiAngle, facts: Facts) -> Iterator[Problem]:
    """Check the subject, the model and the angles; then what a video needs on this machine."""
    problems = list(_problems(request, facts))
    yield from problems
    if request.angles_360_video is not None and not problems:
        # The clips are rendered after eight images were paid for, so check now what they need. Check it last: it raises
        # if the mode is not installed, and problems of the request come first.
        yield from facts.missing(CLIPS)
        for problem in facts.missing(JOIN):
            yield replace(problem, rule=f"multiangle.{problem.rule}")


def _problems(request: MultiAngle, facts: Facts) -> Iterator[Problem]:
    yield from _video(request, facts)
    if not request.context:
        yield Problem(
            "multiangle.subject-missing",
            ("context", "last_image"),
            "{context} is required: an image of the subject.",
            hint="Use {context} with an image file, or {last_image} for the last picture you made.",
        )
    yield from _words(request)
    if EDIT_MODEL not in request.model:
        yield Problem(
            "multiangle.model",
            ("model",),
            "{model} must be a Qwen Image Edit 2511 model.",
            {"model": request.model, "suggested": f"{EDIT_MODEL}_fp8_lightning"},
            hint="Try {model} {suggested}.",
        )
    if not request.loras and len(request.lora_strengths) > 1:
        yield Problem(
            "multiangle.strengths",
            ("lora_strengths", "loras"),
            "Several values of {lora_strengths} require {loras}.",
        )
    most = facts.model.limits.get("context_images", 0)
    if isinstance(most, int | float) and len(request.context) > most > 0:
        yield Problem(
            "context.most",
            ("context",),
            "The model {model} accepts at most {maxImages} context images, not {provided}.",
            {"model": request.model, "maxImages": int(most), "provided": len(request.context)},
        )


def _video(request: MultiAngle, facts: Facts) -> Iterator[Problem]:
    if request.angles_360_video is not None:
        if not request.angles_360:
            names = ("angles_360_video", "angles_360")
            yield Problem("multiangle.video-alone", names, "{angles_360_video} requires {angles_360}.")
        if request.count != 1:
            names = ("count", "angles_360_video")
            text = "{angles_360_video} requires {count} 1."
            yield Problem("multiangle.video-count", names, text, {"count": request.count})
        return
    for name in VIDEO_OPTIONS:
        if name in facts.given:
            text = f"{{{name}}} requires {{angles_360_video}}."
            yield Problem("multiangle.video-option", (name, "angles_360_video"), text)


def _words(request: MultiAngle) -> Iterator[Problem]:
    for name, known in VOCABULARY.items():
        value = getattr(request, name)
        # A full turn ignores the side.
        if value not in known and not (name == "azimuth" and request.angles_360):
            yield Problem(
                "multiangle.word",
                (name,),
                f'Unknown {{{name}}} "{{value}}".',
                {"field": name, "value": value, "allowed": list(known)},
                hint="Use one of: {allowed}.",
            )
