"""The fields of sampler and scheduler, by alias, null for what was not chosen."""

from __future__ import annotations

from typing import Any

from sogni_core._protocol import aliases
from sogni_core.project import Project


def comfy(project: Project) -> dict[str, Any]:
    """Make the fields of the models of today: those of videos, of audio, and of most images."""
    sampler, scheduler = chosen(project)
    return {"comfySampler": sampler, "comfyScheduler": scheduler}


def legacy(project: Project) -> dict[str, Any]:
    """Make the fields of the older image models.

    protocol: here the sampler goes into ``scheduler`` and the scheduler into ``timeStepSpacing``.
    """
    sampler, scheduler = chosen(project)
    return {"scheduler": sampler, "timeStepSpacing": scheduler}


def chosen(project: Project) -> tuple[str | None, str | None]:
    """Return the aliases of sampler and scheduler; a user may have typed either name."""
    return (
        None if project.sampler is None else aliases.sampler(project.sampler),
        None if project.scheduler is None else aliases.scheduler(project.scheduler),
    )
