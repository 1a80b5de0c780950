"""What this distribution registers. It names everything and imports nothing but ``sogni_core.plugin``."""

from __future__ import annotations

from sogni_core.plugin import Medium, Mode, Workflow, hookimpl


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``flipbook``."""
    return [
        Mode(
            "flipbook",
            "Draw the pages of a flipbook on one sheet.",
            request="sogni_flipbook.mode:Flipbook",
        )
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the workflow of the mode, which names its usual model."""
    return [Workflow("flipbook", "sheet", "sogni_flipbook.mode:render", default_model="z_image_turbo_bf16")]


# docs: sogni_media
@hookimpl
def sogni_media() -> list[Medium]:
    """Return the medium ``flipbook``."""
    return [
        Medium(
            "flipbook",
            project="sogni_flipbook.project:FlipbookProject",
            builder="sogni_flipbook.project:key_frame",
            formats={"png": "image/png"},
            placeholder="sogni_core.media:image_placeholder",
            estimate="sogni_flipbook.project:estimate",
            length="{pages} pages",
        )
    ]


# docs: end
