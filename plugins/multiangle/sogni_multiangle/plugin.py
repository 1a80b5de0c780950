"""What this distribution registers. It names everything and imports nothing but ``sogni_core.plugin``."""

from __future__ import annotations

from sogni_core.plugin import Mode, Settings, Validator, Workflow, hookimpl


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``multiangle``."""
    return [
        Mode(
            "multiangle",
            "Show a subject from other sides, and make a turntable video of it.",
            request="sogni_multiangle.request:MultiAngle",
            flat=("--multi-angle", "--multiple-angles", "--angles-360"),
            skill="sogni_multiangle:skill.md",
        )
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the one way to carry it out; its defaults are those that the LoRA was made with."""
    return [
        Workflow(
            "multiangle",
            "angles",
            "sogni_multiangle.workflow:render",
            accepts=("context",),
            model_setting="image.edit_model",
            timeout_setting="multiangle.timeout",
            defaults={"steps": {"*lightning*": 4, "*": 20}, "guidance": {"*lightning*": 1, "*": 4}},
            completes="Image {done}/{jobs} ({key}) completed",
            summary="One side or all eight with the LoRA multiple_angles; clips between them make the video.",
        )
    ]


@hookimpl
def sogni_validators() -> list[Validator]:
    """Return the rules about angles."""
    return [Validator(("multiangle",), "sogni_multiangle.rules:multiangle_rules")]


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[multiangle]``."""
    return [
        Settings(
            "multiangle",
            "sogni_multiangle.settings:MultiangleSettings",
            openclaw={"defaultImageTimeoutSec": "timeout", "defaultDurationSec": "duration"},
        )
    ]
