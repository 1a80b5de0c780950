"""The key frame of an image project."""

from __future__ import annotations

from typing import Any

from sogni_core._protocol import control_net, sampling
from sogni_core._protocol.constants import CONTEXT_IMAGES, STARTING_STRENGTH
from sogni_core._protocol.refusals import refuse, within
from sogni_core._protocol.values import plain
from sogni_core.project import ImageProject

FORMATS = ("png", "jpg", "webp")
"""Output formats, the default first. protocol: ``jpg``, never ``jpeg``."""


def key_frame(project: ImageProject, comfy: bool) -> dict[str, Any]:
    """Make the values that only images have. Files are not in it: they were uploaded, and here stand flags."""
    _check(project)
    values: dict[str, Any] = {
        # protocol: all sixteen, always
        f"hasContextImage{slot}": slot <= len(project.context_images)
        for slot in range(1, CONTEXT_IMAGES + 1)
    }
    if project.width is not None:
        values |= {"sizePreset": "custom", "width": project.width, "height": project.height}
    if project.starting_image is not None:
        values |= {"hasStartingImage": True, "strengthIsEnabled": True, "strength": denoise(project)}
    if project.control_net is not None:
        values |= control_net.of_image(project.control_net)
    if comfy:
        return values | sampling.comfy(project) | {"vae": None}
    return values | sampling.legacy(project)


def denoise(project: ImageProject) -> float:
    """Give how much is made new: what the wire calls strength is the opposite of a starting image's strength."""
    stays = STARTING_STRENGTH if project.starting_strength is None else project.starting_strength
    return plain(1 - stays)


def _check(project: ImageProject) -> None:
    if len(project.context_images) > CONTEXT_IMAGES:
        raise refuse("context_images", f"must be at most {CONTEXT_IMAGES}")
    within("starting_strength", project.starting_strength, 0, 1)
