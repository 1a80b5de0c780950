"""Cost estimates: the path to ask. The socket host answers it over plain HTTP, without a login.

``network`` of these functions is used unless the project names its own. A path begins behind the host's base.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from sogni_core._protocol import image, sampling
from sogni_core._protocol.refusals import refuse
from sogni_core._protocol.values import plain
from sogni_core.errors import InputError
from sogni_core.project import AudioProject, ImageProject, Project, VideoProject


def estimate_path(project: Project, network: str) -> str:
    """Make path and query of a project's estimate.

    Raises InputError INVALID_ARGUMENT for a kind of project that has none, and for one that does not say enough.
    """
    match project:
        case ImageProject():
            return image_estimate_path(project, network)
        case VideoProject():
            return video_estimate_path(project, network)
        case AudioProject():
            return audio_estimate_path(project, network)
        case _:
            raise InputError("INVALID_ARGUMENT", f"There is no estimate for {project.media or 'such'} projects.")


def image_estimate_path(project: ImageProject, network: str) -> str:
    """Make path and query of an image's estimate.

    protocol: 0 stands for what is not known; the longer form (v3) is asked for as soon as a sampler or context images
    are given.
    """
    segments: list[object] = [
        project.token_type,
        project.network or network,
        project.model,
        project.count,
        project.steps or 0,
        0,  # previews
        1 if project.control_net is not None else 0,
        image.denoise(project) if project.starting_image is not None else 0,
        project.width or 0,
        project.height or 0,
    ]
    version = "v2"
    sampler, _ = sampling.chosen(project)
    if sampler is not None or project.context_images:
        version = "v3"
        segments += [plain(project.guidance or 0), sampler or "_", len(project.context_images)]
    query = {"outputFormat": project.output_format} if project.output_format else {}
    return _path(f"/api/{version}/job/estimate", segments, query)


def video_estimate_path(project: VideoProject, network: str) -> str:
    """Make path and query of a video's estimate; it has to know size, frames and fps.

    protocol: with steps, steps and count follow; without, nothing does for one video, and ``0/{count}`` for more.
    """
    if project.width is None or project.height is None or project.frames is None or project.fps is None:
        raise refuse("width, height, frames and fps", "must be given for an estimate")
    segments: list[object] = [
        project.token_type,
        project.model,
        project.width,
        project.height,
        project.frames,
        plain(project.fps),
    ]
    if project.steps is not None or project.count != 1:
        segments += [project.steps or 0, project.count]
    query = {"network": project.network or network}
    if project.reference_video is not None:
        query["hasVideoInput"] = "1"
    return _path("/api/v1/job-video/estimate", segments, query)


def audio_estimate_path(project: AudioProject, network: str) -> str:
    """Make path and query of the estimate of a piece of audio; it has to know duration and steps."""
    if project.duration is None or project.steps is None:
        raise refuse("duration and steps", "must be given for an estimate")
    segments = [project.token_type, project.model, plain(project.duration), project.steps, project.count]
    return _path("/api/v1/job-audio/estimate", segments, {"network": project.network or network})


def _path(base: str, segments: Sequence[object], query: dict[str, str]) -> str:
    path = "/".join([base, *(quote(str(segment), safe="") for segment in segments)])
    return f"{path}?{urlencode(query)}" if query else path
