"""Reference and result files, and parts for plugins that add a kind of project.

For files: their kind by content, their size, whether they decode and are complete. For builders of a
:class:`sogni_core.plugin.Medium`: request fields that several kinds share, checks, and what the core registers for
images and audio. The names of this package are public; its modules are not. Names are imported when they are first
used, and Pillow when a function needs pixels.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sogni_core.media.asset import read_asset
    from sogni_core.media.audio_project import audio_estimate, audio_key_frame
    from sogni_core.media.container import VideoFacts, read_container
    from sogni_core.media.control_net import image_control_net, video_control_net
    from sogni_core.media.estimates import estimate_path
    from sogni_core.media.fields import check_choice, check_range, plain_number, refusal
    from sogni_core.media.file_check import FileFacts, check_file
    from sogni_core.media.image import ImageFacts, check_image, measure
    from sogni_core.media.image_project import image_estimate, image_key_frame, image_placeholder
    from sogni_core.media.kind import HEAD, content_type
    from sogni_core.media.orientation import upright
    from sogni_core.media.references import reference_fields
    from sogni_core.media.sampling import SamplerForm, sampler_aliases, sampling_fields

__all__ = [
    "HEAD",
    "FileFacts",
    "ImageFacts",
    "SamplerForm",
    "VideoFacts",
    "audio_estimate",
    "audio_key_frame",
    "check_choice",
    "check_file",
    "check_image",
    "check_range",
    "content_type",
    "estimate_path",
    "image_control_net",
    "image_estimate",
    "image_key_frame",
    "image_placeholder",
    "measure",
    "plain_number",
    "read_asset",
    "read_container",
    "reference_fields",
    "refusal",
    "sampler_aliases",
    "sampling_fields",
    "upright",
    "video_control_net",
]

_HOMES = {
    "HEAD": "kind",
    "FileFacts": "file_check",
    "ImageFacts": "image",
    "SamplerForm": "sampling",
    "VideoFacts": "container",
    "audio_estimate": "audio_project",
    "audio_key_frame": "audio_project",
    "check_choice": "fields",
    "check_file": "file_check",
    "check_image": "image",
    "check_range": "fields",
    "content_type": "kind",
    "estimate_path": "estimates",
    "image_control_net": "control_net",
    "image_estimate": "image_project",
    "image_key_frame": "image_project",
    "image_placeholder": "image_project",
    "measure": "image",
    "plain_number": "fields",
    "read_asset": "asset",
    "read_container": "container",
    "reference_fields": "references",
    "refusal": "fields",
    "sampler_aliases": "sampling",
    "sampling_fields": "sampling",
    "upright": "orientation",
    "video_control_net": "control_net",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
