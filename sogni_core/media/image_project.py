"""What an image project becomes: the values of its key frame, the path of its estimate, the stand-in of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sogni_core.media.control_net import image_control_net
from sogni_core.media.estimates import estimate_path
from sogni_core.media.fields import check_range, plain_number, refusal
from sogni_core.media.file_check import FileFacts
from sogni_core.media.kind import HEAD, content_type
from sogni_core.media.sampling import SamplerForm, sampler_aliases, sampling_fields
from sogni_core.project import ImageProject, Project

CONTEXT_IMAGES = 16
"""Slots ``contextImage1`` to ``contextImage16``; clients before 5.x knew six."""

STARTING_STRENGTH = 0.5
"""How much of a starting image stays when nothing is said."""

SIDE = 512
"""Pixels of a stand-in's side where the service decides."""


def image_key_frame(project: ImageProject, form: SamplerForm) -> dict[str, Any]:
    """Return the values of the key frame that only images have. Files were uploaded; here flags say so.

    Raises InputError INVALID_ARGUMENT for more than 16 context images and for a strength outside 0 to 1.
    """
    _check(project)
    values: dict[str, Any] = {
        # protocol: all sixteen, always
        f"hasContextImage{slot}": slot <= len(project.context_images)
        for slot in range(1, CONTEXT_IMAGES + 1)
    }
    if project.width is not None:
        values |= {"sizePreset": "custom", "width": project.width, "height": project.height}
    if project.starting_image is not None:
        values |= {"hasStartingImage": True, "strengthIsEnabled": True, "strength": _denoise(project)}
    if project.control_net is not None:
        values |= image_control_net(project.control_net)
    values |= sampling_fields(project, form)
    return values | {"vae": None} if form == "comfy" else values


def image_estimate(project: ImageProject, network: str) -> str:
    """Return path and query of an image's estimate.

    protocol: 0 stands for what is not known; the longer form (v3) is asked for as soon as a sampler or context images
    are given.
    """
    segments: list[object] = [
        project.token_type,
        network,
        project.model,
        project.count,
        project.steps or 0,
        0,  # previews
        1 if project.control_net is not None else 0,
        _denoise(project) if project.starting_image is not None else 0,
        project.width or 0,
        project.height or 0,
    ]
    version = "v2"
    sampler, _ = sampler_aliases(project)
    if sampler is not None or project.context_images:
        version = "v3"
        segments += [plain_number(project.guidance or 0), sampler or "_", len(project.context_images)]
    query = {"outputFormat": project.output_format} if project.output_format else {}
    return estimate_path(f"/api/{version}/job/estimate", segments, query)


def image_placeholder(project: Project, path: Path) -> FileFacts:
    """Write a gray image of the project's size, 512 pixels where it has none; the extension is the format's."""
    from PIL import Image

    width, height = project.width or SIDE, project.height or SIDE
    Image.new("RGB", (width, height), "gray").save(path)
    with path.open("rb") as file:
        return FileFacts(content_type(file.read(HEAD)), width, height)


def _denoise(project: ImageProject) -> float:
    """Give how much is made new: what the wire calls strength is the opposite of a starting image's strength."""
    stays = STARTING_STRENGTH if project.starting_strength is None else project.starting_strength
    return plain_number(1 - stays)


def _check(project: ImageProject) -> None:
    if len(project.context_images) > CONTEXT_IMAGES:
        raise refusal("context_images", f"must be at most {CONTEXT_IMAGES}")
    check_range("starting_strength", project.starting_strength, 0, 1)
