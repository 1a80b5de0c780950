"""The key frame of an image project."""

from __future__ import annotations

from typing import Any

from sogni_core._protocol.constants import CONTEXT_IMAGES, STARTING_STRENGTH
from sogni_core._protocol.values import plain
from sogni_core.errors import InputError
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
    return values | sampling(project.sampler, project.scheduler, comfy)


def sampling(sampler: str | None, scheduler: str | None, comfy: bool) -> dict[str, Any]:
    """Make the fields of sampler and scheduler, null for what was not chosen.

    protocol: on the older models the sampler goes into ``scheduler`` and the scheduler into ``timeStepSpacing``.
    """
    if comfy:
        return {"comfySampler": sampler, "comfyScheduler": scheduler, "vae": None}
    return {"scheduler": sampler, "timeStepSpacing": scheduler}


def denoise(project: ImageProject) -> float:
    """Give how much is made new: what the wire calls strength is the opposite of a starting image's strength."""
    stays = STARTING_STRENGTH if project.starting_strength is None else project.starting_strength
    return plain(1 - stays)


def _check(project: ImageProject) -> None:
    if len(project.context_images) > CONTEXT_IMAGES:
        raise InputError("INVALID_ARGUMENT", f"A project's context_images must be at most {CONTEXT_IMAGES}.")
    if project.starting_strength is not None and not 0 <= project.starting_strength <= 1:
        raise InputError("INVALID_ARGUMENT", "A project's starting_strength must be from 0 to 1.")
