"""The rules for portraits, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import Facts
from sogni_core.problem import Problem
from sogni_photobooth.mode import Photobooth

LEAST_FACE_SIDE = 256
"""Pixels. ArcFace, which InstantID uses, recognises a face from a square of 112 pixels. In a portrait, a face fills
about half of the shorter side, so a smaller photo cannot work and would only cost money."""


def photobooth_rules(request: Photobooth, facts: Facts) -> Iterator[Problem]:
    """Check that there is a prompt and a photo that is large enough."""
    if not request.prompt.strip():
        yield Problem("prompt.missing", ("prompt",), "{prompt} must not be empty.")
    if request.ref is None:
        yield Problem(
            "photobooth.face-missing",
            ("ref", "last_image"),
            "{ref} is required: a photo of the face.",
            hint="Use {ref} with an image file, or {last_image} for the last picture you made.",
        )
    elif min(request.ref.width, request.ref.height) < LEAST_FACE_SIDE:
        width, height = request.ref.width, request.ref.height
        yield Problem(
            "photobooth.face-size",
            ("ref",),
            "The face image must be at least {min} pixels on each side, not {width}x{height}.",
            {"width": width, "height": height, "min": LEAST_FACE_SIDE},
            hint="Use a larger photo, 512x512 or more, with the face in front.",
        )
