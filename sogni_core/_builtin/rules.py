"""Rules of the core: what every rendering mode keeps to, and what an edit may ask of its model.

Ranks follow the order in which the Node program ``sogni-gen`` checks, so that its first error is first here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sogni_core.context import Facts
from sogni_core.errors import Problem
from sogni_core.request import ImageOptions, RenderOptions, Request
from sogni_core.settings.core import CoreSettings

MOST_LORAS = 8
"""Longest LoRA chain the network takes."""

LEAST_SIDE = 256
"""Least width and height of an image, pixels."""


def render_rules(request: Request, facts: Facts) -> Iterator[Problem]:
    """Check what all rendering modes have in common."""
    if not isinstance(request, RenderOptions):
        return
    most = facts.settings(CoreSettings).max_count
    if request.count > most:
        yield Problem(
            f"--count must be between 1 and {most}.",
            "count",
            hint="Split the request, or raise the setting max_count.",
            details={"flag": "--count", "value": request.count, "max": most},
            rank=15,
        )


def image_rules(request: Request, facts: Facts) -> Iterator[Problem]:
    """Check the options of every mode whose outputs are images."""
    if not isinstance(request, ImageOptions):
        return
    loras, strengths = len(request.loras), len(request.lora_strengths)
    if strengths and not loras:
        yield Problem("--lora-strength requires at least one --lora.", "lora_strengths", rank=113)
    elif strengths and strengths != loras:
        yield Problem(
            "--lora-strengths count must match --loras count.",
            "lora_strengths",
            details={"loras": loras, "loraStrengths": strengths},
            rank=114,
        )
    if loras > MOST_LORAS:
        yield Problem(f"At most {MOST_LORAS} LoRAs can be chained, got {loras}.", "loras", rank=115)
    if request.model:
        yield from _side("width", request.width, facts)
        yield from _side("height", request.height, facts)


def _side(name: str, value: int, facts: Facts) -> Iterator[Problem]:
    most = facts.model.limits.get("side")
    if isinstance(most, int | float) and not LEAST_SIDE <= value <= most:
        yield Problem(
            f"--{name} must be between {LEAST_SIDE} and {most:g} for model {facts.model.id}, got {value}.",
            name,
            details={"flag": f"--{name}", "value": value, "min": LEAST_SIDE, "max": int(most)},
            rank=116,
        )


def edit_rules(request: Any, facts: Facts) -> Iterator[Problem]:
    """Check what the image mode asks of its model."""
    if not request.prompt.strip():
        yield Problem("No prompt provided. Use --help for usage.", "prompt", rank=122)
    if request.starting_strength is not None and request.starting_image is None:
        yield Problem("--starting-strength requires --starting-image.", "starting_strength", rank=123)
    given, most = len(request.context), facts.model.limits.get("context_images", 0)
    assert isinstance(most, int | float)
    if given and not most:
        yield Problem(
            f"Model {request.model} does not support context images.",
            "context",
            hint="Try: qwen_image_edit_2511_fp8 or qwen_image_edit_2511_fp8_lightning",
            details={"model": request.model},
            rank=133,
        )
    elif given > most:
        yield Problem(
            f"Model {request.model} supports max {most:g} context images, got {given}.",
            "context",
            details={"model": request.model, "maxImages": int(most), "provided": given},
            rank=134,
        )
