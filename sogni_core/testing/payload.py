"""What a project becomes on the wire, without a network."""

from __future__ import annotations

from typing import Any

from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.media import Media
from sogni_core._protocol import ids
from sogni_core._protocol.requests import job_request
from sogni_core.media import SamplerForm
from sogni_core.project import Project


def payload_of(project: Project, *, form: SamplerForm = "comfy") -> dict[str, Any]:
    """Return the payload of the ``jobRequest`` that would be sent for a project; nothing is sent.

    The media are those of the installed plugins that ``SOGNI_PLUGINS`` allows. ``form``: how the model takes its
    sampler. Raises what submitting the project would raise: InputError INVALID_ARGUMENT, PluginError.
    """
    medium = Media(PluginHost.from_environment(CORE_PLUGIN).registry).of(project)
    return job_request(project, ids.make(), medium=medium, comfy=form == "comfy")
