"""The media of the core and of the video plugin, for tests that make a session or a request themselves."""

from __future__ import annotations

from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.media import Media

medium_of = Media(PluginHost(CORE_PLUGIN, only=["video"]).registry).of
