"""``jobRequest`` of a project: what all kinds share. The rest comes from the builder of its medium."""

from __future__ import annotations

import math
from typing import Any

from sogni_core._protocol import constants, ids
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._protocol.values import LARGEST_SEED
from sogni_core.errors import InputError, InternalError
from sogni_core.media.fields import check_choice, plain_number, refusal
from sogni_core.problem import Problem
from sogni_core.project import Project

TYPE = "jobRequest"
"""Message type of the payload that :func:`job_request` makes. It is paid: a frame of it is written once."""


def job_request(project: Project, project_id: str, *, medium: LoadedMedium, comfy: bool) -> dict[str, Any]:
    """Make the payload of ``jobRequest``. Values of None are left out, so that the service decides.

    ``comfy``: the model takes ``comfySampler`` and its kin, not the older ``scheduler``. The caller's catalogue knows.
    Raises InputError INVALID_ARGUMENT for what cannot be sent.
    """
    _check(project, medium)
    if not ids.is_project_id(project_id):
        raise InternalError("INTERNAL", "A project id has to be an upper-case UUID.")
    values = medium.key_frame(project, "comfy" if comfy else "legacy")
    key_frame = constants.key_frame() | _shared(project) | values
    for name in medium.record.omits:
        key_frame.pop(name, None)
    request = constants.project() | {
        "jobID": project_id,
        "keyFrames": [key_frame],
        "numberOfImages": project.count,
        "disableSafety": not project.safety_filter,
        "tokenType": project.token_type,
        "outputFormat": medium.format(project),
    }
    if project.network is not None:
        request["network"] = project.network
    if project.billing_mode is not None:
        request["billingMode"] = project.billing_mode
    return request


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
        values["guidanceScale"] = plain_number(project.guidance)
    if project.seed is not None:
        values["seed"] = project.seed
    if project.loras:
        values["loras"] = [lora.id for lora in project.loras]
        strengths = [lora.strength for lora in project.loras]
        if any(strength is not None for strength in strengths):
            # one for each LoRA, or none at all; 1 is a LoRA as its author made it
            values["loraStrengths"] = [1 if strength is None else plain_number(strength) for strength in strengths]
    return values


def _check(project: Project, medium: LoadedMedium) -> None:
    """Refuse what would be paid for and cannot be right; what a model bears is a rule of its catalogue entry."""
    if not project.model.strip():
        hint = "Name one with {model}. A plugin can set default_model in its Workflow record."
        text = "{model} is required: the project names no model."
        raise InputError.of([Problem("project.model-missing", ("model",), text, hint=hint)])
    if project.count < 1:
        raise refusal("count", "must be at least 1")
    if project.seed is not None and not 0 <= project.seed <= LARGEST_SEED:
        raise refusal("seed", f"must be from 0 to {LARGEST_SEED}")
    if project.steps is not None and project.steps < 1:
        raise refusal("steps", "must be at least 1")
    numbers = (project.guidance, *(lora.strength for lora in project.loras))
    if not all(number is None or math.isfinite(number) for number in numbers):
        raise refusal("guidance or a LoRA's strength", "must be a number")
    if len(project.loras) > constants.LORAS:
        raise refusal("loras", f"must be at most {constants.LORAS}")
    if (project.width is None) != (project.height is None):
        raise refusal("width and height", "must be given together")
    if any(side is not None and side < 1 for side in (project.width, project.height)):
        raise refusal("width and height", "must be at least 1")
    choices = (
        ("output_format", project.output_format, tuple(medium.record.formats)),
        ("token_type", project.token_type, constants.TOKENS),
        ("network", project.network, constants.NETWORKS),
        ("billing_mode", project.billing_mode, constants.BILLING_MODES),
    )
    for name, value, allowed in choices:
        check_choice(name, value, allowed)
