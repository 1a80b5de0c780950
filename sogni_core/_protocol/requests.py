"""``jobRequest`` of a project: what all kinds share, and which module builds the rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from sogni_core._protocol import audio, constants, ids, image, video
from sogni_core._protocol.refusals import one_of, refuse
from sogni_core._protocol.values import LARGEST_SEED, plain
from sogni_core.errors import InputError, InternalError
from sogni_core.frozen import frozen
from sogni_core.project import AudioProject, ImageProject, Project, VideoProject

TYPE = "jobRequest"
"""Message type of the payload that :func:`job_request` makes. It is paid: a frame of it is written once."""


@frozen
class Builder:
    """How projects of one class become a request."""

    key_frame: Callable[[Any, bool], dict[str, Any]]
    """Takes the project and whether its model has Comfy fields; gives the values of its kind."""
    formats: tuple[str, ...]
    """Output formats, the default first: it is always sent."""
    dropped: tuple[str, ...] = ()
    """Constants of the key frame that this kind does not send."""


BUILDERS: dict[type[Project], Builder] = {
    ImageProject: Builder(image.key_frame, image.FORMATS),
    VideoProject: Builder(video.key_frame, video.FORMATS),
    AudioProject: Builder(audio.key_frame, audio.FORMATS, audio.DROPPED),
}
"""Builder for each class of project; a subclass without one uses that of its nearest parent."""


def job_request(project: Project, project_id: str, *, comfy: bool) -> dict[str, Any]:
    """Make the payload of ``jobRequest``. Values of None are left out, so that the service decides.

    ``comfy``: the model takes ``comfySampler`` and its kin, not the older ``scheduler``. The caller's catalogue knows.
    Raises InputError INVALID_ARGUMENT for what cannot be sent, and for a class of project that no builder knows.
    """
    builder = _builder(project)
    _check(project, builder)
    if not ids.is_project_id(project_id):
        raise InternalError("INTERNAL", "A project id has to be an upper-case UUID.")
    key_frame = constants.key_frame() | _shared(project) | builder.key_frame(project, comfy)
    for name in builder.dropped:
        del key_frame[name]
    request = constants.project() | {
        "jobID": project_id,
        "keyFrames": [key_frame],
        "numberOfImages": project.count,
        "disableSafety": not project.safety_filter,
        "tokenType": project.token_type,
        "outputFormat": project.output_format or builder.formats[0],
    }
    if project.network is not None:
        request["network"] = project.network
    return request


def _builder(project: Project) -> Builder:
    for kind in type(project).__mro__:
        if kind in BUILDERS:
            return BUILDERS[kind]
    known = ", ".join(sorted(kind.__name__ for kind in BUILDERS))
    raise InputError(
        "INVALID_ARGUMENT", f"A project of class {type(project).__name__} cannot be submitted; submit one of: {known}."
    )


def _shared(project: Project) -> dict[str, Any]:
    """Make the values of the key frame that every kind of project has."""
    values: dict[str, Any] = {
        "modelID": project.model,
        "positivePrompt": project.prompt,
        # empty: the service's own default
        "negativePrompt": project.negative_prompt,
        "stylePrompt": project.style_prompt,
    }
    if project.steps is not None:
        values["steps"] = project.steps
    if project.guidance is not None:
        values["guidanceScale"] = plain(project.guidance)
    if project.seed is not None:
        values["seed"] = project.seed
    if project.loras:
        values["loras"] = [lora.id for lora in project.loras]
        strengths = [lora.strength for lora in project.loras]
        if any(strength is not None for strength in strengths):
            # one for each LoRA, or none at all; 1 is a LoRA as its author made it
            values["loraStrengths"] = [1 if strength is None else plain(strength) for strength in strengths]
    return values


def _check(project: Project, builder: Builder) -> None:
    """Refuse what would be paid for and cannot be right; what a model bears is a rule of its catalogue entry."""
    if not project.model.strip():
        raise refuse("model", "must name a model")
    if project.count < 1:
        raise refuse("count", "must be at least 1")
    if project.seed is not None and not 0 <= project.seed <= LARGEST_SEED:
        raise refuse("seed", f"must be from 0 to {LARGEST_SEED}")
    if project.steps is not None and project.steps < 1:
        raise refuse("steps", "must be at least 1")
    numbers = (project.guidance, *(lora.strength for lora in project.loras))
    if not all(number is None or math.isfinite(number) for number in numbers):
        raise refuse("guidance or a LoRA's strength", "must be a number")
    if len(project.loras) > constants.LORAS:
        raise refuse("loras", f"must be at most {constants.LORAS}")
    if (project.width is None) != (project.height is None):
        raise refuse("width and height", "must be given together")
    if any(side is not None and side < 1 for side in (project.width, project.height)):
        raise refuse("width and height", "must be at least 1")
    choices = (
        ("output_format", project.output_format, builder.formats),
        ("token_type", project.token_type, constants.TOKENS),
        ("network", project.network, constants.NETWORKS),
    )
    for name, value, allowed in choices:
        one_of(name, value, allowed)
