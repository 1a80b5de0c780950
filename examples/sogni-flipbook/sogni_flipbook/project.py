"""The projects of this plugin, and how they are sent."""

# docs: project
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sogni_core.media import SamplerForm, check_choice, check_range, estimate_path, sampling_fields
from sogni_core.project import Project

MOTIONS = ("loop", "once")


@dataclass(frozen=True, kw_only=True)
class FlipbookProject(Project):
    """One or more sheets, each with the pages of a flipbook side by side; width and height are those of a sheet."""

    pages: int = 6
    """2 to 8."""
    motion: str | None = None
    """``loop`` ends as it begins; None leaves it to the service."""


# docs: builder
def key_frame(project: FlipbookProject, form: SamplerForm) -> dict[str, Any]:
    """Return what a flipbook sends besides the fields of every project."""
    check_range("pages", project.pages, 2, 8)
    check_choice("motion", project.motion, MOTIONS)
    values: dict[str, Any] = {f"hasContextImage{slot}": False for slot in range(1, 17)}
    values |= {"sizePreset": "custom", "width": project.width, "height": project.height}
    values |= sampling_fields(project, form)
    values |= {"positivePrompt": f"{project.pages} pages of a flipbook side by side: {project.prompt}"}
    values |= {"flipbookPages": project.pages}
    if project.motion is not None:
        values["flipbookMotion"] = project.motion
    return values


# docs: estimate
def estimate(project: FlipbookProject, network: str) -> str:
    """Return where to ask for the price: that of an image of this size."""
    segments = [project.token_type, network, project.model, project.count, project.steps or 0]
    return estimate_path("/api/v2/job/estimate", [*segments, 0, 0, 0, project.width or 0, project.height or 0], {})


# docs: end
