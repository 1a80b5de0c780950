"""Cost estimates: the path to ask. The socket host answers it over plain HTTP, without a login."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from sogni_core._protocol import image
from sogni_core._protocol.values import plain
from sogni_core.project import ImageProject


def image_estimate_path(project: ImageProject, network: str) -> str:
    """Make path and query of an image's estimate, to be put behind the base of the socket host.

    ``network`` is used unless the project names its own. protocol: 0 stands for what is not known; the longer form
    (v3) is asked for as soon as a sampler or context images are given.
    """
    starts = project.starting_image is not None
    segments: list[object] = [
        project.token_type,
        project.network or network,
        project.model,
        project.count,
        project.steps or 0,
        0,  # previews
        0,  # ControlNet
        image.denoise(project) if starts else 0,
        project.width or 0,
        project.height or 0,
    ]
    version = "v2"
    if project.sampler is not None or project.context_images:
        version = "v3"
        segments += [plain(project.guidance or 0), project.sampler or "_", len(project.context_images)]
    path = "/".join(quote(str(segment), safe="") for segment in segments)
    query = "?" + urlencode({"outputFormat": project.output_format}) if project.output_format else ""
    return f"/api/{version}/job/estimate/{path}{query}"
