"""The rules of the core: for every mode that renders, for images, and for the image mode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sogni_core.context import Facts
from sogni_core.problem import Problem
from sogni_core.request import ImageOptions, RenderOptions, Request
from sogni_core.settings.core import CoreSettings

MOST_LORAS = 8
"""Largest number of LoRAs that the network accepts."""

LEAST_SIDE = 256
"""Smallest width and height of an image, in pixels."""


def render_rules(request: Request, facts: Facts) -> Iterator[Problem]:
    """Check the options of every mode that renders."""
    if not isinstance(request, RenderOptions):
        return
    most = facts.settings(CoreSettings).max_count
    if request.count > most:
        yield Problem(
            "count.most",
            ("count",),
            "{count} must be between 1 and {max}.",
            {"value": request.count, "max": most},
            hint="Split the request, or raise the setting max_count.",
        )


def image_rules(request: Request, facts: Facts) -> Iterator[Problem]:
    """Check the options of every mode whose outputs are images."""
    if not isinstance(request, ImageOptions):
        return
    loras, strengths = len(request.loras), len(request.lora_strengths)
    if strengths and not loras:
        yield Problem("loras.missing", ("lora_strengths", "loras"), "{lora_strengths} requires {loras}.")
    elif strengths and strengths != loras:
        text = "{lora_strengths} needs one value for each of {loras}: {wanted}, not {loraStrengths}."
        counts = {"wanted": loras, "loras": loras, "loraStrengths": strengths}
        yield Problem("loras.strengths", ("lora_strengths", "loras"), text, counts)
    if loras > MOST_LORAS:
        text = "At most {max} LoRAs can be combined, not {value}."
        yield Problem("loras.most", ("loras",), text, {"max": MOST_LORAS, "value": loras})
    if request.model:
        yield from _side("width", request.width, facts)
        yield from _side("height", request.height, facts)


def _side(name: str, value: int, facts: Facts) -> Iterator[Problem]:
    most = facts.model.limits.get("side")
    if isinstance(most, int | float) and not LEAST_SIDE <= value <= most:
        yield Problem(
            "size.model",
            (name,),
            f"{{{name}}} must be between {{min}} and {{max}} for model {{model}}, not {{value}}.",
            {"value": value, "min": LEAST_SIDE, "max": int(most), "model": facts.model.id},
        )


def edit_rules(request: Any, facts: Facts) -> Iterator[Problem]:
    """Check the prompt, the starting image, and the context images of the image mode."""
    if not request.prompt.strip():
        yield Problem("prompt.missing", ("prompt",), "{prompt} must not be empty.")
    if request.starting_strength is not None and request.starting_image is None:
        names = ("starting_strength", "starting_image")
        yield Problem("starting-image.missing", names, "{starting_strength} requires {starting_image}.")
    given, most = len(request.context), facts.model.limits.get("context_images", 0)
    assert isinstance(most, int | float)
    if given and not most:
        yield Problem(
            "context.unsupported",
            ("context", "model"),
            "The model {name} does not support context images.",
            {"name": request.model, "model": request.model},
            hint="Use {model} qwen_image_edit_2511_fp8_lightning or qwen_image_edit_2511_fp8.",
        )
    elif given > most:
        yield Problem(
            "context.most",
            ("context",),
            "The model {model} accepts at most {maxImages} context images, not {provided}.",
            {"model": request.model, "maxImages": int(most), "provided": given},
        )
