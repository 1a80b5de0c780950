"""The fields of sampler and scheduler, by alias, null for what was not chosen."""

from __future__ import annotations

from typing import Any, Literal

from sogni_core.media import aliases
from sogni_core.project import Project

SamplerForm = Literal["comfy", "legacy"]
"""How a model takes its sampler: in the fields of today's models, or in those of the older image models."""


def sampling_fields(project: Project, form: SamplerForm) -> dict[str, Any]:
    """Return the key frame's fields for a project's sampler and scheduler.

    protocol: in the legacy form the sampler goes into ``scheduler`` and the scheduler into ``timeStepSpacing``. Models
    of video and audio take the Comfy form, whatever the catalogue says.
    """
    sampler, scheduler = sampler_aliases(project)
    if form == "comfy":
        return {"comfySampler": sampler, "comfyScheduler": scheduler}
    return {"scheduler": sampler, "timeStepSpacing": scheduler}


def sampler_aliases(project: Project) -> tuple[str | None, str | None]:
    """Return the aliases of sampler and scheduler, ``("dpmpp_sde", "karras")``, whichever name a user typed."""
    return (
        None if project.sampler is None else aliases.sampler(project.sampler),
        None if project.scheduler is None else aliases.scheduler(project.scheduler),
    )
