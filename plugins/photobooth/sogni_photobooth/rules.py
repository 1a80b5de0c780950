"""What a portrait asks for, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import Facts
from sogni_core.problem import Problem
from sogni_photobooth.mode import Photobooth

LEAST_FACE_SIDE = 256
"""Pixels. A face is recognised from a square of 112 pixels (ArcFace, on which InstantID builds), and in a portrait
it takes about half of the shorter side: below this there are none to recognise it by, and the money is lost."""


def photobooth_rules(request: Photobooth, facts: Facts) -> Iterator[Problem]:
    """Check that there is a face to follow and nothing that would be left out."""
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
