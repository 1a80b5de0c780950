"""What a portrait asks for, checked before anything is sent.

Ranks follow the order in which the Node program ``sogni-gen`` checks, so that its first error is first here.
"""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import Facts
from sogni_core.errors import Problem
from sogni_photobooth.mode import Photobooth

LEAST_FACE_SIDE = 256
"""Pixels. A face is recognised from a square of 112 pixels (ArcFace, on which InstantID builds), and in a portrait
it takes about half of the shorter side: below this there are none to recognise it by, and the money is lost."""


def photobooth_rules(request: Photobooth, facts: Facts) -> Iterator[Problem]:
    """Check that there is a face to follow and nothing that would be left out."""
    if not request.prompt.strip():
        yield Problem("No prompt provided. Use --help for usage.", "prompt", rank=122)
    if request.ref is None:
        yield Problem(
            "--photobooth requires --ref <face-image>.",
            "ref",
            hint="Name a photograph of the face: --ref face.jpg, or --last-image.",
            rank=124,
        )
    elif min(request.ref.width, request.ref.height) < LEAST_FACE_SIDE:
        width, height = request.ref.width, request.ref.height
        yield Problem(
            f"The face image must be at least {LEAST_FACE_SIDE} pixels on each side, got {width}x{height}.",
            "ref",
            hint="Use a larger photograph, 512x512 or more, with the face in front.",
            details={"flag": "--ref", "width": width, "height": height, "min": LEAST_FACE_SIDE},
            rank=127,
        )
    if request.context:
        yield Problem(
            "--photobooth cannot be combined with -c/--context.",
            "context",
            hint="Name the face with --ref, and leave -c out.",
            rank=126,
        )
